import { Icon } from '../icon.js';
import { oneLine } from '../payload/shown-text.js';
import { payloadOf } from '../payload/payload.js';
import { refusalWords } from '../words/refusal-words.js';
import { clockTime, preciseTime } from '../words/times.js';
import { ChannelName } from './channel-name.js';
import { Foldable } from './foldable.js';
import { MessageDetails } from './message-details.js';
import type { OpenRow } from './open-rows.js';
import type { DeadLetterRow } from './rows.js';

export interface DeadLetterLineProps {
  readonly row: DeadLetterRow;
  readonly open: OpenRow | undefined;
  readonly isTabStop: boolean;
}

/** A handler refused a message for good. */
export function DeadLetterLine({ row, open, isTabStop }: DeadLetterLineProps) {
  const { item } = row;
  return (
    <Foldable
      row={row.key}
      kind="dead-letter"
      label={`dead letter on ${item.channel} at ${clockTime(item.at)}`}
      isOpen={open !== undefined}
      isTabStop={isTabStop}
      line={
        <>
          <time dateTime={new Date(item.at).toISOString()}>{preciseTime(item.at)}</time>
          <ChannelName channel={item.channel} />
          <span class="payload letter">
            <Icon name="trouble" />
            <b>Dead letter</b> {item.handler} {refusalWords(item.attempts)}: {oneLine(item.error)}
          </span>
        </>
      }
    >
      {open !== undefined && (
        <MessageDetails row={row} open={open} payload={payloadOf(item)} refusal={item} />
      )}
    </Foldable>
  );
}
