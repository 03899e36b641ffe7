import type { DeadLetterItem, GapItem, MessageItem, StartItem } from '@relay/contracts';

/** What a handler said when it refused a message. */
export type Refusal = Pick<DeadLetterItem, 'handler' | 'attempts' | 'error'>;

interface Place {
  /** Its own, in the order of arrival. */
  readonly key: number;
}

/** A line of the feed that the page adds itself, about what it does not show. */
export type NoteRow = Place & {
  readonly kind: 'note';
  /**
   * `left-out`: at this rate the consumer sends a part of them. `skipped`: the page was too slow.
   * `away`: they came while the page was away. `forgotten`: they came while it was paused, and are too many.
   * `restarted`: the consumer was started again.
   */
  readonly about: 'left-out' | 'skipped' | 'away' | 'forgotten' | 'restarted';
  readonly count: number;
};

export type MessageRow = Place & {
  readonly kind: 'message';
  /** The feed in which its whole payload may be asked for. */
  readonly feed: string;
  readonly item: MessageItem;
  readonly refusal: Refusal | undefined;
};

export type DeadLetterRow = Place & {
  readonly kind: 'dead-letter';
  readonly feed: string;
  readonly item: DeadLetterItem;
};

export type GapRow = Place & { readonly kind: 'gap'; readonly item: GapItem };
export type StartRow = Place & { readonly kind: 'start'; readonly item: StartItem };

/** A line of the feed. Rows are never changed: one that becomes another is replaced. */
export type Row = MessageRow | DeadLetterRow | GapRow | StartRow | NoteRow;

/** Whether it shows a message, and not something about them. */
export function isMessage({ kind }: Row): boolean {
  return kind === 'message' || kind === 'dead-letter';
}
