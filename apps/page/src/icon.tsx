/** The shapes that stand beside words; the words say it all, so they are hidden from screen readers. */
const paths = {
  good: 'M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11Z',
  waiting: 'M8 3a5 5 0 1 1 0 10a5 5 0 0 1 0-10M8 5.5V8l2 1.5',
  trouble: 'M8 2.2 14.2 13.3H1.8ZM8 6.5v3.2M8 11.5v.1',
  ended: 'M4 8h8',
  unknown: 'M5.8 6.2a2.2 2.2 0 1 1 3.3 1.9c-.8.5-1.1.9-1.1 1.7M8 12v.1',
  gap: 'M2 8h3.2M10.8 8H14M6.7 4.5v7M9.3 4.5v7',
  start: 'M5 3.5 12 8l-7 4.5Z',
  note: 'M3.5 8h.1M8 8h.1M12.5 8h.1',
  fold: 'M6 4l4 4-4 4',
  down: 'M8 3v9.5M4 8.7l4 4 4-4',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3.5 12 8l-7 4.5Z',
  clear: 'M4 4l8 8M12 4l-8 8',
  search: 'M7 2.8a4.2 4.2 0 1 1 0 8.4a4.2 4.2 0 0 1 0-8.4M10.2 10.2l3.3 3.3',
} as const;

export type IconName = keyof typeof paths;

const filled: readonly IconName[] = ['good', 'start', 'play'];

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      class={`icon icon-${name}`}
      viewBox="0 0 16 16"
      aria-hidden="true"
      data-filled={filled.includes(name)}
    >
      <path d={paths[name]} />
    </svg>
  );
}
