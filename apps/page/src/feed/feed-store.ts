import type { FeedItem, Items, Watch } from '@relay/contracts';
import { BoundedSet } from './bounded-set.js';
import type { NoteRow, Refusal, Row } from './rows.js';

/** The rows that are kept; the oldest go. */
export const MAX_ROWS = 2000;
/** The ids by which doubles are recognised, and the refusals by which messages are marked. */
const MAX_IDS = 10_000;
const MAX_CHANNELS = 200;

/** How much of what happened in a second is shown. */
export interface Shown {
  readonly shown: number;
  readonly all: number;
}

/**
 * The rows of the feed. While it is held, the rows stay as they are and what comes is counted; it comes
 * when the hold ends.
 */
export class FeedStore {
  /** How much was shown of the last second in which not all was; undefined when all was. */
  sampled: Shown | undefined;
  /** The messages that came while it is held, shown or not. */
  held = 0;
  readonly channels = new BoundedSet<string>(MAX_CHANNELS);
  #rows: readonly Row[] = [];
  #waiting: Row[] = [];
  /** The rows that came while it is held and are no longer kept. */
  #forgotten = 0;
  #isHeld = false;
  #feed: string | undefined;
  #upTo: number | undefined;
  #isBack = false;
  #nextKey = 1;
  #second = { shown: 0, all: 0 };
  readonly #seen = new BoundedSet<string>(MAX_IDS);
  readonly #refusals = new Map<string, Refusal>();

  /** The oldest first. The array changes when the rows do. */
  get rows(): readonly Row[] {
    return this.#rows;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Where to go on after a loss of the connection. */
  get seen(): Watch['seen'] {
    if (this.#feed === undefined || this.#upTo === undefined) return null;
    return { feed: this.#feed, upTo: this.#upTo };
  }

  /** The connection is made, to the feed of this id. */
  welcome(feed: string): void {
    this.#isBack = true;
    if (this.#feed !== undefined && this.#feed !== feed) {
      this.append([this.note('restarted', 0)]);
      this.#upTo = 0;
    }
    this.#feed = feed;
  }

  /** What happened. */
  add({ after, upTo, items }: Items): void {
    const isFirst = this.#upTo === undefined;
    const last = this.#upTo ?? after;
    const from = Math.max(after, last);
    const fresh = items.filter(({ n }) => n > from);
    const skipped = Math.max(0, after - last);
    const leftOut = isFirst ? 0 : Math.max(0, upTo - from - fresh.length);
    const rows: Row[] = [];
    if (this.#isBack) this.noteIfAny('away', skipped + leftOut, rows);
    else this.noteIfAny('skipped', skipped, rows);
    for (const item of fresh) this.take(item, rows);
    if (!this.#isBack) {
      this.noteIfAny('left-out', leftOut, rows);
      this.#second.shown += fresh.length;
      this.#second.all += fresh.length + leftOut;
    }
    if (this.#isHeld) this.held += skipped + messagesOf(rows) + leftOut;
    this.#upTo = Math.max(upTo, from);
    this.#isBack = false;
    this.append(rows);
  }

  /** A second is over: says anew whether all of it was shown. */
  endSecond(): void {
    this.sampled = this.#second.all > this.#second.shown ? this.#second : undefined;
    this.#second = { shown: 0, all: 0 };
  }

  hold(): void {
    this.#isHeld = true;
  }

  /** What waited comes. */
  resume(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    const rows = this.#waiting;
    if (this.#forgotten > 0) rows.unshift(this.note('forgotten', this.#forgotten));
    this.#waiting = [];
    this.#forgotten = 0;
    this.held = 0;
    this.append(rows);
  }

  /** Forgets the rows, those that wait, too. */
  clear(): void {
    this.#rows = [];
    this.#waiting = [];
    this.#forgotten = 0;
    this.held = 0;
  }

  private take(item: FeedItem, rows: Row[]): void {
    if (item.id !== null && !this.#seen.add(`${item.kind} ${item.id}`)) return;
    const key = this.#nextKey++;
    const feed = this.#feed ?? '';
    switch (item.kind) {
      case 'message': {
        this.channels.add(item.channel);
        const refusal = item.id === null ? undefined : this.#refusals.get(item.id);
        rows.push({ kind: 'message', key, feed, item, refusal });
        return;
      }
      case 'dead-letter':
        rows.push({ kind: 'dead-letter', key, feed, item });
        if (item.id !== null) this.mark(item.id, item, rows);
        return;
      case 'gap':
        rows.push({ kind: 'gap', key, item });
        return;
      case 'start':
        rows.push({ kind: 'start', key, item });
    }
  }

  /** Says it at the message that was refused, wherever it is. */
  private mark(id: string, { handler, attempts, error }: Refusal, arriving: Row[]): void {
    const refusal = { handler, attempts, error };
    this.#refusals.set(id, refusal);
    if (this.#refusals.size > MAX_IDS) {
      const oldest = this.#refusals.keys().next();
      if (!oldest.done) this.#refusals.delete(oldest.value);
    }
    for (const rows of [arriving, this.#waiting, this.#rows]) {
      const at = rows.findLastIndex((row) => row.kind === 'message' && row.item.id === id);
      const row = rows[at];
      if (row?.kind !== 'message') continue;
      const marked = { ...row, refusal };
      if (rows === this.#rows) this.#rows = rows.with(at, marked);
      else (rows as Row[])[at] = marked;
      return;
    }
  }

  private append(rows: readonly Row[]): void {
    if (rows.length === 0) return;
    if (!this.#isHeld) {
      this.#rows = [...this.#rows, ...rows].slice(-MAX_ROWS);
      return;
    }
    this.#waiting.push(...rows);
    const excess = this.#waiting.length - (MAX_ROWS - 1); // leaves room for the note
    if (excess > 0) this.#forgotten += placesOf(this.#waiting.splice(0, excess));
  }

  private noteIfAny(about: NoteRow['about'], count: number, rows: Row[]): void {
    if (count > 0) rows.push(this.note(about, count));
  }

  private note(about: NoteRow['about'], count: number): NoteRow {
    return { kind: 'note', key: this.#nextKey++, about, count };
  }
}

function messagesOf(rows: readonly Row[]): number {
  return rows.filter(({ kind }) => kind === 'message').length;
}

/** How many things that happened these rows stand for. */
function placesOf(rows: readonly Row[]): number {
  return rows.reduce((sum, row) => sum + (row.kind === 'note' ? row.count : 1), 0);
}
