const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short', day: 'numeric' });

/** The time of day, as `14:03:07`. */
export function clockTime(ms: number): string {
  return clock.format(ms);
}

/** The time of day with thousandths, as `14:03:07.042`. */
export function preciseTime(ms: number): string {
  return `${clock.format(ms)}.${String(Math.floor(ms % 1000)).padStart(3, '0')}`;
}

/** The time of day, with the day where it is another than that of `now`. */
export function timeOf(ms: number, now: number): string {
  return isSameDay(ms, now) ? clockTime(ms) : `${day.format(ms)}, ${clockTime(ms)}`;
}

/** When something was, from and to; null where nobody knows. */
export function span(from: number | null, to: number | null, now: number): string {
  if (from === null && to === null) return 'at an unknown time';
  if (from === null) return `until ${timeOf(to ?? now, now)}`;
  if (to === null) return `from ${timeOf(from, now)}`;
  const first = timeOf(from, now);
  const last = isSameDay(from, to) ? clockTime(to) : timeOf(to, now);
  return first === timeOf(to, now) ? `at ${first}` : `${first}–${last}`;
}

function isSameDay(one: number, other: number): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}
