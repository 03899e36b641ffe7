import { encodeControl } from '@relay/contracts';
import {
  type Attack,
  deliverFrame,
  jsonFrame,
  type Strategy,
  strategy,
  textFrame,
} from '../attack.js';
import { NoAnswer, type Peer } from '../peer.js';
import { Opcode, writeFrame } from '../wire.js';

/** Too much of what is allowed, and too slowly. A burst counts as one input. */
export const floodStrategies: readonly Strategy[] = [
  strategy('ping flood', 1, (attack) =>
    flood(attack, writeFrame(Opcode.ping, attack.random.bytes(125)), 2_000),
  ),
  strategy('pong flood', 1, (attack) =>
    flood(attack, writeFrame(Opcode.pong, attack.random.bytes(125)), 2_000),
  ),
  strategy('flood of events that are unknown', 1, (attack) =>
    flood(attack, jsonFrame({ event: 'colour', data: 'blue' }), 2_000),
  ),
  strategy('flood of status', 1, (attack) => {
    const data = { at: 1, subscribed: true, since: 1, waiting: 1, heardUntil: 1 };
    return flood(attack, jsonFrame({ event: 'status', data }), 1_000);
  }),
  strategy('flood of duplicates', 1, (attack) =>
    flood(attack, deliverFrame('0-0', [attack.message('0-1')]), 1_000),
  ),
  strategy('pings whose pongs nobody reads', 0.3, (attack) =>
    unread(attack, writeFrame(Opcode.ping, Buffer.alloc(125)), 300_000),
  ),
  strategy('bare frames whose answers nobody reads', 0.3, (attack) =>
    unread(attack, textFrame('?'), 150_000, ''),
  ),
  strategy('acks that nobody reads', 0.3, async (attack) => {
    const peer = await attack.deliver();
    peer.stopReading();
    for (let n = 2; n < 3_000; n++)
      peer.write(deliverFrame(`0-${n - 1}`, [attack.message(`0-${n}`)]));
    peer.tryUnheard(deliverFrame('0-2999', [attack.message('0-3000')]));
    attack.hold(peer, Buffer.from('82', 'hex'));
  }),
  strategy('close flood', 1, async (attack) => {
    const peers = await together(20, () => attack.open(attack.random.pick(['relay.v1', ''])));
    const close = writeFrame(Opcode.close, Buffer.from([0x03, 0xe8]));
    for (const peer of peers) peer.tryUnheard(Buffer.concat(new Array<Buffer>(50).fill(close)));
    await Promise.all(peers.map((peer) => peer.roundTrip(1_000)));
  }),
  strategy('connections that are cut at once', 1, async (attack) => {
    const peers = await together(50, () => attack.connect());
    for (const peer of peers) {
      peer.tryUnheard(Buffer.from('GET /relay HTTP/1.1\r\n'));
      peer.destroy();
    }
  }),
  strategy('thousands of connections', 0.03, async (attack) => {
    const peers = await together(2_000, () => attack.open());
    for (const peer of peers) {
      peer.writeText(encodeControl({ event: 'hello', data: attack.hello() }));
    }
    await Promise.all(peers.map((peer) => peer.roundTrip()));
    for (const peer of peers) {
      if (peer.hasHeard('welcome')) peer.state = 'greeted';
      peer.tryUnheard(deliverFrame('0-0', attack.messages(1, 1)));
    }
    await Promise.all(peers.map((peer) => peer.roundTrip()));
  }),
  strategy('slow-loris in WebSocket', 3, async (attack) => {
    const peer = await attack.somewhere();
    const frame = deliverFrame('0-1', [attack.message('0-2', Buffer.alloc(1_000))]);
    const start = attack.random.between(1, 20);
    peer.tryUnheard(frame.subarray(0, start));
    attack.hold(peer, frame.subarray(start, -1));
  }),
  strategy('bare messages', 2, async (attack) => {
    const peer = await attack.open('');
    for (let times = 0; times < 10; times++) {
      const data = attack.random.pick(['x', '', '\ud800', 'x'.repeat(100_000), 5, null, {}]);
      const event = attack.random.pick([
        'fuzz',
        '',
        'hello',
        '__proto__',
        'f'.repeat(5_000),
        '\ud800',
      ]);
      if (!(await peer.try(jsonFrame({ event, data })))) return;
    }
  }),
];

/** `times` the same frame in one go, three times over. */
async function flood(attack: Attack, frame: Buffer, times: number): Promise<void> {
  const peer = await attack.somewhere();
  const burst = Buffer.concat(new Array<Buffer>(times).fill(frame));
  for (let bursts = 0; bursts < 3; bursts++) {
    if (!(await peer.try(burst)) || !(await peer.roundTrip())) return;
  }
}

/** Has the consumer answer much, and reads none of it. */
async function unread(
  attack: Attack,
  frame: Buffer,
  times: number,
  protocol?: string,
): Promise<void> {
  const peer = protocol === '' ? await attack.open('') : await attack.deliver();
  peer.stopReading();
  const piece = Buffer.concat(new Array<Buffer>(10_000).fill(frame));
  for (let sent = 0; sent < times && peer.isOpen; sent += 10_000) {
    peer.tryUnheard(piece);
    await peer.drained();
  }
  attack.hold(peer, frame.subarray(0, -1));
}

/** So many connections at once; those that are refused are left out. */
async function together(count: number, connect: () => Promise<Peer>): Promise<Peer[]> {
  const settled = await Promise.allSettled(Array.from({ length: count }, connect));
  return settled.flatMap((result) => {
    if (result.status === 'fulfilled') return [result.value];
    if (result.reason instanceof NoAnswer) return [];
    throw result.reason;
  });
}
