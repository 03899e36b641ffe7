import { health, until } from '../stage.js';
import { waitingFor } from './consumer-faults.js';
import type { ConsumerSeat } from './consumer-seat.js';
import { type Fault, NOTHING_LOST, prove } from './fault.js';
import type { Scene } from './scene.js';

/** How late everything comes that is delivered slowly, each way. */
const DELAY_MS = 300;
/** A fraction of what the load needs. */
const THROTTLED_BYTES_PER_SECOND = 20_000;
const MEANWHILE = 1_000;

export const cutConnection: Fault = {
  name: 'cut the connection',
  strikes: 'network',
  async strike(scene, seat) {
    const before = await reconnects(scene, seat);
    const struck = seat.proxy.cut();
    await until(async () => (await reconnects(scene, seat)) > before);
    return {
      proof: prove(struck > 0, `${struck} connection reset`),
      allows: NOTHING_LOST,
      recover: () => undefined,
    };
  },
};

/** The network is away for a while: new connections are reset, too. */
export const refuseConnections: Fault = {
  name: 'refuse connections',
  strikes: 'network',
  async strike(scene, seat) {
    const { refused } = seat.proxy;
    const struck = seat.proxy.refuse();
    await seat.proxy.waitForRefusal(refused + 2);
    await scene.publishedMore(MEANWHILE);
    return {
      proof: prove(struck > 0, `${struck} reset, ${seat.proxy.refused - refused} refused`),
      allows: NOTHING_LOST,
      recover: () => seat.proxy.pass(),
    };
  },
};

/** Half open: neither side hears anything any more, and neither is told. */
export const blackHole: Fault = {
  name: 'black-hole the connection',
  strikes: 'network',
  async strike(scene, seat) {
    const linesBefore = scene.publisher.lines('stderr').length;
    const struck = seat.proxy.blackHole();
    prove(struck > 0, 'a connection in the black hole');
    await scene.publisher.waitForLine('stderr', 'does not answer any more', linesBefore);
    return {
      proof: `${struck} swallowed, found by heartbeat`,
      allows: NOTHING_LOST,
      recover: () => seat.proxy.pass(),
    };
  },
};

export const throttleConnection: Fault = {
  name: 'throttle the connection',
  strikes: 'network',
  async strike(scene, seat) {
    seat.proxy.throttle(THROTTLED_BYTES_PER_SECOND);
    await waitingFor(scene, seat.name, 2 * MEANWHILE);
    return {
      proof: `${THROTTLED_BYTES_PER_SECOND / 1_000} kB/s, entries wait`,
      allows: NOTHING_LOST,
      recover: () => seat.proxy.pass(),
    };
  },
};

export const deliverSlowly: Fault = {
  name: 'deliver slowly',
  strikes: 'network',
  async strike(scene, seat) {
    seat.proxy.delay(DELAY_MS);
    await seat.printed.waitFor(scene.published.last); // what was on its way before
    const n = scene.published.last + 1;
    await seat.printed.waitFor(n);
    const lateMs = Date.now() - scene.published.at(n).sentAt;
    await scene.publishedMore(MEANWHILE);
    return {
      // timers may be early by a part of a millisecond
      proof: prove(lateMs >= DELAY_MS - 5, `at least ${DELAY_MS} ms late`),
      allows: NOTHING_LOST,
      recover: () => seat.proxy.pass(),
    };
  },
};

async function reconnects(scene: Scene, seat: ConsumerSeat): Promise<number> {
  const { consumers } = await health(scene.publisher);
  return consumers.find(({ name }) => name === seat.name)?.reconnects ?? 0;
}
