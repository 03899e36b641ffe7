import { type GapEntry, GapReason, type Offset, sequenceOf } from '@relay/contracts';
import { EntryLog } from './entry-log.js';
import type { NewEntry, NewGap, Outbox, ReadLimit } from './outbox.js';
import { joined, type Run, runOf } from './run.js';

export interface OutboxBounds {
  readonly maxMessages: number;
  /** By `entryBytes`: payload, channel and pattern. */
  readonly maxBytes: number;
}

/** Beyond this many gaps among what overflowed, the two oldest become one. */
const MAX_KEPT_GAPS = 1000;

/** A gap that overflowed; it stands for the entries from `first` to `last`. */
interface KeptGap {
  readonly first: number;
  readonly last: number;
  readonly gap: NewGap;
  /** When the newest message that was dropped before it had been taken in. */
  readonly droppedUntil: number | null;
}

/**
 * An outbox in memory. Its n-th entry has the offset `0-n`.
 *
 * When it is full the oldest messages go, and whoever had not read them reads a gap with their number.
 * Gaps that overflow are kept, apart and few: a record of a loss is not lost.
 */
export class MemoryOutbox implements Outbox {
  /** Messages that went because it was full, though not everyone had handled them. */
  dropped = 0;
  readonly #log = new EntryLog();
  #keptGaps: KeptGap[] = [];
  #released = 0;
  /** When the newest message that was dropped had been taken in. */
  #droppedUntil: number | null = null;

  constructor(
    readonly id: string,
    private readonly bounds: OutboxBounds,
  ) {}

  get oldest(): Offset {
    return offsetOf(this.#keptGaps[0]?.first ?? this.#log.oldest);
  }

  get next(): Offset {
    return offsetOf(this.#log.next);
  }

  /** How many entries it holds. */
  get size(): number {
    return this.#log.length + this.#keptGaps.length;
  }

  /** How many bytes its messages take, by `entryBytes`. */
  get bytes(): number {
    return this.#log.bytes;
  }

  /** How many entries lie behind `offset`, those that overflowed left out. */
  entriesBehind(offset: Offset): number {
    return this.#log.next - this.#heldBehind(offset);
  }

  /** How many messages it holds behind `offset`. */
  messagesBehind(offset: Offset): number {
    return this.entriesBehind(offset) - this.#log.gapsFrom(this.#heldBehind(offset));
  }

  append(entry: NewEntry): void {
    const { maxMessages, maxBytes } = this.bounds;
    const log = this.#log;
    log.push(entry);
    while (log.length > maxMessages || (log.bytes > maxBytes && log.length > 1)) this.#overflow();
  }

  read(after: Offset, limit: ReadLimit): Run {
    const gaps: GapEntry[] = [];
    let n = sequenceOf(after) + 1;
    while (n < this.#log.oldest && gaps.length < limit.entries) {
      const gap = this.#missing(n);
      gaps.push(gap);
      n = sequenceOf(gap.offset) + 1;
    }
    if (gaps.length === 0) return this.#held(n, limit);
    const entries = limit.entries - gaps.length;
    const held = this.#held(n, { ...limit, entries });
    // only an entry that comes first may be larger than what is asked for
    return entries > 0 && held.bytes <= limit.bytes ? joined(runOf(gaps), held) : runOf(gaps);
  }

  release(upTo: Offset): void {
    const n = Math.min(sequenceOf(upTo), this.#log.next - 1);
    this.#released = Math.max(this.#released, n);
    this.#keptGaps = this.#keptGaps.filter(({ last }) => last > n);
    this.#log.discard(n);
  }

  /** The number of the first entry behind `offset` that it holds or will hold. */
  #heldBehind(offset: Offset): number {
    return Math.max(sequenceOf(offset) + 1, this.#log.oldest);
  }

  #held(n: number, limit: ReadLimit): Run {
    const span = this.#log.span(n, limit);
    if (span === undefined) return runOf([]);
    const { count, items, bytes, largestBytes, lastAt, hasGaps } = span;
    const first = offsetOf(n);
    const last = count === 1 ? first : offsetOf(n + count - 1);
    return { count, items, bytes, largestBytes, first, last, lastAt, hasGaps };
  }

  #overflow(): void {
    const n = this.#log.oldest;
    const shifted = this.#log.shift();
    if (shifted?.gap) {
      const droppedUntil = this.#droppedUntil;
      this.#keptGaps.push({ first: n, last: n, gap: shifted.gap, droppedUntil });
      if (this.#keptGaps.length > MAX_KEPT_GAPS) this.#mergeOldestGaps();
    } else if (shifted) {
      this.dropped += 1;
      this.#droppedUntil = shifted.at;
    }
  }

  #mergeOldestGaps(): void {
    const [a, b, ...rest] = this.#keptGaps;
    if (a === undefined || b === undefined) return;
    const { from } = a.gap;
    // a beginning with something missing behind it is a beginning no more
    const reason = a.gap.reason === GapReason.start ? b.gap.reason : a.gap.reason;
    const gap: NewGap = { kind: 'gap', reason, from, to: b.gap.to, count: null };
    this.#keptGaps = [{ ...a, last: b.last, gap }, ...rest];
  }

  /** What stands for entry `n`, which is no longer there, and as many behind it as can be said in one. */
  #missing(n: number): GapEntry {
    if (n <= this.#released) {
      // whoever reads here had acknowledged more than it remembers
      return gapUpTo(this.#released, { reason: GapReason.positionLost, to: null, count: null });
    }
    const kept = this.#keptGaps.find(({ last }) => last >= n);
    if (kept && kept.first <= n) return { ...kept.gap, offset: offsetOf(kept.last) };
    const upTo = (kept?.first ?? this.#log.oldest) - 1;
    const count = upTo - n + 1;
    const to = kept ? kept.droppedUntil : this.#droppedUntil;
    return gapUpTo(upTo, { reason: GapReason.overflow, to, count });
  }
}

function gapUpTo(n: number, gap: Pick<GapEntry, 'reason' | 'to' | 'count'>): GapEntry {
  return { kind: 'gap', offset: offsetOf(n), from: null, ...gap };
}

function offsetOf(n: number): Offset {
  return `0-${n}`;
}
