import * as z from 'zod/mini';
import { offset, time } from './entries.js';
import { checkFrame, InvalidFrameError, parseText } from './invalid-frame-error.js';

/** It is shown to people and logged: no control characters. */
const name = z.string().check(z.maxLength(200), z.regex(/^\P{Cc}+$/u));
const whole = z.int().check(z.minimum(0));
const positive = z.int().check(z.minimum(1));

const hello = z.object({
  /** `PUBLISHER_NAME`. */
  publisher: name,
  /** A random id of the publisher's process, its own for each consumer that it delivers to. */
  process: name,
  /** Counts the connections of this `process`: of two, the one with the greater number is the newer. */
  connection: positive,
  outbox: z.object({
    id: name,
    /** The offset of the oldest entry that it holds; `next` when it holds none. */
    oldest: offset,
    /** The offset behind its newest entry. */
    next: offset,
  }),
});

const welcome = z.object({
  /** `CONSUMER_NAME`. */
  consumer: name,
  /** Where the consumer stands in this outbox; null when it remembers nothing of it. */
  position: z.nullable(
    z.object({
      /** Taken in up to here: resume after it. */
      received: offset,
      /** Handled up to here: need not be kept. */
      cursor: offset,
    }),
  ),
  /** What may be unacknowledged at once. */
  window: z.object({ entries: positive, bytes: positive }),
  /** The largest entry that the consumer takes. */
  maxEntryBytes: positive,
});

const ack = z.object({ cursor: offset });

const status = z.object({
  /** When this was so, by the publisher's clock. */
  at: time,
  /** Whether the publisher hears Redis, as proven by acknowledgement. */
  subscribed: z.boolean(),
  /** Since when it does or does not. */
  since: time,
  /** Entries of the outbox that this consumer has not acknowledged. */
  waiting: whole,
  /**
   * What was published until this time was sent before this frame, as far as the publisher heard it;
   * null before the first subscription.
   */
  heardUntil: z.nullable(time),
});

const goodbye = z.object({
  /** What was published until this time was heard; null when nothing ever was. */
  subscriptionEndedAt: z.nullable(time),
});

/** `hello`, publisher → consumer, the first frame: who I am and what I have. */
export type Hello = z.infer<typeof hello>;
/** `welcome`, consumer → publisher, the answer: where to go on and how much I take. */
export type Welcome = z.infer<typeof welcome>;
/** `ack`, consumer → publisher: everything up to the cursor is handled. */
export type Ack = z.infer<typeof ack>;
/** `status`, publisher → consumer, now and then. */
export type Status = z.infer<typeof status>;
/** `goodbye`, publisher → consumer, the last frame: all is acknowledged. */
export type Goodbye = z.infer<typeof goodbye>;

export type PublisherFrame =
  | { event: 'hello'; data: Hello }
  | { event: 'status'; data: Status }
  | { event: 'goodbye'; data: Goodbye };

export type ConsumerFrame = { event: 'welcome'; data: Welcome } | { event: 'ack'; data: Ack };

/** An event that this version does not know; whoever gets it counts it and goes on. */
export interface UnknownFrame {
  event: 'unknown';
  data: string;
}

const envelope = z.object({ event: name, data: z.unknown() });

/** The text of a control frame. */
export function encodeControl(frame: PublisherFrame | ConsumerFrame): string {
  return JSON.stringify(frame);
}

/**
 * Reads a text frame from a publisher.
 *
 * @throws InvalidFrameError when a known event is not as its schema says.
 */
export const decodeFromPublisher = decoderOf({ hello, status, goodbye }, ['deliver']);

/**
 * Reads a text frame from a consumer.
 *
 * @throws InvalidFrameError when a known event is not as its schema says.
 */
export const decodeFromConsumer = decoderOf({ welcome, ack });

type FrameOf<Schemas> = {
  [Event in keyof Schemas]: { event: Event; data: z.infer<Schemas[Event]> };
}[keyof Schemas];

function decoderOf<Schemas extends Readonly<Record<string, z.ZodMiniType>>>(
  schemas: Schemas,
  binary: readonly string[] = [],
): (bytes: Uint8Array) => FrameOf<Schemas> | UnknownFrame {
  return (bytes) => {
    const { event, data } = checkFrame(envelope, parseText(bytes), '{"event":…,"data":…}');
    if (binary.includes(event)) throw new InvalidFrameError(`${event} must be a binary frame`);
    const schema = Object.hasOwn(schemas, event) ? schemas[event] : undefined;
    if (schema === undefined) return { event: 'unknown', data: event };
    return {
      event,
      data: checkFrame(schema, data, `${event} as the protocol has it`),
    } as FrameOf<Schemas>;
  };
}
