import {
  BEFORE_ALL,
  compareOffsets,
  type Entry,
  type GapEntry,
  GapReason,
  type Offset,
  type Welcome,
} from '@relay/contracts';
import { PendingEntries, type Taken } from './pending-entries.js';
import { weightOf } from './weight.js';

/** The first thing that a consumer ever heard of a publisher: nothing is missing that it could have had. */
export interface StartEntry {
  readonly kind: 'start';
  readonly offset: Offset;
  /** Since when the publisher is subscribed, by its clock; null: unknown. */
  readonly at: number | null;
}

/** What a receiver hands on. */
export type HandedEntry = Entry | StartEntry;

/** What a consumer knows of the end of an outbox. */
export interface LastHeard {
  /** Whether its publisher said goodbye: all was acknowledged. */
  readonly isClean: boolean;
  /** Until when everything that was published was received or told to be missing; null: unknown. */
  readonly until: number | null;
}

/** What a frame may change beside what is pending. */
interface Changed {
  readonly isUnknown: boolean;
  readonly begunAt: number | null;
  readonly saidGoodbye: boolean;
}

/** Where a consumer stands in one outbox. */
export class OutboxPosition {
  #received: Offset | undefined;
  #cursor: Offset | undefined;
  readonly #pending = new PendingEntries();
  /** What the newest `status` or `goodbye` told, wherever a clock that was set has put it. */
  #toldUntil: number | null = null;
  /** The end of the beginning: what was published before is told to be missing. */
  #begunAt: number | null = null;
  #saidGoodbye = false;
  /** What the last frame has changed. */
  #before: Changed | undefined;

  constructor(
    readonly outbox: string,
    readonly publisher: string,
    /** What was last heard of the outbox that this publisher had before; none when it is new here. */
    readonly predecessor: LastHeard | undefined,
  ) {}

  /** What `welcome` says; null before anything was received. */
  get position(): Welcome['position'] {
    if (this.#received === undefined || this.#cursor === undefined) return null;
    return { received: this.#received, cursor: this.#cursor };
  }

  get cursor(): Offset | undefined {
    return this.#cursor;
  }

  get pendingEntries(): number {
    return this.#pending.length;
  }

  get pendingBytes(): number {
    return this.#pending.bytes;
  }

  /** What a later outbox of this publisher has to know; undefined when there is nothing to tell. */
  get lastHeard(): LastHeard | undefined {
    const before = this.#cursor === undefined ? this.predecessor : undefined;
    const until = this.#until ?? before?.until ?? null;
    if (!this.#saidGoodbye) return { isClean: false, until };
    const heardNothing = this.#cursor === undefined && this.#until === null;
    if (heardNothing && before === undefined) return undefined;
    return { isClean: before?.isClean ?? true, until };
  }

  get #until(): number | null {
    if (this.#toldUntil === null || this.#begunAt === null) return this.#toldUntil ?? this.#begunAt;
    return Math.max(this.#toldUntil, this.#begunAt);
  }

  heardUntil(time: number | null): void {
    this.#toldUntil = time ?? this.#toldUntil;
  }

  saidGoodbye(subscriptionEndedAt: number | null): void {
    this.#saidGoodbye = true;
    this.heardUntil(subscriptionEndedAt);
  }

  /** Whether a frame that begins behind `after` would leave something out. */
  skips(after: Offset): boolean {
    return this.#received !== undefined && compareOffsets(after, this.#received) > 0;
  }

  /** Leaves out what it has had of `entries`, which ascend. */
  fresh(entries: readonly Entry[]): readonly Entry[] {
    const received = this.#received;
    const [first] = entries;
    if (received === undefined || first === undefined) return entries;
    if (compareOffsets(first.offset, received) > 0) return entries;
    return entries.filter(({ offset }) => compareOffsets(offset, received) > 0);
  }

  /** Takes in entries that it has not had, and fills in what it knows of a beginning. */
  receive(
    after: Offset,
    fresh: readonly Entry[],
    bytes = weightOf(fresh).bytes,
  ): readonly HandedEntry[] {
    this.#before = {
      isUnknown: this.#cursor === undefined,
      begunAt: this.#begunAt,
      saidGoodbye: this.#saidGoodbye,
    };
    this.#cursor ??= after;
    this.#saidGoodbye = false;
    this.#pending.push(fresh, bytes);
    this.#received = fresh.at(-1)?.offset ?? this.#received ?? after;
    if (!fresh.some(isBeginning)) return fresh;
    return fresh.map((entry) => (isBeginning(entry) ? this.#beginning(entry) : entry));
  }

  /**
   * What was received last was not handed on, and is to come again: as if it had not come.
   *
   * @returns how many entries that were
   */
  takeBack(): number {
    const pendingBefore = this.pendingEntries;
    const before = this.#before;
    this.#before = undefined;
    const last = this.#pending.pop();
    if (before?.isUnknown) this.#cursor = undefined;
    this.#received = last ?? this.#cursor;
    this.#begunAt = before?.begunAt ?? null;
    this.#saidGoodbye = before?.saidGoodbye ?? false;
    return pendingBefore - this.pendingEntries;
  }

  /** The outbox goes back behind what was received: what lay there cannot be told from what comes now. */
  lost(): GapEntry {
    const offset = this.#received ?? BEFORE_ALL;
    const reason = GapReason.positionLost;
    const gap: GapEntry = { kind: 'gap', offset, reason, from: this.#until, to: null, count: null };
    this.#pending.push([gap], 0);
    return gap;
  }

  /** The oldest pending entries are handled; undefined when none is pending. */
  handled(count = 1): Taken | undefined {
    const taken = this.#pending.shift(count);
    if (taken !== undefined) this.#cursor = taken.last;
    return taken;
  }

  #beginning(entry: GapEntry): HandedEntry {
    const { predecessor } = this;
    const { offset, to } = entry;
    this.#begunAt = to ?? this.#begunAt;
    if (predecessor === undefined) return { kind: 'start', offset, at: to };
    const reason = predecessor.isClean ? GapReason.publisherRestarted : GapReason.publisherLost;
    const { until } = predecessor;
    const from = until === null || to === null ? until : Math.min(until, to);
    return { ...entry, reason, from };
  }
}

function isBeginning(entry: Entry): entry is GapEntry {
  return entry.kind === 'gap' && entry.reason === GapReason.start;
}
