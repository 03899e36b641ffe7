/** What of a payload stands in a row; the row cuts it where it is wide enough. */
const MAX_LENGTH = 300;

/**
 * A text in one line: what would break it, hide in it or turn its direction is shown as a sign,
 * line breaks as `↵`.
 */
export function oneLine(text: string): string {
  return text.slice(0, MAX_LENGTH).replace(/\r\n|[\p{Cc}\u2028\u2029\p{Bidi_Control}]/gu, sign);
}

/** A text as it is, but for what would hide in it or turn its direction, which is shown as a sign. */
export function inLines(text: string): string {
  return text.replace(/[^\P{Cc}\t\r\n]|\p{Bidi_Control}/gu, sign);
}

/** Bytes in one line: `89 50 4e 47 …`. */
export function hexLine(bytes: Uint8Array, max = 24): string {
  const shown = Array.from(bytes.subarray(0, max), hex).join(' ');
  return bytes.byteLength > max ? `${shown} …` : shown;
}

export function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function sign(character: string): string {
  if (character === '\n' || character === '\r\n') return '↵';
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code); // Control Pictures
  return code === 0x7f ? '␡' : '\ufffd';
}
