import { Encoder } from 'cbor-x';
import { decodeBinary } from '@relay/contracts';
import {
  type Attack,
  binaryFrame,
  jsonFrame,
  type Strategy,
  strategy,
  textFrame,
} from '../attack.js';
import { mutateBytes, mutateValue } from '../mutations.js';
import { type RecordedFrame, sessionOf } from '../recorded-sessions.js';
import { Opcode } from '../wire.js';

const cbor = new Encoder({ useRecords: false, tagUint8Array: false });

/** Frames that WebSocket takes, and whose contents are not what the protocol has. */
export const payloadStrategies: readonly Strategy[] = [
  strategy('control frames, values changed', 14, async (attack) => {
    const peer = await attack.somewhere();
    for (let times = 0; times < 12; times++) {
      const frame = recorded(attack, Opcode.text);
      const { event, data } = JSON.parse(frame.payload.toString()) as Record<string, unknown>;
      const changed = attack.random.chance(0.8)
        ? { event, data: mutateValue(data, attack.random) }
        : mutateValue({ event, data }, attack.random);
      if (!(await peer.try(jsonFrame(changed)))) return;
    }
  }),
  strategy('control frames, bytes changed', 8, async (attack) => {
    const peer = await attack.somewhere();
    for (let times = 0; times < 12; times++) {
      const { payload } = recorded(attack, Opcode.text);
      if (!(await peer.try(textFrame(mutateBytes(payload, attack.random))))) return;
    }
  }),
  strategy('deliver, values changed', 18, async (attack) => {
    const peer = await attack.somewhere();
    for (let times = 0; times < 12; times++) {
      const changed = mutateValue(items(attack), attack.random);
      if (!(await peer.try(binaryFrame(cbor.encode(changed))))) return;
    }
  }),
  strategy('deliver, bytes changed', 14, async (attack) => {
    const peer = await attack.somewhere();
    for (let times = 0; times < 12; times++) {
      const { payload } = recorded(attack, Opcode.binary);
      if (!(await peer.try(binaryFrame(mutateBytes(payload, attack.random))))) return;
    }
  }),
  strategy('deeply nested', 3, async (attack) => {
    const peer = await attack.somewhere();
    for (let times = 0; times < 3; times++) {
      if (!(await peer.try(nested(attack)))) return;
    }
  }),
  strategy('surrogates and invalid UTF-8', 8, async (attack) => {
    const peer = await attack.somewhere();
    for (let times = 0; times < 8; times++) {
      if (!(await peer.try(badText(attack)))) return;
    }
  }),
  strategy('large counts and lengths in CBOR', 5, async (attack) => {
    const peer = await attack.somewhere();
    for (let times = 0; times < 6; times++) {
      if (!(await peer.try(binaryFrame(liar(attack))))) return;
    }
  }),
  strategy('what a newer version may say', 5, async (attack) => {
    const { random } = attack;
    const peer = await attack.deliver();
    for (let times = 0; times < 30; times++) {
      const event = `colour-${random.below(1e9)}`;
      const frame = random.pick([
          jsonFrame({ event, data: mutateValue({ a: [1, 'b', null] }, random), more: random.below(9) }),
          jsonFrame({ event: random.pick(['ack', 'welcome', 'standby', 'error', '__proto__', 'toString', 'valueOf']), data: mutateValue({ cursor: '0-1' }, random) }),
          binaryFrame(Buffer.concat([cbor.encode([event]), random.bytes(random.below(50))])),
        ]); // prettier-ignore
      if (!(await peer.try(frame))) throw new Error(`Closed because of ${frame.toString('hex')}.`);
    }
  }),
];

function recorded(attack: Attack, opcode: number): RecordedFrame {
  return attack.random.pick(sessionOf(attack).filter((frame) => frame.opcode === opcode));
}

/** A recorded `deliver` as what CBOR makes of it, at a place where it may be taken. */
function items(attack: Attack): unknown[] {
  const { random } = attack;
  const frame = decodeBinary(recorded(attack, Opcode.binary).payload);
  if (frame.event !== 'deliver') throw new Error('Recorded binary frames are deliver.');
  const entries = frame.data.entries.slice(0, random.between(1, 20)).map((entry, index) => {
    const offset = `0-${2 + index}`;
    return entry.kind === 'gap'
      ? [1, offset, entry.reason, entry.from, entry.to, entry.count]
      : [0, offset, entry.receivedAt, entry.payload, entry.channel];
  });
  return ['deliver', '0-1', entries];
}

function nested({ random }: Attack): Buffer {
  const depth = random.pick([100, 1_000, 10_000, 100_000, 1_000_000]);
  const deliver = Buffer.from('836764656c6976657263302d31', 'hex');
  const deep = Buffer.alloc(depth, random.pick([0x81, 0x9f, 0xa1, 0xc1, 0xd8]));
  return random.pick([
    () => textFrame('['.repeat(depth)),
    () => textFrame('['.repeat(depth) + ']'.repeat(depth)),
    () => textFrame(`{"event":"hello","data":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`),
    () => textFrame(`{"event":"colour","data":${'['.repeat(depth)}${']'.repeat(depth)}}`),
    () => textFrame('{"event":'.repeat(depth)),
    () => binaryFrame(deep),
    () => binaryFrame(Buffer.concat([deliver, deep])),
    () => binaryFrame(Buffer.concat([deliver, Buffer.from([0x81, 0x85]), deep])),
    () => binaryFrame(Buffer.concat([Buffer.from('8266636f6c6f7572', 'hex'), deep])),
  ])();
}

const BAD_UTF8 = [
  'ff',
  'c0af',
  'c3',
  'e282',
  'eda080',
  'edbfbf',
  'f4908080',
  'f8888080',
  '80',
  'fe',
];

function badText(attack: Attack): Buffer {
  const { random } = attack;
  const bytes = Buffer.from(random.pick(BAD_UTF8), 'hex');
  const surrogate = random.pick([
    '\\ud800',
    '\\udfff',
    '\\ud800\\ud800',
    '\\udc00\\ud800',
    'x\\udbff',
  ]);
  const hello = JSON.stringify({ event: 'hello', data: attack.hello({ publisher: 'NAME' }) });
  const entry = [0, '0-2', 1_790_000_000_000, Buffer.from('payload'), 'CHANNEL'];
  const deliver = cbor.encode(['deliver', '0-1', [entry]]);
  const at = deliver.indexOf('CHANNEL');
  bytes.copy(deliver, at);
  return random.pick([
    () => textFrame(bytes),
    () => textFrame(Buffer.concat([Buffer.from('{"event":"'), bytes, Buffer.from('","data":""}')])),
    () => textFrame(`{"event":"${surrogate}","data":"${surrogate}"}`),
    () => textFrame(hello.replace('NAME', surrogate)),
    () => textFrame(Buffer.concat([Buffer.from('\ufeff'), Buffer.from(hello)])),
    () => textFrame(Buffer.from(hello, 'utf16le')),
    () => binaryFrame(deliver),
    () => binaryFrame(Buffer.concat([Buffer.from('8263', 'hex'), bytes, bytes, bytes])),
  ])();
}

/** CBOR that promises more than there is, in every width. */
function liar({ random }: Attack): Buffer {
  const widths = [() => [0x17], () => [0x18, 0xff], () => [0x19, 0xff, 0xff], () => [0x1a, 0x7f, 0xff, 0xff, 0xff], () => [0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], () => [0x1b, 0, 0x20, 0, 0, 0, 0, 0, 0]]; // prettier-ignore
  const [head = 0, ...rest] = random.pick(widths)();
  const lie = Buffer.from([(random.below(8) << 5) | head, ...rest]);
  const deliver = Buffer.from('836764656c69766572', 'hex');
  const start = random.pick([
    Buffer.alloc(0),
    deliver,
    Buffer.concat([deliver, Buffer.from('63302d31', 'hex')]),
    Buffer.concat([deliver, Buffer.from('63302d318185', 'hex')]),
    Buffer.concat([deliver, Buffer.from('63302d3181850063302d32', 'hex')]),
  ]);
  return Buffer.concat([start, lie, random.bytes(random.below(40))]);
}
