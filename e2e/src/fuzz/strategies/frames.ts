import { RELAY_PATH } from '@relay/contracts';
import { deflateRawSync } from 'node:zlib';
import {
  type Attack,
  binaryFrame,
  deliverFrame,
  jsonFrame,
  type Strategy,
  strategy,
} from '../attack.js';
import { mutateBytes } from '../mutations.js';
import { type Peer, REACTION_MS, upgradeRequest } from '../peer.js';
import { framed, sessionOf } from '../recorded-sessions.js';
import { Opcode, writeFragments, writeFrame } from '../wire.js';

/** Frames that RFC 6455 does not allow, or that say something strange about themselves. */
export const frameStrategies: readonly Strategy[] = [
  strategy('bytes instead of frames', 3, async (attack) => {
    const { random } = attack;
    const peer = await attack.somewhere();
    while (await peer.try(random.bytes(random.between(1, 200))));
  }),
  strategy('recorded frames, bytes changed', 10, async (attack) => {
    const { random } = attack;
    const peer = await attack.somewhere();
    for (let times = 0; times < 10; times++) {
      const frame = framed(random.pick(sessionOf(attack)));
      if (!(await peer.try(mutateBytes(frame, random)))) return;
    }
  }),
  strategy('wrong headers', 8, async (attack) => {
    const { random } = attack;
    const peer = await attack.somewhere();
    const valid = jsonFrame({ event: 'colour', data: 'blue' });
    while ((await peer.try(wrongHeader(attack))) && random.chance(0.9)) {
      if (!(await peer.try(valid))) return;
    }
  }),
  strategy('fragments', 6, async (attack) => {
    const peer = await attack.deliver();
    const deliver = unframed(deliverFrame('0-1', attack.messages(2, 20)));
    for (const part of inFragments(attack, deliver)) peer.tryUnheard(part);
    await peer.next('ack'); // it is a valid frame after all
    for (let times = 0; times < 5; times++) {
      const parts = inFragments(attack, deliver);
      const hurt = parts.filter(() => attack.random.chance(0.8));
      if (!(await peer.try(Buffer.concat(attack.random.shuffled(hurt))))) return;
    }
  }),
  strategy('thousands of empty fragments', 0.5, async (attack) => {
    const peer = await attack.somewhere();
    const empty = writeFrame(Opcode.continuation, '', { fin: false });
    await peer.try(writeFrame(Opcode.text, '', { fin: false }));
    const flood = Buffer.concat(new Array<Buffer>(20_000).fill(empty));
    for (let times = 0; times < 5 && (await peer.try(flood)); times++);
  }),
  strategy('compressed frames', 3, async (attack) => {
    const peer = await compressingPeer(attack);
    const bomb = attack.random.chance(0.1) ? Buffer.alloc(32 * 1024 * 1024) : 'x'.repeat(1_000);
    await peer.try(writeFrame(Opcode.text, deflateRawSync(bomb), { rsv: 4 }));
  }),
  strategy('close frames', 5, async (attack) => {
    const { random } = attack;
    const peer = await attack.deliver();
    peer.tryUnheard(writeFrame(Opcode.close, closePayload(attack)));
    for (let times = random.below(4); times > 0; times--) {
      const frame = random.pick([
        deliverFrame('0-1', attack.messages(2, 3)),
        writeFrame(Opcode.close, ''),
        jsonFrame({ event: 'goodbye', data: {} }),
      ]);
      peer.tryUnheard(frame, 'closing');
    }
    await peer.roundTrip(REACTION_MS);
  }),
  strategy('oversized', 0.6, oversized),
];

function wrongHeader({ random }: Attack): Buffer {
  const opcode = random.pick(Object.values(Opcode));
  const payload = random.bytes(random.below(100));
  return random.pick([
    () => writeFrame(opcode, payload, { rsv: random.between(1, 7) }),
    () => writeFrame(random.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]), payload),
    () => writeFrame(opcode, payload, { masked: false }),
    () => writeFrame(opcode, payload, { lengthBits: random.pick([16, 64]) }),
    () =>
      writeFrame(opcode, payload, { statedLength: random.pick(STATED_LENGTHS), lengthBits: 64 }),
    () => writeFrame(random.pick([8, 9, 10]), payload, { fin: false }),
    () => writeFrame(random.pick([8, 9, 10]), random.bytes(random.between(126, 200))),
    () => writeFrame(Opcode.continuation, payload, { fin: random.chance(0.5) }),
    () => Buffer.concat([writeFrame(1, payload, { fin: false }), writeFrame(1, payload)]),
    () => writeFrame(Opcode.text, payload, { fin: random.chance(0.5) }),
    () => writeFrame(Opcode.ping, random.bytes(random.between(0, 125))),
  ])();
}

const STATED_LENGTHS = [
  0n, 1n, 125n, 65_536n, 12_648_448n, 12_648_449n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n,
]; // prettier-ignore

/** The payload of a small frame of ours, which `writeFrame` masked. */
function unframed(frame: Buffer): Buffer {
  const headerEnd = (frame[1] ?? 0) - 0x80 < 126 ? 2 : 4;
  const mask = frame.subarray(headerEnd, headerEnd + 4);
  return Buffer.from(frame.subarray(headerEnd + 4).map((byte, at) => byte ^ (mask[at & 3] ?? 0)));
}

/** The binary message cut anywhere, with pings and empty fragments between. */
function inFragments({ random }: Attack, message: Buffer): Buffer[] {
  const cuts = Array.from({ length: random.between(1, 8) }, () => random.below(message.length));
  const ends = [...cuts.sort((a, b) => a - b), message.length];
  const parts = ends.map((end, index) => message.subarray(ends[index - 1] ?? 0, end));
  return writeFragments(Opcode.binary, parts).flatMap((part) =>
    random.chance(0.3) ? [part, writeFrame(Opcode.ping, 'between')] : [part],
  );
}

/** One that offers compression, which the consumer must not take up. */
async function compressingPeer(attack: Attack): Promise<Peer> {
  if (attack.random.chance(0.5)) return attack.somewhere();
  const peer = await attack.connect();
  const extensions = { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' };
  const protocol = { 'Sec-WebSocket-Protocol': 'relay.v1' };
  peer.tryUnheard(
    Buffer.from(upgradeRequest({ ...extensions, ...protocol }, `GET ${RELAY_PATH} HTTP/1.1`)),
    'upgrade',
  );
  await peer.upgraded();
  if (/permessage-deflate/i.test(peer.answer)) throw new Error('The consumer agreed to compress.');
  await attack.sayHello(peer);
  return peer;
}

function closePayload({ random }: Attack): Buffer {
  const codes = [
    0, 999, 1000, 1001, 1004, 1005, 1006, 1012, 1015, 2999, 3000, 4500, 4999, 5000, 65535,
  ];
  const code = Buffer.alloc(2);
  code.writeUInt16BE(random.pick(codes));
  const reasons = [
    '',
    'bye',
    'x'.repeat(123),
    Buffer.from('c3', 'hex'),
    Buffer.from('eda080', 'hex'),
  ];
  return random.pick([
    Buffer.alloc(0),
    Buffer.from([random.below(256)]),
    Buffer.concat([code, Buffer.from(random.pick(reasons))]),
  ]);
}

/** More than a frame, a message, or a window may have. */
async function oversized(attack: Attack): Promise<void> {
  const { random } = attack;
  const peer = await attack.somewhere();
  const LIMIT = 12_648_448;
  const piece = writeFrame(Opcode.continuation, Buffer.alloc(1024 * 1024), { fin: false });
  switch (random.below(4)) {
    case 0:
      await peer.try(binaryFrame(Buffer.alloc(LIMIT + 1)));
      return;
    case 1: // in fragments, each of which is small enough
      peer.tryUnheard(writeFrame(Opcode.binary, '', { fin: false }));
      for (let times = 0; times < 14 && (await peer.try(piece)); times++);
      return;
    case 2: // as large as may be, and all of it JSON
      await peer.try(jsonFrame({ event: 'hello', data: 'x'.repeat(LIMIT - 100) }));
      return;
    default: // one entry that is larger than the window
      await peer.try(deliverFrame('0-1', [attack.message('0-2', Buffer.alloc(9 * 1024 * 1024))]));
  }
}
