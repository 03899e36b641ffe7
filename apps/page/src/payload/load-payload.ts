import type { OpenRows } from '../feed/open-rows.js';
import type { DeadLetterRow, MessageRow } from '../feed/rows.js';
import { wholePayload } from './payload.js';

/** Where the whole payload is, under any prefix. */
export function payloadUrl(feed: string, n: number): string {
  return `live/payloads/${encodeURIComponent(feed)}/${String(n)}`;
}

/** Loads all of a payload into the row that shows it. */
export async function loadPayload(
  openRows: OpenRows,
  { key, feed, item }: MessageRow | DeadLetterRow,
): Promise<void> {
  openRows.change(key, { isLoading: true, problem: undefined });
  try {
    const response = await fetch(payloadUrl(feed, item.n));
    if (response.ok) {
      const whole = wholePayload(new Uint8Array(await response.arrayBuffer()));
      openRows.change(key, { whole, isLoading: false });
      return;
    }
    const problem = await problemOf(response);
    openRows.change(key, { problem, isLoading: false });
  } catch {
    const problem = 'It could not be loaded: the consumer does not answer.';
    openRows.change(key, { problem, isLoading: false });
  }
}

async function problemOf(response: Response): Promise<string> {
  if (response.status === 401) return 'It could not be loaded: log in again.';
  if (response.status === 404) return 'The consumer no longer keeps it.';
  return `It could not be loaded: ${(await response.text()).slice(0, 200)}`;
}
