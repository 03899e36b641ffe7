import * as z from 'zod/mini';

/** The shape of the payloads on one channel, shared by whoever publishes and whoever handles. */
export interface PayloadDto<T = unknown> {
  readonly channel: string;
  /** `text`: the payload is the value; `json`: the payload is parsed first. */
  readonly format: 'text' | 'json';
  readonly schema: z.ZodMiniType<T>;
}

/** A payload that does not fit the DTO of its channel. */
export class InvalidPayloadError extends Error {
  readonly code = 'invalid-payload';
  override readonly name = 'InvalidPayloadError';
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The value that `payload` carries.
 *
 * @throws InvalidPayloadError when it is not UTF-8, not JSON where JSON is due, or not of the schema.
 */
export function decodePayload<T>(dto: PayloadDto<T>, payload: Uint8Array): T {
  const result = z.safeParse(dto.schema, parse(dto, payload));
  if (result.success) return result.data;
  const wrong = result.error.issues.map(
    (issue) => `${issue.path.join('.') || 'payload'}: ${issue.message}`,
  );
  throw new InvalidPayloadError(`payload on ${dto.channel} does not fit: ${wrong.join('; ')}`);
}

function parse(dto: PayloadDto, payload: Uint8Array): unknown {
  try {
    const text = utf8.decode(payload);
    return dto.format === 'json' ? JSON.parse(text) : text;
  } catch (cause) {
    throw new InvalidPayloadError(
      `payload on ${dto.channel} is not ${dto.format === 'json' ? 'JSON' : 'UTF-8 text'}`,
      { cause },
    );
  }
}
