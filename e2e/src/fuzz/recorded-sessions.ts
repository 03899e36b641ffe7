import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Attack } from './attack.js';
import { Opcode, writeFrame } from './wire.js';

/** One frame that a publisher sent. */
export interface RecordedFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

const file = join(import.meta.dirname, 'recorded-sessions.json');
const recorded = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string[]>;

/** What the built publisher once said from `hello` to `goodbye`; see `record.ts`. */
export const recordedSessions: readonly (readonly RecordedFrame[])[] = Object.values(recorded).map(
  (frames) =>
    frames.map((frame) =>
      frame.startsWith('#')
        ? { opcode: Opcode.binary, payload: Buffer.from(frame.slice(1), 'hex') }
        : { opcode: Opcode.text, payload: Buffer.from(frame) },
    ),
);

/** A recorded session as somebody new would say it. */
export function sessionOf(attack: Attack): readonly RecordedFrame[] {
  const [hello, ...rest] = attack.random.pick(recordedSessions);
  if (hello === undefined) throw new Error('A session begins with a hello.');
  const { data } = JSON.parse(hello.payload.toString()) as {
    data: { outbox: Record<string, string> };
  };
  const { publisher, process, outbox } = attack.hello();
  const fresh = { ...data, publisher, process, outbox: { ...data.outbox, id: outbox.id } };
  return [
    { opcode: Opcode.text, payload: Buffer.from(JSON.stringify({ event: 'hello', data: fresh })) },
    ...rest,
  ];
}

export function framed({ opcode, payload }: RecordedFrame): Buffer {
  return writeFrame(opcode, payload);
}
