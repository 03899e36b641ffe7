import type { Row } from './rows.js';

/** Which messages are shown; empty text means all. */
export interface Filter {
  /** A part of the channel's name, or with `*` or `?` a pattern for all of it. */
  readonly channel: string;
  /** A part of the payload, or of the error of a dead letter. */
  readonly text: string;
}

export const noFilter: Filter = { channel: '', text: '' };

export function isFiltering({ channel, text }: Filter): boolean {
  return channel !== '' || text !== '';
}

/** The filter that a link carries behind its `#`. */
export function parseFilter(hash: string): Filter {
  const query = new URLSearchParams(hash.replace(/^#/, ''));
  return { channel: query.get('channel') ?? '', text: query.get('text') ?? '' };
}

/** What a link carries behind its `#`, or nothing. */
export function printFilter({ channel, text }: Filter): string {
  const query = new URLSearchParams();
  if (channel !== '') query.set('channel', channel);
  if (text !== '') query.set('text', text);
  return query.toString();
}

/** Whether a row passes. Only messages and dead letters can be left out: a hole is shown always. */
export function matcher(filter: Filter): (row: Row) => boolean {
  const isChannel = channelMatcher(filter.channel);
  const text = filter.text.toLowerCase();
  return (row) => {
    if (row.kind !== 'message' && row.kind !== 'dead-letter') return true;
    if (!isChannel(row.item.channel)) return false;
    return text === '' || searchable(row).some((part) => part.toLowerCase().includes(text));
  };
}

function searchable(row: Row & { kind: 'message' | 'dead-letter' }): string[] {
  const { preview, encoding } = row.item;
  const payload = encoding === 'utf8' ? [preview] : [];
  return row.kind === 'dead-letter' ? [...payload, row.item.error] : payload;
}

function channelMatcher(wanted: string): (channel: string) => boolean {
  const pattern = wanted.toLowerCase();
  if (!/[*?]/.test(pattern)) return (name) => name.toLowerCase().includes(pattern);
  return (name) => fits(pattern, name.toLowerCase());
}

/** Whether all of `text` fits a pattern of `*` and `?`; in time that no pattern can blow up. */
function fits(pattern: string, text: string): boolean {
  let p = 0;
  let star = -1;
  let starText = 0;
  for (let t = 0; t < text.length;) {
    if (pattern[p] === '*') {
      star = p++;
      starText = t;
    } else if (pattern[p] === '?' || pattern[p] === text[t]) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++starText;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
