const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** A number as people write it: `12,034`, and `3.4` where it is small and not whole. */
export function number(value: number): string {
  return (Math.abs(value) < 10 ? tenths : whole).format(value);
}

/** A number of things: `1 message`, `12 messages`. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** A time span: `0.4 ms`, `38 ms`, `2.1 s`, `3 min`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${number(ms)} ms`;
  if (ms < 60_000) return `${number(ms / 1000)} s`;
  return `${number(Math.round(ms / 60_000))} min`;
}

/** A size: `17 bytes`, `1.2 KB`, `3.4 MB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return count(bytes, 'byte');
  if (bytes < 1_000_000) return `${number(bytes / 1000)} KB`;
  return `${number(bytes / 1_000_000)} MB`;
}
