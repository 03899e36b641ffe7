import type { Random } from './random.js';

const INTERESTING_BYTES = [
  0, 1, 0x1f, 0x20, 0x22, 0x5b, 0x7b, 0x7f, 0x80, 0x9f, 0xbf, 0xc1, 0xed, 0xf6, 0xff,
];

/** What programs choke on where they expected something else. */
export const AWKWARD_VALUES: readonly unknown[] = [
  null, true, false, 0, -0, -1, 1, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 53 + 2, 1e300, 8.64e15, 8.64e15 + 1,
  '', ' ', '0', '0-0', '0-1', '00-1', '-', '1', '18446744073709551615-18446744073709551615',
  '18446744073709551616-0', '99999999999999999999-0', '0-1 ', '\u0000', '\ud800', '\udfff\ud800', '\ufeff', 'é'.repeat(150),
  'x'.repeat(200), 'x'.repeat(201), '😀'.repeat(100), 'test\nwebsocket', '__proto__', 'constructor', 'hasOwnProperty',
  [], {}, [[]], [null], { event: 'hello' }, { length: 9 }, 'hello', 'deliver',
]; // prettier-ignore

/** One to five changes somewhere in `bytes`. */
export function mutateBytes(bytes: Uint8Array, random: Random): Buffer {
  let result: Buffer = Buffer.from(bytes);
  for (let changes = random.between(1, 5); changes > 0; changes--) {
    result = random.pick(BYTE_MUTATIONS)(result, random);
  }
  return result;
}

const BYTE_MUTATIONS: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  function flipABit(bytes, random) {
    const at = random.below(bytes.length);
    return with_(bytes, at, (bytes[at] ?? 0) ^ (1 << random.below(8)));
  },
  function setAByte(bytes, random) {
    return with_(bytes, random.below(bytes.length), random.pick(INTERESTING_BYTES));
  },
  function countUpOrDown(bytes, random) {
    const at = random.below(bytes.length);
    return with_(bytes, at, (bytes[at] ?? 0) + random.pick([-1, 1]));
  },
  function insert(bytes, random) {
    const at = random.below(bytes.length + 1);
    return Buffer.concat([
      bytes.subarray(0, at),
      random.bytes(random.between(1, 8)),
      bytes.subarray(at),
    ]);
  },
  function leaveOut(bytes, random) {
    const at = random.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random.between(1, 16))]);
  },
  function repeat(bytes, random) {
    const from = random.below(bytes.length);
    const to = from + random.between(1, 64);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  function cutOff(bytes, random) {
    return bytes.subarray(0, random.below(bytes.length + 1));
  },
  function copyWithin(bytes, random) {
    const copy = Buffer.from(bytes);
    return copy.copyWithin(random.below(copy.length), random.below(copy.length), copy.length);
  },
];

function with_(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  if (at < copy.length) copy[at] = value & 0xff;
  return copy;
}

/** `value`, one place of which is another value, gone, or doubled. */
export function mutateValue(value: unknown, random: Random): unknown {
  if (isNested(value) && random.chance(0.85)) return mutateWithin(value, random);
  return random.pick(AWKWARD_VALUES);
}

function mutateWithin(value: object, random: Random): unknown {
  const keys = Object.keys(value);
  const key = random.pick(keys);
  const entries = Object.entries(value).flatMap(([name, item]): [string, unknown][] => {
    if (name !== key) return [[name, item]];
    const dice = random.next();
    if (dice < 0.1) return [];
    if (dice < 0.2) return [[`${name}x`, item]];
    if (dice < 0.3) return [[name, item], [`${name}2`, item]]; // prettier-ignore
    return [[name, mutateValue(item, random)]];
  });
  if (Array.isArray(value)) return entries.map(([, item]) => item);
  return Object.fromEntries(entries);
}

/** Bytes are values, not places to look into. */
function isNested(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    !(value instanceof Uint8Array) &&
    Object.keys(value).length > 0
  );
}
