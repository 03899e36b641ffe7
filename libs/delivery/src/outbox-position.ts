import {
  BEFORE_ALL,
  compareOffsets,
  type Entry,
  entryBytes,
  type GapEntry,
  GapReason,
  type Offset,
  type Welcome,
} from '@relay/contracts';
import { Ring } from './ring.js';

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
  /** Until when everything that was published and heard was received; null: unknown. */
  readonly until: number | null;
}

interface Pending {
  readonly offset: Offset;
  readonly bytes: number;
}

/** Where a consumer stands in one outbox. */
export class OutboxPosition {
  #received: Offset | undefined;
  #cursor: Offset | undefined;
  /** Received and not yet handled, the oldest first. */
  readonly #pending = new Ring<Pending>();
  #pendingBytes = 0;
  #heardUntil: number | null = null;
  #goodbye: { readonly until: number | null } | undefined;
  #hasBegun = false;

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
    return this.#pendingBytes;
  }

  /** What a later outbox of this publisher has to know; undefined when there is nothing to tell. */
  get lastHeard(): LastHeard | undefined {
    const before = this.#hasBegun ? undefined : this.predecessor;
    if (this.#goodbye === undefined) {
      return { isClean: false, until: this.#heardUntil ?? before?.until ?? null };
    }
    if (!this.#hasBegun && before === undefined) return undefined; // it never heard anything
    return {
      isClean: before?.isClean ?? true,
      until: this.#goodbye.until ?? before?.until ?? null,
    };
  }

  heardUntil(time: number | null): void {
    this.#heardUntil = time ?? this.#heardUntil;
  }

  saidGoodbye(subscriptionEndedAt: number | null): void {
    this.#goodbye = { until: subscriptionEndedAt };
  }

  /** Whether a frame that begins behind `after` would leave something out. */
  skips(after: Offset): boolean {
    return this.#received !== undefined && compareOffsets(after, this.#received) > 0;
  }

  /** Takes entries in: leaves out what it has had, and fills in what it knows of a beginning. */
  receive(after: Offset, entries: readonly Entry[]): readonly HandedEntry[] {
    const received = this.#received ?? after;
    this.#cursor ??= after;
    this.#hasBegun = true;
    const fresh = entries.filter(({ offset }) => compareOffsets(offset, received) > 0);
    for (const entry of fresh) {
      const bytes = entryBytes(entry);
      this.#pending.push({ offset: entry.offset, bytes });
      this.#pendingBytes += bytes;
    }
    this.#received = fresh.at(-1)?.offset ?? received;
    return fresh.map((entry) =>
      entry.kind === 'gap' && entry.reason === GapReason.start ? this.#beginning(entry) : entry,
    );
  }

  /** The outbox goes back behind what was received: what lay there cannot be told from what comes now. */
  lost(): GapEntry {
    const offset = this.#received ?? BEFORE_ALL;
    this.#pending.push({ offset, bytes: 0 });
    const from = this.#heardUntil;
    return { kind: 'gap', offset, reason: GapReason.positionLost, from, to: null, count: null };
  }

  /** The oldest pending entry is handled. */
  handled(): Pending | undefined {
    const entry = this.#pending.shift();
    if (entry === undefined) return undefined;
    this.#pendingBytes -= entry.bytes;
    this.#cursor = entry.offset;
    return entry;
  }

  #beginning(entry: GapEntry): HandedEntry {
    const { predecessor } = this;
    const { offset, to } = entry;
    if (predecessor === undefined) return { kind: 'start', offset, at: to };
    const reason = predecessor.isClean ? GapReason.publisherRestarted : GapReason.publisherLost;
    const { until } = predecessor;
    const from = until === null || to === null ? until : Math.min(until, to);
    return { ...entry, reason, from };
  }
}
