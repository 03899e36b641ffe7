import { entryBytes, type Offset } from '@relay/contracts';
import type { NewEntry, NewGap, OutboxBounds } from '../src/index.js';
import type { PublishedMessage } from './frames.js';
import { Violation } from './violation.js';

/** What an outbox was given; never forgotten. */
export type PlainEntry =
  | {
      readonly kind: 'message';
      readonly message: PublishedMessage;
      readonly receivedAt: number;
      readonly bytes: number;
    }
  | { readonly kind: 'gap'; readonly gap: NewGap; readonly bytes: 0 };

/** One process of the publisher and its outbox, as simple as can be: remembers everything. */
export class PlainOutbox {
  readonly entries: PlainEntry[] = [];
  /** By number, the messages that went because it was full. */
  readonly dropped = new Set<number>();
  /** What each consumer acknowledged, as far as the publisher knows. */
  readonly acknowledged: number[];
  /** Who was told goodbye. */
  readonly finished = new Set<number>();
  hasEnded = false;
  /** When the last command was sent that Redis answered while every channel was subscribed. */
  provenUntil: number | null = null;
  readonly #marks: { readonly next: number; readonly at: number }[] = [];
  #oldest = 1;
  #bytes = 0;
  #keptGaps: number[] = [];
  #wasWhole = false;

  constructor(
    readonly id: string,
    consumers: number,
    private readonly bounds: OutboxBounds,
  ) {
    this.acknowledged = Array.from({ length: consumers }, () => 0);
  }

  get next(): number {
    return this.entries.length + 1;
  }

  append(entry: NewEntry, message: PublishedMessage | undefined, now: number): void {
    if (entry.kind === 'gap') {
      this.#checkGap(entry, now);
      this.entries.push({ kind: 'gap', gap: entry, bytes: 0 });
    } else if (message) {
      const { receivedAt } = entry;
      const bytes = entryBytes(entry);
      this.entries.push({ kind: 'message', message, receivedAt, bytes });
      this.#bytes += bytes;
    }
    const { maxMessages, maxBytes } = this.bounds;
    while (
      this.next - this.#oldest > maxMessages ||
      (this.#bytes > maxBytes && this.next - this.#oldest > 1)
    ) {
      if (this.#shift()?.kind === 'gap') this.#keptGaps.push(this.#oldest - 1);
      else this.dropped.add(this.#oldest - 1);
    }
  }

  /** What the real one has to hold now. */
  checkSize(size: number, bytes: number): void {
    const expected = this.next - this.#oldest + this.#keptGaps.length;
    if (size === expected && bytes === this.#bytes) return;
    throw new Violation(
      'memory exceeded',
      `outbox ${this.id} holds ${size} entries, ${bytes} bytes instead of ${expected}, ${this.#bytes}`,
    );
  }

  acknowledge(consumer: number, cursor: Offset): void {
    const n = numberOf(cursor);
    this.acknowledged[consumer] = Math.max(this.acknowledged[consumer] ?? 0, n);
    const released = Math.min(...this.acknowledged);
    while (this.#oldest <= released) this.#shift();
    this.#keptGaps = this.#keptGaps.filter((gap) => gap > released);
  }

  /** Redis answered what was sent at `sentAt`. */
  answered(sentAt: number): void {
    this.#wasWhole = true;
    this.provenUntil = Math.max(this.provenUntil ?? sentAt, sentAt);
    this.#marks.push({ next: this.next, at: this.provenUntil });
  }

  /** What a status frame has to say to whom everything up to `sent` was sent. */
  heardUntil(sent: Offset): number | null {
    const n = numberOf(sent);
    return this.#marks.findLast(({ next }) => next <= n + 1)?.at ?? null;
  }

  #shift(): PlainEntry | undefined {
    const entry = this.entries[this.#oldest - 1];
    if (entry === undefined) return undefined;
    this.#oldest += 1;
    this.#bytes -= entry.bytes;
    return entry;
  }

  #checkGap({ reason, from, to, count }: NewGap, now: number): void {
    const isStart = reason === 'start';
    if (isStart === this.#wasWhole || count !== null || to !== now) {
      throw new Violation('wrong gap', `${reason} from ${String(from)} to ${String(to)} at ${now}`);
    }
    if (this.provenUntil !== null && (from === null || from < this.provenUntil)) {
      const detail = `${reason} from ${String(from)}, though all is proven until ${this.provenUntil}`;
      throw new Violation('gap too wide', detail);
    }
  }
}

export function numberOf(offset: Offset): number {
  return Number(offset.slice(2));
}
