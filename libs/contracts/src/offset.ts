/**
 * An entry's place in its outbox, ordered and never reused: two unsigned 64-bit numbers as text,
 * `<milliseconds>-<sequence>` as in a Redis Stream; an outbox in memory counts `0-1`, `0-2`, …
 */
export type Offset = string;

/** The text of an offset: decimal, without leading zeros. */
export const OFFSET_PATTERN = /^(?:0|[1-9]\d{0,19})-(?:0|[1-9]\d{0,19})$/;

/** A number of so many digits is exact as a double, and much cheaper than a big integer. */
const MAX_EASY_DIGITS = 15;

const ZERO = 0x30;

const LARGEST = '18446744073709551615';

/** The place before every entry. */
export const BEFORE_ALL: Offset = '0-0';

/** Negative when `a` lies before `b`, 0 when they are the same, positive when it lies behind. */
export function compareOffsets(a: Offset, b: Offset): number {
  const dashA = a.indexOf('-');
  if (a.length === b.length && b[dashA] === '-') return compareTexts(a, b);
  const dashB = b.indexOf('-');
  return (
    compareDigits(a, 0, dashA, b, 0, dashB) ||
    compareDigits(a, dashA + 1, a.length, b, dashB + 1, b.length)
  );
}

/** The least offset behind `offset`. */
export function successor(offset: Offset): Offset {
  const dash = offset.indexOf('-');
  const milliseconds = offset.slice(0, dash);
  if (offset.length - dash - 1 <= MAX_EASY_DIGITS)
    return `${milliseconds}-${sequenceOf(offset) + 1}`;
  const sequence = offset.slice(dash + 1);
  if (sequence === LARGEST) return `${BigInt(milliseconds) + 1n}-0`;
  return `${milliseconds}-${BigInt(sequence) + 1n}`;
}

/** The second number of an offset, where a double holds it. */
export function sequenceOf(offset: Offset): number {
  let sequence = 0;
  // `Number` of a part of a text leaves compiled code
  for (let at = offset.indexOf('-') + 1; at < offset.length; at++) {
    sequence = sequence * 10 + (offset.charCodeAt(at) - ZERO);
  }
  return sequence;
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Decimal numbers without leading zeros order by length, then as text. */
function compareDigits(
  a: string,
  fromA: number,
  toA: number,
  b: string,
  fromB: number,
  toB: number,
): number {
  const length = toA - fromA;
  if (length !== toB - fromB) return length - (toB - fromB);
  for (let index = 0; index < length; index++) {
    const difference = a.charCodeAt(fromA + index) - b.charCodeAt(fromB + index);
    if (difference !== 0) return difference;
  }
  return 0;
}
