/** The opcodes of RFC 6455, section 5.2. */
export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** How a WebSocket frame is written; everything may be wrong. */
export interface FrameShape {
  /** Default true. */
  readonly fin?: boolean;
  /** The three reserved bits, 0 to 7; RSV1 is 4. Default 0. */
  readonly rsv?: number;
  /** Default true, as a client has to. */
  readonly masked?: boolean;
  /** How many bytes the frame says that it has; default: as many as there are. */
  readonly statedLength?: bigint;
  /** In how many bits the length is written; default: as few as it takes. */
  readonly lengthBits?: 7 | 16 | 64;
}

const MASK = Buffer.from('7e1a51c3', 'hex');

/** One frame of RFC 6455 as bytes. */
export function writeFrame(
  opcode: number,
  payload: Uint8Array | string,
  shape: FrameShape = {},
): Buffer {
  const { fin = true, rsv = 0, masked = true } = shape;
  const bytes = Buffer.from(payload);
  const stated = shape.statedLength ?? BigInt(bytes.length);
  const bits = shape.lengthBits ?? (stated < 126n ? 7 : stated < 65_536n ? 16 : 64);
  const length = Buffer.alloc(bits === 7 ? 1 : bits === 16 ? 3 : 9);
  length[0] = bits === 7 ? Number(stated & 0x7fn) : bits === 16 ? 126 : 127;
  if (bits === 16) length.writeUInt16BE(Number(stated & 0xffffn), 1);
  if (bits === 64) length.writeBigUInt64BE(BigInt.asUintN(64, stated), 1);
  length[0] |= masked ? 0x80 : 0;
  const first = Buffer.from([(fin ? 0x80 : 0) | ((rsv & 7) << 4) | (opcode & 15)]);
  if (!masked) return Buffer.concat([first, length, bytes]);
  return Buffer.concat([first, length, MASK, unmask(bytes, MASK)]);
}

/** A message in as many frames as there are `parts`. */
export function writeFragments(opcode: number, parts: readonly Uint8Array[]): Buffer[] {
  return parts.map((part, index) =>
    writeFrame(index === 0 ? opcode : Opcode.continuation, part, {
      fin: index === parts.length - 1,
    }),
  );
}

export interface ReadFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Takes frames out of a stream of bytes from a peer that keeps to RFC 6455. */
export class FrameReader {
  #unread = Buffer.alloc(0);

  push(chunk: Uint8Array): ReadFrame[] {
    this.#unread =
      this.#unread.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#unread, chunk]);
    const frames: ReadFrame[] = [];
    for (let frame = this.#take(); frame; frame = this.#take()) frames.push(frame);
    return frames;
  }

  #take(): ReadFrame | undefined {
    const bytes = this.#unread;
    if (bytes.length < 2) return undefined;
    const short = bytes.readUInt8(1) & 0x7f;
    const lengthEnd = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < lengthEnd) return undefined;
    const length =
      short < 126
        ? short
        : short === 126
          ? bytes.readUInt16BE(2)
          : Number(bytes.readBigUInt64BE(2));
    const isMasked = bytes.readUInt8(1) >= 0x80;
    const start = lengthEnd + (isMasked ? 4 : 0);
    if (bytes.length < start + length) return undefined;
    const payload = bytes.subarray(start, start + length);
    this.#unread = bytes.subarray(start + length);
    return {
      opcode: bytes.readUInt8(0) & 15,
      payload: isMasked ? unmask(payload, bytes.subarray(lengthEnd, start)) : payload,
    };
  }
}

function unmask(bytes: Uint8Array, mask: Uint8Array): Buffer {
  const result = Buffer.from(bytes);
  for (let at = 0; at < result.length; at++) {
    result[at] = (result[at] ?? 0) ^ (mask[at & 3] ?? 0);
  }
  return result;
}
