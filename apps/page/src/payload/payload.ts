import type { MessageItem } from '@relay/contracts';

/** A payload as far as the page has it. */
export interface Payload {
  readonly bytes: Uint8Array;
  /** Its text; undefined where it is not UTF-8. */
  readonly text: string | undefined;
  /** The bytes of all of it. */
  readonly size: number;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** What came with the message. */
export function payloadOf(item: Pick<MessageItem, 'preview' | 'encoding' | 'size'>): Payload {
  const { preview, encoding, size } = item;
  if (encoding === 'utf8') return { bytes: encoder.encode(preview), text: preview, size };
  return {
    bytes: Uint8Array.from(atob(preview), (each) => each.charCodeAt(0)),
    text: undefined,
    size,
  };
}

/** All of it, as the consumer gave it when asked. */
export function wholePayload(bytes: Uint8Array): Payload {
  return { bytes, text: textOf(bytes), size: bytes.byteLength };
}

export function isWhole({ bytes, size }: Payload): boolean {
  return bytes.byteLength >= size;
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined; // not UTF-8
  }
}
