import { encodeControl } from '@relay/contracts';
import {
  type Attack,
  deliverFrame,
  jsonFrame,
  type Strategy,
  strategy,
  textFrame,
} from '../attack.js';
import { mutateBytes } from '../mutations.js';
import { framed, sessionOf } from '../recorded-sessions.js';

const OFFSETS = [
  '0-0', '0-1', '0-2', '0-3', '0-9', '0-10', '0-8193', '0-18446744073709551615', '1-0', '1790000000000-0',
  '18446744073709551615-18446744073709551615', '99999999999999999999-99999999999999999999',
]; // prettier-ignore

/** Frames that are valid each on its own, and not here and now; and publishers that are somebody else. */
export const sessionStrategies: readonly Strategy[] = [
  strategy('a recorded session as it was', 2, async (attack) => {
    const [hello, ...rest] = sessionOf(attack).map(framed);
    const peer = await attack.open();
    if (hello) peer.tryUnheard(hello);
    await peer.next('welcome');
    peer.state = 'greeted';
    for (const frame of rest) {
      if (!(await peer.try(frame))) throw new Error(`Closed a valid session: ${peer.closeCode}.`);
      if (peer.hasHeard('ack')) peer.state = 'delivering';
    }
  }),
  strategy('recorded sessions, rearranged', 12, async (attack) => {
    const { random } = attack;
    const [hello, ...rest] = sessionOf(attack).map(framed);
    const peer = await attack.open();
    if (hello) peer.write(hello);
    await peer.next('welcome');
    peer.state = 'greeted';
    for (const frame of rearranged(attack, rest)) {
      const isHurt = random.chance(0.1);
      if (!(await peer.try(isHurt ? mutateBytes(frame, random) : frame))) return;
      if (peer.hasHeard('ack')) peer.state = 'delivering';
    }
  }),
  strategy('wrong order', 8, async (attack) => {
    const { random } = attack;
    const hello = encodeControl({ event: 'hello', data: attack.hello() });
    const status = { at: 0, subscribed: true, since: 0, waiting: 0, heardUntil: random.below(1e6) };
    const frames = [
      textFrame(hello),
      textFrame(hello),
      jsonFrame({ event: 'status', data: status }),
      jsonFrame({ event: 'goodbye', data: { subscriptionEndedAt: random.pick([null, 5]) } }),
      deliverFrame('0-1', attack.messages(2, 2)),
    ];
    const peer = await attack.somewhere();
    for (const frame of random.shuffled(frames)) if (!(await peer.try(frame))) return;
  }),
  strategy('offsets that jump', 10, async (attack) => {
    const { random } = attack;
    const peer = await attack.deliver();
    for (let times = 0; times < 8; times++) {
      const entries = Array.from({ length: random.between(1, 4) }, () =>
        attack.message(random.pick(OFFSETS)),
      );
      if (!(await peer.try(deliverFrame(random.pick(OFFSETS), entries)))) return;
    }
  }),
  strategy('frames behind a violation', 6, async (attack) => {
    const { random } = attack;
    const hello = attack.hello();
    const peer = await attack.deliver(hello);
    const violation = random.pick([
      textFrame('?'),
      deliverFrame('0-5', attack.messages(6, 1)),
      deliverFrame('0-1', [...attack.messages(3, 1), ...attack.messages(2, 1)]),
      textFrame(encodeControl({ event: 'hello', data: hello })),
    ]);
    const behind = [
      deliverFrame('0-1', attack.messages(2, 3)),
      jsonFrame({ event: 'goodbye', data: { subscriptionEndedAt: 1 } }),
      mutateBytes(deliverFrame('0-1', attack.messages(2, 3)), random),
    ];
    peer.tryUnheard(violation);
    for (const frame of random.shuffled(behind)) peer.tryUnheard(frame, 'closing');
    await peer.roundTrip();
    const next = await attack.open();
    next.writeText(encodeControl({ event: 'hello', data: { ...hello, connection: 2 } }));
    // It is forgotten where more than a thousand others came in between.
    await next.next('welcome', /"received":"0-1"|"position":null/);
  }),
  strategy('more than the window', 0.3, async (attack) => {
    const peer = await attack.deliver();
    for (let first = 2; first < 40_000; first += 8_000) {
      const after = `0-${first - 1}`;
      const many = attack.messages(first, attack.random.pick([7_000, 8_000, 8_192, 8_193]));
      peer.tryUnheard(deliverFrame(after, many));
    }
    await peer.roundTrip(1_000);
  }),
  strategy('acks, welcomes and errors from a publisher', 6, async (attack) => {
    const { random } = attack;
    const peer = await attack.deliver();
    for (let times = 0; times < 10; times++) {
      const cursor = random.pick(OFFSETS);
      const forged = random.pick([
        { event: 'ack', data: { cursor } },
        { event: 'welcome', data: { consumer: 'x', position: { received: cursor, cursor } } },
        { event: 'error', data: { code: 'invalid-frame', message: 'x' } },
      ]);
      if (!(await peer.try(jsonFrame(forged))))
        throw new Error('Closed because of an unknown event.');
    }
  }),
  strategy('hellos for an outbox of another', 8, async (attack) => {
    const peer = await attack.open();
    const { victim, random } = attack;
    const own = attack.hello();
    const outbox = { ...own.outbox, id: victim.outbox };
    const data = random.pick([
      { ...own, publisher: victim.publisher },
      { ...own, outbox },
      { ...own, publisher: victim.publisher, outbox },
      { ...own, publisher: victim.publisher, process: victim.process },
      { ...own, publisher: victim.publisher, outbox, connection: Number.MAX_SAFE_INTEGER },
    ]);
    const hello = textFrame(encodeControl({ event: 'hello', data }));
    await peer.try(hello);
    await peer.roundTrip();
    if (peer.hasHeard('welcome')) throw new Error(`Was taken for another: ${JSON.stringify(data)}`);
  }),
  strategy('connections of one process', 5, async (attack) => {
    const { random } = attack;
    const hello = attack.hello();
    let peer = await attack.deliver(hello);
    for (let times = 0; times < 4; times++) {
      const next = await attack.open();
      const outbox = { ...hello.outbox, next: random.pick(OFFSETS), oldest: random.pick(OFFSETS) };
      const data = { ...hello, outbox, connection: random.between(1, 6) };
      await next.try(textFrame(encodeControl({ event: 'hello', data })));
      if (next.hasHeard('welcome')) next.state = 'greeted';
      await peer.try(deliverFrame('0-1', attack.messages(2, 2))); // superseded or not
      peer = random.pick([peer, next]);
    }
  }),
  strategy('publishers that come and go', 4, async (attack) => {
    const hello = attack.hello();
    for (let connection = 1; connection < 6; connection++) {
      const outbox = { ...hello.outbox, id: attack.name('outbox') };
      const peer = await attack.greet({ ...hello, outbox, connection });
      const start = { kind: 'gap', offset: '0-1', reason: 'start', from: null, to: connection, count: null } as const; // prettier-ignore
      await peer.try(deliverFrame('0-0', [start, attack.message('0-2')]));
      if (attack.random.chance(0.5)) {
        await peer.try(jsonFrame({ event: 'goodbye', data: { subscriptionEndedAt: connection } }));
      }
      await peer.hangUp();
    }
  }),
];

function rearranged({ random }: Attack, frames: readonly Buffer[]): Buffer[] {
  const result = [...frames];
  for (let changes = random.between(1, 4); changes > 0 && result.length > 0; changes--) {
    const at = random.below(result.length);
    const [frame] = result.splice(at, 1);
    if (frame === undefined) continue;
    const dice = random.next();
    if (dice < 0.4) result.splice(random.below(result.length + 1), 0, frame);
    else if (dice < 0.8) result.splice(at, 0, frame, frame);
  }
  return result;
}
