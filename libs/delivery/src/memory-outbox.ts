import { type Entry, entryBytes, type GapEntry, GapReason, type Offset } from '@relay/contracts';
import type { NewEntry, NewGap, Outbox, ReadLimit } from './outbox.js';
import { Ring } from './ring.js';

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
  readonly #entries = new Ring<NewEntry>();
  #keptGaps: KeptGap[] = [];
  /** The number of the oldest entry in `#entries`. */
  #oldest = 1;
  #released = 0;
  #bytes = 0;
  /** When the newest message that was dropped had been taken in. */
  #droppedUntil: number | null = null;

  constructor(
    readonly id: string,
    private readonly bounds: OutboxBounds,
  ) {}

  get oldest(): Offset {
    return offsetOf(this.#keptGaps[0]?.first ?? this.#oldest);
  }

  get next(): Offset {
    return offsetOf(this.#next);
  }

  /** How many entries it holds. */
  get size(): number {
    return this.#entries.length + this.#keptGaps.length;
  }

  /** How many bytes its messages take, by `entryBytes`. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many entries lie behind `offset`, those that overflowed left out. */
  entriesBehind(offset: Offset): number {
    return this.#next - Math.max(numberOf(offset) + 1, this.#oldest);
  }

  /** How many messages it holds behind `offset`. */
  messagesBehind(offset: Offset): number {
    let count = 0;
    for (let n = Math.max(numberOf(offset) + 1, this.#oldest); n < this.#next; n++) {
      if (this.#entries.at(n - this.#oldest)?.kind === 'message') count += 1;
    }
    return count;
  }

  append(entry: NewEntry): void {
    this.#entries.push(entry);
    this.#bytes += entryBytes(entry);
    while (
      this.#entries.length > this.bounds.maxMessages ||
      (this.#bytes > this.bounds.maxBytes && this.#entries.length > 1)
    ) {
      this.#overflow();
    }
  }

  read(after: Offset, limit: ReadLimit): readonly Entry[] {
    const entries: Entry[] = [];
    let n = numberOf(after) + 1;
    let bytes = 0;
    while (n < this.#oldest && entries.length < limit.entries) {
      const gap = this.#missing(n);
      entries.push(gap);
      n = numberOf(gap.offset) + 1;
    }
    for (; n >= this.#oldest && entries.length < limit.entries; n++) {
      const entry = this.#entries.at(n - this.#oldest);
      if (entry === undefined) break;
      bytes += entryBytes(entry);
      if (bytes > limit.bytes && entries.length > 0) break;
      entries.push(placed(entry, offsetOf(n)));
    }
    return entries;
  }

  release(upTo: Offset): void {
    const n = Math.min(numberOf(upTo), this.#next - 1);
    this.#released = Math.max(this.#released, n);
    this.#keptGaps = this.#keptGaps.filter(({ last }) => last > n);
    while (this.#oldest <= n) this.#shift();
  }

  get #next(): number {
    return this.#oldest + this.#entries.length;
  }

  #shift(): NewEntry | undefined {
    const entry = this.#entries.shift();
    if (entry === undefined) return undefined;
    this.#oldest += 1;
    this.#bytes -= entryBytes(entry);
    return entry;
  }

  #overflow(): void {
    const n = this.#oldest;
    const entry = this.#shift();
    if (entry?.kind === 'gap') {
      this.#keptGaps.push({ first: n, last: n, gap: entry });
      if (this.#keptGaps.length > MAX_KEPT_GAPS) this.#mergeOldestGaps();
    } else if (entry) {
      this.dropped += 1;
      this.#droppedUntil = entry.receivedAt;
    }
  }

  #mergeOldestGaps(): void {
    const [a, b, ...rest] = this.#keptGaps;
    if (a === undefined || b === undefined) return;
    const { reason, from } = a.gap;
    const gap: NewGap = { kind: 'gap', reason, from, to: b.gap.to, count: null };
    this.#keptGaps = [{ first: a.first, last: b.last, gap }, ...rest];
  }

  /** What stands for entry `n`, which is no longer there, and as many behind it as can be said in one. */
  #missing(n: number): GapEntry {
    if (n <= this.#released) {
      // whoever reads here had acknowledged more than it remembers
      return gapUpTo(this.#released, { reason: GapReason.positionLost, to: null, count: null });
    }
    const kept = this.#keptGaps.find(({ last }) => last >= n);
    if (kept && kept.first <= n) return { ...kept.gap, offset: offsetOf(kept.last) };
    const upTo = (kept?.first ?? this.#oldest) - 1;
    const count = upTo - n + 1;
    return gapUpTo(upTo, { reason: GapReason.overflow, to: this.#droppedUntil, count });
  }
}

/** Field by field: objects that are spread have no common shape, which makes every use of them dear. */
function placed(entry: NewEntry, offset: Offset): Entry {
  if (entry.kind === 'gap') {
    const { reason, from, to, count } = entry;
    return { kind: 'gap', offset, reason, from, to, count };
  }
  const { channel, pattern, payload, receivedAt } = entry;
  if (pattern === undefined) return { kind: 'message', offset, channel, payload, receivedAt };
  return { kind: 'message', offset, channel, pattern, payload, receivedAt };
}

function gapUpTo(n: number, gap: Pick<GapEntry, 'reason' | 'to' | 'count'>): GapEntry {
  return { kind: 'gap', offset: offsetOf(n), from: null, ...gap };
}

function offsetOf(n: number): Offset {
  return `0-${n}`;
}

function numberOf(offset: Offset): number {
  return Number(offset.slice(offset.indexOf('-') + 1));
}
