import { health, until } from '../stage.js';
import { type Fault, NOTHING_LOST, prove } from './fault.js';
import { isStopped } from './process-state.js';
import type { Scene } from './scene.js';

/** How much is published while somebody is away. */
const MEANWHILE = 1_000;

/** kill -9. What was handled and not yet acknowledged is handled again. */
export const killConsumer: Fault = {
  name: 'kill -9 the consumer',
  strikes: 'consumer',
  async strike(scene, seat) {
    const { signal } = await seat.end('SIGKILL');
    return {
      proof: prove(signal === 'SIGKILL', 'ended by SIGKILL'),
      allows: { ...NOTHING_LOST, repeats: true },
      async recover() {
        await scene.publishedMore(MEANWHILE);
        await seat.start();
      },
    };
  },
};

/** kill -9 in the middle of a burst, when much is handled and not yet acknowledged. */
export const killBusyConsumer: Fault = {
  name: 'kill -9 the consumer in a burst',
  strikes: 'consumer',
  async strike(scene, seat) {
    seat.process.signal('SIGSTOP');
    await waitingFor(scene, seat.name, 4 * MEANWHILE);
    const { highest } = seat.printed;
    seat.process.signal('SIGCONT');
    await seat.printed.waitFor(highest + MEANWHILE);
    return killConsumer.strike(scene, seat);
  },
};

/** kill -9 while nobody reads what it prints: what is not in the pipe yet is not handled. */
export const killUnreadConsumer: Fault = {
  name: 'kill -9 the consumer, unread',
  strikes: 'consumer',
  async strike(scene, seat) {
    seat.process.pauseReading('stdout');
    await waitingFor(scene, seat.name, MEANWHILE);
    return killConsumer.strike(scene, seat);
  },
};

export const restartConsumer: Fault = {
  name: 'SIGTERM the consumer',
  strikes: 'consumer',
  async strike(scene, seat) {
    const { code } = await seat.end('SIGTERM');
    return {
      proof: prove(code === 0, 'exit code 0'),
      allows: NOTHING_LOST,
      async recover() {
        await scene.publishedMore(MEANWHILE);
        await seat.start();
      },
    };
  },
};

/** SIGTERM while nobody reads what it prints, until its deadline has passed. */
export const overrunConsumer: Fault = {
  name: 'SIGTERM the consumer, unread',
  strikes: 'consumer',
  async strike(scene, seat) {
    seat.process.pauseReading('stdout');
    await waitingFor(scene, seat.name, MEANWHILE);
    const { code } = await seat.end('SIGTERM');
    return {
      proof: prove(code === 1, 'exit code 1'),
      allows: { ...NOTHING_LOST, repeats: true },
      recover: () => seat.start(),
    };
  },
};

/** SIGSTOP: its connection stands, and the window fills up. */
export const freezeConsumer: Fault = {
  name: 'freeze the consumer',
  strikes: 'consumer',
  async strike(scene, seat) {
    seat.process.signal('SIGSTOP');
    await isStopped(seat.process.pid);
    await waitingFor(scene, seat.name, MEANWHILE);
    return {
      proof: 'state T, entries wait',
      allows: NOTHING_LOST,
      recover: () => seat.process.signal('SIGCONT'),
    };
  },
};

/** SIGSTOP for so long that the publisher gives the connection up. */
export const freezeConsumerForLong: Fault = {
  name: 'freeze the consumer for long',
  strikes: 'consumer',
  async strike(scene, seat) {
    const linesBefore = scene.publisher.lines('stderr').length;
    seat.process.signal('SIGSTOP');
    await isStopped(seat.process.pid);
    await scene.publisher.waitForLine('stderr', 'does not answer any more', linesBefore);
    return {
      proof: 'state T, given up by the publisher',
      allows: NOTHING_LOST,
      recover: () => seat.process.signal('SIGCONT'),
    };
  },
};

/** Resolves when so many entries wait for this consumer, as the publisher's health says. */
export async function waitingFor(scene: Scene, consumer: string, count: number): Promise<void> {
  await until(async () => {
    const { consumers } = await health(scene.publisher);
    const { waiting = 0 } = consumers.find(({ name }) => name === consumer) ?? {};
    return waiting >= count;
  });
}
