import type { Payload } from '../payload/payload.js';
import { PayloadView } from '../payload/payload-view.js';
import { count, duration } from '../words/numbers.js';
import { refusalWords } from '../words/refusal-words.js';
import { preciseTime, timeOf } from '../words/times.js';
import type { OpenRow } from './open-rows.js';
import type { DeadLetterRow, MessageRow, Refusal } from './rows.js';

interface MessageDetailsProps {
  readonly row: MessageRow | DeadLetterRow;
  readonly open: OpenRow;
  /** As much of it as came with the message. */
  readonly payload: Payload;
  readonly refusal: Refusal | undefined;
}

/** An unfolded message: all of its payload, where it came from and when. */
export function MessageDetails({ row, open, payload, refusal }: MessageDetailsProps) {
  const { item } = row;
  return (
    <div class="details">
      {refusal !== undefined && (
        <p class="refusal">
          <b>{refusal.handler}</b> {refusalWords(refusal.attempts)}:{' '}
          <span class="error-text">{refusal.error}</span>
        </p>
      )}
      <PayloadView row={row} open={open} payload={open.whole ?? payload} />
      <dl class="facts">
        {item.kind === 'message' && (
          <>
            <Fact name="taken in" value={exactly(item.receivedAt)} />
            <Fact name="handled" value={`${exactly(item.at)}${delay(item.at - item.receivedAt)}`} />
          </>
        )}
        {item.kind === 'dead-letter' && <Fact name="refused" value={exactly(item.at)} />}
        <Fact name="size" value={count(item.size, 'byte')} />
        <Fact name="publisher" value={item.publisher ?? 'none: a bare message'} />
        {item.kind === 'message' && item.pattern !== null && (
          <Fact name="pattern" value={item.pattern} />
        )}
        {item.id !== null && <Fact name="id" value={item.id} />}
      </dl>
    </div>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function exactly(ms: number): string {
  return timeOf(ms, Date.now()).replace(/[^ ]+$/, preciseTime(ms));
}

/** Clocks of two machines may differ: a delay below nothing is not told. */
function delay(ms: number): string {
  return ms < 0 ? '' : ` (${duration(ms)} later)`;
}
