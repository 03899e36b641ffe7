import * as z from 'zod/mini';

/** A frame that is not what the contract says; the message tells what was wrong. */
export class InvalidFrameError extends Error {
  readonly code = 'invalid-frame';
  override readonly name = 'InvalidFrameError';
}

/**
 * The value of a frame, as its schema has it.
 *
 * @throws InvalidFrameError that says where it is wrong and what was expected.
 */
export function checkFrame<S extends z.ZodMiniType>(
  schema: S,
  value: unknown,
  expected: string,
): z.infer<S> {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new InvalidFrameError(
    `expected ${expected}; wrong at ${['$', ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'invalid'}`,
  );
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The JSON value of a text frame.
 *
 * @throws InvalidFrameError when it is none.
 */
export function parseText(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes)) as unknown;
  } catch (cause) {
    throw new InvalidFrameError('the frame is not JSON', { cause });
  }
}
