import { connect, type Socket } from 'node:net';

/** The publisher knows that it heard everything until it sent what Redis answered `at` or later. */
interface Proof {
  readonly at: number;
  readonly sentAfter: number;
}

/** `+1700000000.123456 [0 127.0.0.1:5000] "ping"` */
const LINE = /^\+(\d+\.\d+) \[\d+ (\S+)\] "(info|subscribe|ping)"/i;

/**
 * Hears by MONITOR when the publisher proved that its subscription was whole: by SUBSCRIBE and PING.
 * Attach it again to a Redis that was restarted; what it misses makes the bounds wider, never wrong.
 */
export class RedisWatch {
  readonly #proofs: Proof[] = [];
  /** When each subscriber's last command was done: it sends the next one when it has the answer. */
  readonly #lastCommandAt = new Map<string, number>();
  readonly #subscribers = new Set<string>();
  #socket: Socket | undefined;

  constructor(private readonly redisPort: number) {}

  /** Resolves when it hears. */
  attach(): Promise<void> {
    this.detach();
    const socket = connect(this.redisPort, '127.0.0.1');
    this.#socket = socket;
    socket.setEncoding('latin1').write('MONITOR\r\n');
    socket.on('error', () => undefined); // a dead one hears nothing
    let unfinished = '';
    return new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
      socket.on('data', (text: Buffer | string) => {
        const lines = (unfinished + text.toString()).split('\r\n');
        unfinished = lines.pop() ?? '';
        for (const line of lines) {
          if (line === '+OK') resolve();
          else this.#hear(line);
        }
      });
    });
  }

  detach(): void {
    this.#socket?.destroy();
  }

  /** The publisher said `at` that it is subscribed, and asked for it after `sentAfter`. */
  subscribed(at: number, sentAfter: number): void {
    this.#proofs.push({ at, sentAfter });
  }

  /** Until when the publisher knows that it heard everything, at least, if it has the answers until `time`. */
  provenBefore(time: number): number | undefined {
    let until: number | undefined;
    for (const { at, sentAfter } of this.#proofs) {
      if (at < time) until = Math.max(until ?? sentAfter, sentAfter);
    }
    return until;
  }

  /** When the first SUBSCRIBE was sent, or a moment before. */
  get first(): number {
    return this.#proofs[0]?.sentAfter ?? 0;
  }

  #hear(line: string): void {
    const [, seconds, address = '', command = ''] = LINE.exec(line) ?? [];
    if (seconds === undefined) return;
    const at = Math.floor(Number(seconds) * 1_000); // as precise as the clock of the apps
    const sentAfter = this.#lastCommandAt.get(address);
    // The publisher asks twice for INFO: to know that Redis is ready, and together with SUBSCRIBE.
    const name = command.toLowerCase();
    if (name === 'info' && sentAfter !== undefined) return;
    this.#lastCommandAt.set(address, at);
    if (name === 'subscribe') this.#subscribers.add(address);
    if (name === 'info' || sentAfter === undefined || !this.#subscribers.has(address)) return;
    this.#proofs.push({ at, sentAfter });
  }
}
