import { hex } from './shown-text.js';

const BYTES_A_LINE = 16;

/** Sixteen bytes of a payload. */
export interface HexLine {
  /** Where it begins, as `00000010`. */
  readonly offset: string;
  readonly bytes: string;
  /** The bytes as ASCII, `.` where they are not. */
  readonly text: string;
}

/** The first `max` bytes, as hex editors show them. */
export function hexLines(bytes: Uint8Array, max: number): HexLine[] {
  const shown = bytes.subarray(0, max);
  return Array.from({ length: Math.ceil(shown.length / BYTES_A_LINE) }, (_, line) => {
    const part = Array.from(shown.subarray(line * BYTES_A_LINE, (line + 1) * BYTES_A_LINE));
    return {
      offset: (line * BYTES_A_LINE).toString(16).padStart(8, '0'),
      bytes:
        `${part.slice(0, 8).map(hex).join(' ')}  ${part.slice(8).map(hex).join(' ')}`.trimEnd(),
      text: part.map(printable).join(''),
    };
  });
}

function printable(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
}
