import type { FeedItem, Items } from '@relay/contracts';
import { LIMITS } from '../limits.js';
import { ChannelSamples } from './channel-samples.js';
import { choose } from './choose.js';
import { feedItemOf, shortName } from './feed-item.js';
import type { Happening } from './happening.js';
import { KeptPayloads } from './kept-payloads.js';
import { Newest } from './newest.js';

/**
 * So many messages are sorted in together, unless somebody looks: what is done for one that comes alone costs ten
 * times as much as for one among others, and takes the caches from those that the next message goes through.
 */
const MAX_UNSORTED = 64;

export interface FeedOptions {
  /** Its own among the feeds of all time. */
  readonly id: string;
  /** `PAGE_HISTORY` */
  readonly history: number;
}

/** What has become an item, which holds no view. */
interface Shown {
  readonly kind: 'shown';
  readonly item: FeedItem;
}

/** Something that may be shown, with a view into a frame until it is asked for. */
class Held {
  constructor(
    readonly n: number,
    private readonly at: number,
    /** Of a message. */
    readonly channel: string | undefined,
    private what: Happening | Shown,
  ) {}

  /** The frame into which it has a view. */
  get frame(): ArrayBufferLike | undefined {
    return this.what.kind === 'shown' ? undefined : payloadOf(this.what)?.buffer;
  }

  /** Whether a publisher brought it: a bare message may claim any channel. */
  get isDelivered(): boolean {
    return this.what.kind === 'message' && this.what.publisher !== undefined;
  }

  /** Makes it an item; `payloads` keeps the payload, if it is given. */
  item(payloads?: KeptPayloads): FeedItem {
    if (this.what.kind === 'shown') return this.what.item;
    const payload = payloadOf(this.what);
    const isKept = payloads !== undefined && isKeepable(payload);
    if (isKept) payloads.add(this.n, payload);
    const item = feedItemOf(this.n, this.at, this.what, isKept);
    this.what = { kind: 'shown', item };
    return item;
  }
}

/**
 * What happened, numbered, and of that what may be shown. Everything counts; of a message only references
 * are taken until somebody wants to see it, or too many frames stay in memory for it. No clock, no I/O.
 */
export class Feed {
  readonly id: string;
  #upTo = 0;
  /** What came last, and is not sorted in. */
  readonly #unsorted: Held[] = [];
  readonly #recent: Newest<Held>;
  readonly #rare = new Newest<Held>(LIMITS.pageRareItems);
  readonly #samples = new ChannelSamples<Held>();
  readonly #payloads = new KeptPayloads(LIMITS.pagePayloadsBytes);
  /** The newest generation of frames: those after this place, which take so many bytes. */
  #youngAfter = 0;
  #youngBytes = 0;
  #lastFrame: ArrayBufferLike | undefined;
  #onNext: (() => void) | undefined;

  constructor({ id, history }: FeedOptions) {
    this.id = id;
    this.#recent = new Newest(history);
  }

  /** The place of the newest; 0 before the first. */
  get upTo(): number {
    return this.#upTo;
  }

  /** Channels from which publishers brought messages lately. */
  get channels(): string[] {
    this.#sortIn();
    return this.#samples.delivered;
  }

  /** Takes in what happened at the time `at`. */
  add(what: Happening, at: number): void {
    this.#upTo += 1;
    const channel = what.kind === 'message' ? shortName(what.channel) : undefined;
    const held = new Held(this.#upTo, at, channel, what);
    this.#unsorted.push(held);
    if (channel === undefined || this.#unsorted.length >= MAX_UNSORTED) this.#sortIn();
    this.#boundFrames(held);
    if (this.#onNext) this.#tellNext();
  }

  /** Calls `listener` once, when something happens. */
  onNext(listener: (() => void) | undefined): void {
    this.#onNext = listener;
  }

  /** What is worth showing of what happened after `place`. */
  news(place: number): Items {
    const count = LIMITS.pageItemsInFrame;
    const chosen = choose(this.#after(place), { count, weight: Infinity, weightOf: () => 0 });
    return this.#items(place, chosen);
  }

  /**
   * What is kept of what happened after `place`, null for all that is kept: as much of it as fits into
   * `LIMITS.pageHistoryBytes`.
   */
  history(place: number | null): Items {
    const held = this.#after(place ?? 0);
    const beforeFirst = (held[0]?.n ?? this.#upTo + 1) - 1;
    for (const one of held) one.item(this.#payloads); // the newest last: the last payloads are those that stay
    const weightOf = (one: Held): number => encodedBytes(one.item());
    const room = { count: Infinity, weight: LIMITS.pageHistoryBytes, weightOf };
    return this.#items(place ?? beforeFirst, choose(held, room));
  }

  /** The whole payload of what is at `place`; undefined when it is not kept. */
  payload(place: number): Uint8Array | undefined {
    this.#sortIn();
    return this.#payloads.get(place);
  }

  #items(after: number, held: readonly Held[]): Items {
    const items = held.map((one) => one.item(this.#payloads));
    return { after, upTo: this.#upTo, items };
  }

  #sortIn(): void {
    let sorted = 0;
    try {
      for (const held of this.#unsorted) {
        this.#recent.push(held);
        if (held.channel === undefined) this.#rare.push(held);
        else this.#samples.add(held.channel, held.n, held.isDelivered, held);
        sorted += 1;
      }
    } finally {
      this.#unsorted.splice(0, sorted); // what there was no memory for waits
    }
  }

  /** What is held of what came after `place`, in its order. */
  #after(place: number): Held[] {
    this.#sortIn();
    const found = new Map<number, Held>();
    for (const kept of [this.#recent, this.#rare, this.#samples]) {
      for (const held of kept) if (held.n > place) found.set(held.n, held);
    }
    return [...found.values()].sort((a, b) => a.n - b.n);
  }

  /**
   * Lets go of frames when they are too many: of two generations, each half as large as may be, what the
   * older one holds becomes items. So what comes fast is mostly forgotten before it would be copied.
   */
  #boundFrames({ n, frame }: Held): void {
    if (frame === undefined || frame === this.#lastFrame) return;
    this.#lastFrame = frame;
    this.#youngBytes += frame.byteLength;
    if (this.#youngBytes <= LIMITS.pageHeldFrameBytes / 2) return;
    this.#sortIn();
    this.#letGo(this.#youngAfter);
    this.#youngAfter = n;
    this.#youngBytes = 0;
    this.#lastFrame = undefined;
  }

  /** Frees the frames up to this place: whole payloads stay only of what is kept for being rare. */
  #letGo(place: number): void {
    for (const kept of [this.#rare, this.#samples]) {
      for (const held of kept) if (held.n <= place) held.item(this.#payloads);
    }
    for (const held of this.#recent) if (held.n <= place) held.item();
  }

  #tellNext(): void {
    const listener = this.#onNext;
    this.#onNext = undefined;
    listener?.();
  }
}

/** What it takes in a frame, and the comma behind it. */
function encodedBytes(item: FeedItem): number {
  return Buffer.byteLength(JSON.stringify(item)) + 1;
}

function isKeepable(payload: Uint8Array | undefined): payload is Uint8Array {
  return payload !== undefined && payload.byteLength <= LIMITS.pagePayloadBytes;
}

function payloadOf(what: Happening): Uint8Array | undefined {
  if (what.kind === 'message') return what.payload;
  return what.kind === 'dead-letter' ? what.message.payload : undefined;
}
