import { Icon } from '../icon.js';
import { hexLine, oneLine } from '../payload/shown-text.js';
import { payloadOf } from '../payload/payload.js';
import { size } from '../words/numbers.js';
import { clockTime, preciseTime } from '../words/times.js';
import { ChannelName } from './channel-name.js';
import { Foldable } from './foldable.js';
import { MessageDetails } from './message-details.js';
import type { OpenRow } from './open-rows.js';
import type { MessageRow } from './rows.js';

/** Longer payloads have their size beside them, in bytes. */
const LONG_BYTES = 200;

export interface MessageLineProps {
  readonly row: MessageRow;
  readonly open: OpenRow | undefined;
  readonly isTabStop: boolean;
}

/** A message: folded its time, channel and the beginning of its payload. */
export function MessageLine({ row, open, isTabStop }: MessageLineProps) {
  const { item, refusal } = row;
  const payload = payloadOf(item);
  const isText = payload.text !== undefined;
  return (
    <Foldable
      row={row.key}
      kind={refusal === undefined ? 'message' : 'message refused'}
      label={`message on ${item.channel} at ${clockTime(item.receivedAt)}`}
      isOpen={open !== undefined}
      isTabStop={isTabStop}
      line={
        <>
          <time dateTime={new Date(item.receivedAt).toISOString()}>
            {preciseTime(item.receivedAt)}
          </time>
          <ChannelName channel={item.channel} />
          <span class="payload">
            {payload.text === '' ? (
              <i>empty</i>
            ) : isText ? (
              oneLine(payload.text)
            ) : (
              hexLine(payload.bytes)
            )}
          </span>
          <span class="tags">
            {refusal !== undefined && (
              <span class="tag refused">
                <Icon name="trouble" /> dead letter
              </span>
            )}
            {!isText && <span class="tag">bytes</span>}
            {item.size > LONG_BYTES && <span class="tag">{size(item.size)}</span>}
          </span>
        </>
      }
    >
      {open !== undefined && (
        <MessageDetails row={row} open={open} payload={payload} refusal={refusal} />
      )}
    </Foldable>
  );
}
