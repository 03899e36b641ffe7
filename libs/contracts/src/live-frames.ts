import * as z from 'zod/mini';
import { time } from './entries.js';
import { checkFrame, InvalidFrameError, parseText } from './invalid-frame-error.js';

/** The path of the live page's WebSocket. */
export const LIVE_PATH = '/live';

/** The most of a payload that travels with a message in the feed; more of it is asked for. */
export const PREVIEW_BYTES = 1024;

const whole = z.int().check(z.minimum(0));
const milliseconds = z.number().check(z.minimum(0));

/** A place in the feed: each thing that happens has the next number, from 1, as long as the feed lives. */
const place = z.int().check(z.minimum(1));

const item = {
  n: place,
  /** When it happened at the consumer, by its clock. */
  at: time,
  /** The same each time this comes; null for a bare message. */
  id: z.nullable(z.string()),
  /** The publisher it came from; null for a bare message. */
  publisher: z.nullable(z.string()),
};

const payload = {
  /** The bytes of the whole payload. */
  size: whole,
  /** Its beginning, `PREVIEW_BYTES` at the most; as base64 where it is not UTF-8. */
  preview: z.string(),
  encoding: z.enum(['utf8', 'base64']),
  /** Whether the consumer keeps it so that more than the preview can be asked for. */
  isKept: z.boolean(),
};

const messageItem = z.object({
  kind: z.literal('message'),
  ...item,
  channel: z.string(),
  pattern: z.nullable(z.string()),
  /** When the publisher took it in, by its clock. */
  receivedAt: time,
  ...payload,
});

const gapItem = z.object({
  kind: z.literal('gap'),
  ...item,
  /** One of `GapReason`; a newer publisher may know others. */
  reason: z.string(),
  from: z.nullable(time),
  to: z.nullable(time),
  /** How many messages are missing; null: nobody can know. */
  count: z.nullable(whole),
});

const startItem = z.object({
  kind: z.literal('start'),
  ...item,
  /** Since when the publisher is subscribed; null: unknown. */
  subscribedAt: z.nullable(time),
});

const deadLetterItem = z.object({
  kind: z.literal('dead-letter'),
  /** `id` is that of the message that was refused. */
  ...item,
  channel: z.string(),
  /** The class of the handler that refused it. */
  handler: z.string(),
  attempts: whole,
  error: z.string(),
  ...payload,
});

const feedItem = z.discriminatedUnion('kind', [messageItem, gapItem, startItem, deadLetterItem]);

const items = z.object({
  /**
   * What happened after this place; in the first frame what was seen last, or else the place before the
   * oldest item that is kept …
   */
  after: whole,
  /** … and up to this one. What is not among the items was left out. */
  upTo: whole,
  items: z.array(feedItem),
});

const figures = z.object({
  /** The end of the second that they tell of. */
  at: time,
  /** Messages handled since the consumer started; the other counts likewise. */
  handled: whole,
  gaps: whole,
  /** The messages that are known to be missing. */
  missing: whole,
  deadLetters: whole,
  /** Entries that came again and were left out. */
  duplicates: whole,
  /** Connections of publishers beyond the first of each. */
  reconnects: whole,
  /** From intake to handled, of the messages of this second; null when there was none. */
  latencyMs: z.nullable(z.object({ p50: milliseconds, p99: milliseconds })),
  /** Entries that wait in the outboxes, as the publishers last said. */
  waiting: whole,
});

const publisher = z.object({
  name: z.string(),
  /** `left` with a goodbye, `lost` without. */
  state: z.enum(['connected', 'left', 'lost']),
  since: time,
  /** Whether it hears Redis, as it last said; null before it said so. */
  redis: z.nullable(z.object({ subscribed: z.boolean(), since: time })),
  /** Entries that wait in its outbox, as it last said. */
  waiting: whole,
});

const chain = z.object({
  /** Those connected first; `hidden` more are not listed. */
  publishers: z.array(publisher),
  hidden: whole,
  consumer: z.object({
    name: z.string(),
    state: z.enum(['starting', 'listening', 'stopping']),
    since: time,
  }),
  /** Pages that look. */
  viewers: whole,
});

const welcome = z.object({
  /** The id of this feed: another after the consumer was started again, with places from 1. */
  feed: z.string(),
  /** The channels to which this page may publish; null: it may not. */
  publishTo: z.nullable(z.array(z.string())),
  /** The figures of the last minutes, the oldest first. */
  figures: z.array(figures),
});

const channels = z.object({
  /** As in `welcome`, when others have come or gone since. */
  publishTo: z.array(z.string()),
});

const published = z.object({
  /** As the page numbered its request. */
  request: place,
  /** How many subscribers Redis gave it to. */
  receivers: whole,
});

const refused = z.object({
  request: place,
  /** What was wrong, in words for a person. */
  problem: z.string(),
});

const watch = z.object({
  /** What was seen last, to go on after it; null at the first time. */
  seen: z.nullable(z.object({ feed: z.string(), upTo: whole })),
});

/** The most characters that a page may publish at once. */
export const MAX_PUBLISHED_CHARACTERS = 65_536;

const publish = z.object({
  request: place,
  channel: z.string().check(z.minLength(1), z.maxLength(1000)),
  text: z.string().check(z.maxLength(MAX_PUBLISHED_CHARACTERS)),
});

export type MessageItem = z.infer<typeof messageItem>;
export type GapItem = z.infer<typeof gapItem>;
export type StartItem = z.infer<typeof startItem>;
export type DeadLetterItem = z.infer<typeof deadLetterItem>;
/** Something that happened, as the live page shows it. */
export type FeedItem = z.infer<typeof feedItem>;
export type Items = z.infer<typeof items>;
/** What is counted and measured, once a second. */
export type Figures = z.infer<typeof figures>;
/** Who is connected to whom, and since when. */
export type Chain = z.infer<typeof chain>;
export type LiveWelcome = z.infer<typeof welcome>;
export type Watch = z.infer<typeof watch>;
export type Publish = z.infer<typeof publish>;

/** Consumer → page. `welcome` answers `watch`, `published` or `refused` answers `publish`. */
export type LiveFrame =
  | { event: 'welcome'; data: LiveWelcome }
  | { event: 'items'; data: Items }
  | { event: 'figures'; data: Figures }
  | { event: 'chain'; data: Chain }
  | { event: 'channels'; data: z.infer<typeof channels> }
  | { event: 'published'; data: z.infer<typeof published> }
  | { event: 'refused'; data: z.infer<typeof refused> };

/** Page → consumer. */
export type PageFrame = { event: 'watch'; data: Watch } | { event: 'publish'; data: Publish };

const liveFrame = z.discriminatedUnion('event', [
  z.object({ event: z.literal('welcome'), data: welcome }),
  z.object({ event: z.literal('items'), data: items }),
  z.object({ event: z.literal('figures'), data: figures }),
  z.object({ event: z.literal('chain'), data: chain }),
  z.object({ event: z.literal('channels'), data: channels }),
  z.object({ event: z.literal('published'), data: published }),
  z.object({ event: z.literal('refused'), data: refused }),
]);

const pageFrame = z.discriminatedUnion('event', [
  z.object({ event: z.literal('watch'), data: watch }),
  z.object({ event: z.literal('publish'), data: publish }),
]);

/** The text of a frame between the consumer and a page. */
export function encodeLive(frame: LiveFrame | PageFrame): string {
  return JSON.stringify(frame);
}

/**
 * Reads a frame from the consumer.
 *
 * @throws InvalidFrameError when it is none.
 */
export function decodeFromLive(text: string): LiveFrame {
  try {
    return checkFrame(liveFrame, JSON.parse(text), 'a frame of the live page');
  } catch (error) {
    if (error instanceof InvalidFrameError) throw error;
    throw new InvalidFrameError('the frame is not JSON', { cause: error });
  }
}

/**
 * Reads a frame from a page.
 *
 * @throws InvalidFrameError when it is none.
 */
export function decodeFromPage(bytes: Uint8Array): PageFrame {
  return checkFrame(pageFrame, parseText(bytes), 'watch or publish');
}
