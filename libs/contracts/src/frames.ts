import { Decoder, Encoder } from 'cbor-x';
import * as z from 'zod/mini';

/** The WebSocket sub-protocol that a publisher speaks. */
export const SUB_PROTOCOL = 'relay.v1';

/** The path of the consumer's gateway. */
export const RELAY_PATH = '/relay';

const messageEntry = z.object({
  kind: z.literal('message'),
  /** Place in the publisher's outbox, `0-n`. */
  offset: z.string().check(z.regex(/^\d+-\d+$/)),
  channel: z.string(),
  /** The subscription that matched, where it was a pattern. */
  pattern: z.optional(z.string()),
  payload: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  /** When the publisher took the message in: milliseconds since 1970 by its clock. */
  receivedAt: z.int().check(z.minimum(0), z.maximum(8.64e15)),
});

/** One message as it travels. */
export type MessageEntry = z.infer<typeof messageEntry>;

const deliverFrame = z.object({
  event: z.literal('deliver'),
  data: z.object({ entries: z.array(messageEntry).check(z.minLength(1)) }),
});

/** `deliver`, publisher → consumer: entries of the outbox in order, in a binary (CBOR) frame. */
export type DeliverFrame = z.infer<typeof deliverFrame>;

const bareFrame = z.object({ event: z.string().check(z.minLength(1)), data: z.string() });

/** A bare message, any client → consumer: the event is the channel, the data the payload. */
export type BareFrame = z.infer<typeof bareFrame>;

/** The consumer's answer to a bare message that it could not take. */
export interface ErrorFrame {
  event: 'error';
  data: { code: 'invalid-frame'; message: string };
}

/** A frame that is not what the contract says; the message tells what was wrong. */
export class InvalidFrameError extends Error {
  readonly code = 'invalid-frame';
  override readonly name = 'InvalidFrameError';
}

const encoder = new Encoder({ useRecords: false, tagUint8Array: false });
const decoder = new Decoder({ useRecords: false, mapsAsObjects: true });
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The bytes of a `deliver` frame that carries `entries`. */
export function encodeDeliver(entries: readonly MessageEntry[]): Uint8Array {
  return encoder.encode({ event: 'deliver', data: { entries } });
}

/**
 * Reads a binary frame of the sub-protocol.
 *
 * @throws InvalidFrameError when the bytes are not CBOR or not a `deliver`.
 */
export function decodeDeliver(bytes: Uint8Array): DeliverFrame {
  return check(
    deliverFrame,
    attempt(() => decoder.decode(bytes) as unknown, 'a binary frame must be CBOR'),
    'a deliver frame',
  );
}

/**
 * Reads a text frame that any WebSocket client may send.
 *
 * @throws InvalidFrameError when it is not `{"event":"<channel>","data":"<payload>"}`.
 */
export function decodeBare(bytes: Uint8Array): BareFrame {
  return check(
    bareFrame,
    attempt(() => JSON.parse(utf8.decode(bytes)) as unknown, 'the frame is not JSON'),
    '{"event":"<channel>","data":"<payload as a string>"}',
  );
}

function attempt(read: () => unknown, otherwise: string): unknown {
  try {
    return read();
  } catch (cause) {
    throw new InvalidFrameError(otherwise, { cause });
  }
}

function check<S extends z.ZodMiniType>(schema: S, value: unknown, expected: string): z.infer<S> {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new InvalidFrameError(
    `expected ${expected}; wrong at ${['$', ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'invalid'}`,
  );
}
