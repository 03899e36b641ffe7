import type { GapEntry, MessageEntry, Offset } from '@relay/contracts';
import type { Run } from './run.js';

/** A message before it has its place. */
export type NewMessage = Omit<MessageEntry, 'offset'>;

/** A gap before it has its place. */
export type NewGap = Omit<GapEntry, 'offset'>;

export type NewEntry = NewMessage | NewGap;

/** How much to read at once. */
export interface ReadLimit {
  readonly entries: number;
  /** By `entryBytes`; the first entry is read however large it is. */
  readonly bytes: number;
}

type MaybePromise<T> = T | Promise<T>;

/** The ordered record of what a publisher took in, kept until it is released. */
export interface Outbox {
  readonly id: string;
  /** The offset of the oldest entry that it holds; `next` when it holds none. */
  readonly oldest: Offset;
  /** The offset behind its newest entry. */
  readonly next: Offset;
  append(entry: NewEntry): MaybePromise<void>;
  /**
   * The entries behind `after`, in order. Where some of them are no longer there, a gap with the number
   * of messages that it stands for is in their place, its offset that of the last of them.
   *
   * @returns good until the next call of any method
   */
  read(after: Offset, limit: ReadLimit): MaybePromise<Run>;
  /** Forgets the entries up to and with `upTo`: everyone has handled them. */
  release(upTo: Offset): MaybePromise<void>;
}
