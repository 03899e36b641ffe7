import { successor } from '@relay/contracts';
import { malice, type Malice, type Visit } from '../evil-consumer.js';
import { AWKWARD_VALUES, mutateBytes, mutateValue } from '../mutations.js';
import { Opcode, writeFrame } from '../wire.js';

/** What a consumer may do to a publisher. Most of it ends in a close after which it stays away for a while. */
export const malices: readonly Malice[] = [
  malice('acks everything at once', async (visit) => {
    await visit.welcome();
    for (let times = 0; times < 50 && (await visit.ack()); times++);
  }),
  malice('acks beyond what was sent', async (visit) => {
    await visit.welcome();
    await harmless(visit);
    await visit.ack(visit.random.pick([successor(visit.delivered), '0-99999999', '1-0', '18446744073709551615-18446744073709551615'])); // prettier-ignore
  }),
  malice('acks that go back, and other events', async (visit) => {
    await visit.welcome();
    await harmless(visit);
    await harmless(visit);
  }),
  malice('welcomes with a position of their own', async (visit) => {
    const offset = (): string =>
      visit.random.pick(['0-0', '0-1', '0-2', '0-50', '0-99999999', '9-9']);
    await visit.welcome({ position: { received: offset(), cursor: offset() } });
    await harmless(visit);
  }),
  malice('windows of every size', async (visit) => {
    const size = (): number => visit.random.pick([1, 2, 100, Number.MAX_SAFE_INTEGER]);
    const window = { entries: size(), bytes: size() };
    await visit.welcome({ window, maxEntryBytes: size() });
    for (let times = 0; times < 20 && (await visit.ack()); times++);
    await visit.welcome(); // and once more
  }),
  malice('welcomes, values changed', async (visit) => {
    const position = { received: '0-0', cursor: '0-0' };
    const window = { entries: 10, bytes: 1_000 };
    const data = { consumer: visit.consumer, position, window, maxEntryBytes: 100 };
    await visit.text({ event: 'welcome', data: mutateValue(data, visit.random) });
    await harmless(visit);
  }),
  malice('acks, values changed', async (visit) => {
    await visit.welcome();
    await harmless(visit);
    await visit.text({ event: 'ack', data: { cursor: visit.random.pick(AWKWARD_VALUES) } });
  }),
  malice('frames, bytes changed', async (visit) => {
    await visit.welcome();
    const ack = JSON.stringify({ event: 'ack', data: { cursor: visit.delivered } });
    const frame = writeFrame(Opcode.text, ack, { masked: false });
    for (let times = 0; times < 5 && (await visit.try(mutateBytes(frame, visit.random))); times++);
  }),
  malice('wrong frames', async (visit) => {
    const { random } = visit;
    await visit.welcome();
    const bytes = random.bytes(random.below(100));
    await visit.try(random.pick([
        () => writeFrame(Opcode.binary, bytes, { masked: false }),
        () => writeFrame(Opcode.text, bytes, { masked: true }),
        () => writeFrame(Opcode.text, bytes, { masked: false, rsv: 4 }),
        () => writeFrame(random.between(3, 7), bytes, { masked: false }),
        () => writeFrame(Opcode.text, 'x'.repeat(70_000), { masked: false }),
        () => writeFrame(Opcode.text, '['.repeat(60_000), { masked: false }),
        () => writeFrame(Opcode.ping, random.bytes(200), { masked: false }),
        () => writeFrame(Opcode.close, bytes.subarray(0, 100), { masked: false }),
        () => random.bytes(300),
      ])()); // prettier-ignore
  }),
  malice('says welcome, and reads on without a word', async (visit) => {
    await visit.welcome({ window: { entries: 1, bytes: 1 } });
    await visit.text({ event: 'standby', data: null });
  }),
];

/** Frames that a publisher has to bear. */
async function harmless(visit: Visit): Promise<void> {
  const { random } = visit;
  for (let times = 0; times < 20; times++) {
    const isHeard = await random.pick([
      () => visit.ack(random.chance(0.5) ? '0-0' : visit.delivered),
      () => visit.text({ event: `colour-${random.below(99)}`, data: mutateValue([1, {}], random) }),
      () => visit.text({ event: random.pick(['standby', 'hello', 'error', '__proto__']), data: 1 }),
      () => visit.try(writeFrame(Opcode.pong, random.bytes(50), { masked: false })),
    ])();
    if (!isHeard) return;
  }
}
