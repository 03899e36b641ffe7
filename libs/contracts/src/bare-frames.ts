import * as z from 'zod/mini';
import { checkFrame, parseText } from './invalid-frame-error.js';

const bareFrame = z.object({ event: z.string().check(z.minLength(1)), data: z.string() });

/** A bare message, any client → consumer: the event is the channel, the data the payload. */
export type BareFrame = z.infer<typeof bareFrame>;

/** The consumer's answer to a bare message that it could not take. */
export interface ErrorFrame {
  event: 'error';
  data: { code: 'invalid-frame'; message: string };
}

/**
 * Reads a text frame that any WebSocket client may send.
 *
 * @throws InvalidFrameError when it is not `{"event":"<channel>","data":"<payload>"}`.
 */
export function decodeBare(bytes: Uint8Array): BareFrame {
  return checkFrame(
    bareFrame,
    parseText(bytes),
    '{"event":"<channel>","data":"<payload as a string>"}',
  );
}
