import type { Entry, GapEntry } from '@relay/contracts';
import type { HandedEntry } from '../src/index.js';
import type { PublishedMessage } from './frames.js';
import { HANDLED_AGAIN } from './histories.js';
import { numberOf, type PlainOutbox } from './plain-outbox.js';
import { Violation } from './violation.js';

/** What one process of a consumer knows of one outbox. */
interface Contact {
  readonly outbox: PlainOutbox;
  /** The number of the last entry that was handled; undefined before it is known where to begin. */
  handled: number | undefined;
  /** Where it began without knowing a place. */
  resumedBehind: number | undefined;
  hasBegun: boolean;
  /** Until when it knows what was published: handled, or told to be missing. */
  until: number | null;
  goodbye: { readonly until: number | null } | undefined;
}

/** Says that messages may be missing which were published between two times. */
interface ToldGap {
  readonly index: number;
  readonly reason: string;
  readonly from: number;
  readonly to: number;
}

/** What one consumer is owed, and what its handlers got. */
export class ConsumerAccount {
  /** How many entries were handled, by all of its processes. */
  handledEntries = 0;
  readonly gaps: ToldGap[] = [];
  /** Where each message was handled first. */
  readonly #handledAt = new Map<PublishedMessage, number>();
  /** Messages that an exact gap accounts for. */
  readonly #counted = new Set<PublishedMessage>();
  #contacts = new Map<PlainOutbox, Contact>();

  constructor(
    readonly number: number,
    private readonly maxEntryBytes: number,
    private readonly saw: (what: string) => void,
  ) {}

  /** Another process begins, which knows nothing. */
  restarted(): void {
    this.#contacts = new Map();
  }

  /** The consumer answered a publisher. */
  welcomed(outbox: PlainOutbox): void {
    if (this.#contacts.has(outbox)) return;
    this.#contacts.set(outbox, {
      outbox,
      handled: undefined,
      resumedBehind: undefined,
      hasBegun: false,
      until: null,
      goodbye: undefined,
    });
  }

  /** The publisher got the answer and goes on behind it, or behind what was acknowledged. */
  resumed(outbox: PlainOutbox, hasPosition: boolean): void {
    const contact = this.#contacts.get(outbox);
    if (contact === undefined || hasPosition) return;
    contact.handled = outbox.acknowledged[this.number];
    contact.resumedBehind = contact.handled;
  }

  received(outbox: PlainOutbox, entries: readonly Entry[]): void {
    const contact = this.#contacts.get(outbox);
    if (contact === undefined) return;
    contact.hasBegun = true;
    for (const entry of entries) {
      if (entry.kind === 'gap' && entry.reason === 'start') this.#knows(contact, entry.to);
    }
  }

  toldStatus(outbox: PlainOutbox, heardUntil: number | null): void {
    const contact = this.#contacts.get(outbox);
    if (contact) this.#knows(contact, heardUntil);
  }

  toldGoodbye(outbox: PlainOutbox, until: number | null): void {
    const contact = this.#contacts.get(outbox);
    if (contact === undefined) return;
    contact.goodbye = { until };
    this.#knows(contact, until);
  }

  /** The handlers are done with an entry. */
  handled(outbox: PlainOutbox, entry: HandedEntry): void {
    const contact = this.#contacts.get(outbox);
    const n = numberOf(entry.offset);
    const before = contact?.handled;
    const where = `${entry.kind} ${outbox.id}/${n} at consumer ${this.number}`;
    if (contact === undefined || before === undefined || n <= before) {
      throw new Violation('twice or out of order', `${where}, behind ${before ?? 'nothing'}`);
    }
    contact.handled = n;
    this.handledEntries += 1;
    if (entry.kind === 'gap' && entry.reason === 'overflow') {
      this.#checkOverflow(contact, before, entry);
      return;
    }
    if (n !== before + 1) {
      throw new Violation('lost without a gap', `${where}, behind ${before}`);
    }
    const expected = outbox.entries[n - 1];
    if (expected?.kind === 'message') this.#checkMessage(expected, entry, where);
    else if (expected?.gap.reason === 'start')
      this.#checkBeginning(contact, expected.gap.to, entry);
    else if (entry.kind !== 'gap' || entry.reason !== expected?.gap.reason) {
      throw new Violation('wrong gap', where);
    } else this.#told(entry.reason, entry.from, entry.to);
  }

  /** How many entries of an outbox its present process has handled. */
  handledOf(outbox: PlainOutbox): number | undefined {
    return this.#contacts.get(outbox)?.handled;
  }

  /** Every message that was published is handled, or the handlers were told in time that it is missing. */
  check(
    published: readonly PublishedMessage[],
    places: ReadonlyMap<PublishedMessage, Place>,
  ): void {
    const next = new Map<string, number>();
    for (const message of [...published].reverse()) {
      const { channel } = message;
      const nextAt = next.get(channel) ?? Infinity;
      const at = this.#handledAt.get(message);
      if (at !== undefined) next.set(channel, at);
      else if (!this.#counted.has(message))
        this.#checkMissing(message, places.get(message), nextAt);
    }
  }

  #checkMissing(message: PublishedMessage, place: Place | undefined, nextAt: number): void {
    const where = `message ${message.number} of ${message.at} at consumer ${this.number}`;
    if (place && !place.outbox.hasEnded) throw new Violation('lost without a gap', where);
    if (place?.outbox.finished.has(this.number)) throw new Violation('goodbye too soon', where);
    const isTold = this.gaps.some(
      ({ index, reason, from, to }) =>
        index < nextAt &&
        from <= message.at &&
        message.at <= to &&
        // a message that was heard can only go with its publisher
        (place === undefined || reason === 'start' || reason.startsWith('publisher-')),
    );
    if (!isTold) throw new Violation('lost without a gap', where);
  }

  #knows(contact: Contact, until: number | null): void {
    if (until !== null) contact.until = Math.max(contact.until ?? until, until);
  }

  #told(reason: string, from: number | null, to: number | null): void {
    this.saw(reason);
    this.gaps.push({
      index: this.handledEntries,
      reason,
      from: from ?? -Infinity,
      to: to ?? Infinity,
    });
  }

  #checkMessage(
    { message, bytes, receivedAt }: Extract<PlainOutbox['entries'][number], { kind: 'message' }>,
    entry: HandedEntry,
    where: string,
  ): void {
    if (bytes > this.maxEntryBytes) {
      const isRight =
        entry.kind === 'gap' &&
        entry.reason === 'too-large' &&
        entry.count === 1 &&
        entry.from === receivedAt &&
        entry.to === receivedAt;
      if (!isRight) throw new Violation('wrong gap', `${where} is too large`);
      this.saw(entry.reason);
      this.#counted.add(message);
      return;
    }
    if (entry.kind !== 'message' || !isSame(entry.payload, message.payload)) {
      throw new Violation('lost without a gap', `${where} is not message ${message.number}`);
    }
    if (this.#handledAt.has(message)) this.saw(HANDLED_AGAIN);
    else this.#handledAt.set(message, this.handledEntries);
  }

  #checkOverflow({ outbox, resumedBehind }: Contact, before: number, gap: GapEntry): void {
    const n = numberOf(gap.offset);
    for (let missing = before + 1; missing <= n; missing++) {
      const entry = outbox.entries[missing - 1];
      if (entry?.kind !== 'message' || !outbox.dropped.has(missing)) {
        throw new Violation('gap without a loss', `${outbox.id}/${missing} did not overflow`);
      }
      if (entry.receivedAt < (gap.from ?? 0) || entry.receivedAt > (gap.to ?? 0)) {
        throw new Violation('wrong gap', `the times of the overflow up to ${gap.offset}`);
      }
      this.#counted.add(entry.message);
    }
    if (gap.count !== n - before) {
      throw new Violation('wrong count', `${String(gap.count)} instead of ${n - before}`);
    }
    const previous = outbox.entries[before - 1];
    const least = previous?.kind === 'message' ? previous.receivedAt : previous?.gap.to;
    // in the middle of a frame the sender knows the time only roughly
    if (before !== resumedBehind && (gap.from ?? -Infinity) < (least ?? -Infinity)) {
      const detail = `overflow from ${String(gap.from)} instead of ${String(least)}`;
      throw new Violation('gap too wide', detail);
    }
    this.saw(gap.reason);
  }

  /** An outbox begins: a gap for whoever knew the publisher before, and for nobody else. */
  #checkBeginning(contact: Contact, to: number | null, entry: HandedEntry): void {
    const earlier: Contact[] = [];
    for (const other of this.#contacts.values()) {
      if (other === contact) break;
      const neverHeard = !other.hasBegun && other.goodbye?.until === null;
      if (!neverHeard) earlier.push(other);
    }
    const last = earlier.at(-1);
    if (last === undefined) {
      if (entry.kind !== 'start') {
        const isWrong = entry.kind !== 'gap' || !entry.reason.startsWith('publisher-');
        throw new Violation(isWrong ? 'wrong gap' : 'gap without a loss', 'at a first contact');
      }
      this.#told('start', null, entry.at);
      return;
    }
    if (entry.kind === 'start') {
      throw new Violation('start instead of a gap', `${last.outbox.id} was known`);
    }
    const reason = last.goodbye ? 'publisher-restarted' : 'publisher-lost';
    if (entry.kind !== 'gap' || entry.reason !== reason || entry.to !== to) {
      throw new Violation('wrong gap', `${JSON.stringify(entry)} instead of ${reason}`);
    }
    const known = earlier.flatMap(({ until }) => (until === null ? [] : [until]));
    const least = known.length === 0 ? null : Math.min(Math.max(...known), to ?? Infinity);
    if (least !== null && (entry.from ?? -Infinity) < least) {
      throw new Violation('gap too wide', `from ${String(entry.from)} instead of ${least}`);
    }
    this.#told(entry.reason, entry.from, entry.to);
  }
}

/** Where a message got to. */
export interface Place {
  readonly outbox: PlainOutbox;
  readonly n: number;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, index) => byte === b[index]);
}
