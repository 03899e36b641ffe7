import { memo } from 'preact/compat';
import { DeadLetterLine } from './dead-letter-line.js';
import { GapLine } from './gap-line.js';
import { MessageLine } from './message-line.js';
import { NoteLine } from './note-line.js';
import type { OpenRow } from './open-rows.js';
import type { Row } from './rows.js';
import { StartLine } from './start-line.js';

export interface FeedRowProps {
  readonly row: Row;
  /** Set while it is unfolded. */
  readonly open: OpenRow | undefined;
  /** Whether the Tab key stops here: at one row of the feed. */
  readonly isTabStop: boolean;
}

/** A line of the feed. */
export const FeedRow = memo(({ row, open, isTabStop }: FeedRowProps) => {
  switch (row.kind) {
    case 'message':
      return <MessageLine row={row} open={open} isTabStop={isTabStop} />;
    case 'dead-letter':
      return <DeadLetterLine row={row} open={open} isTabStop={isTabStop} />;
    case 'gap':
      return <GapLine gap={row.item} />;
    case 'start':
      return <StartLine start={row.item} />;
    case 'note':
      return <NoteLine note={row} />;
  }
});
