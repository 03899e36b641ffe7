import type { Clock } from './clock.js';
import type { PublishedMessage, RedisFrame } from './frames.js';
import { BROKEN, Link, Wire, type WireEnd } from './wire.js';

/** As much of a Redis as a subscriber can see. */
export class SimulatedRedis {
  #process = 1;
  #published = 0;
  #isUp = true;
  #isFrozen = false;
  /** A channel that nobody may subscribe to. */
  #refused: string | undefined;
  /** What came while it was frozen. */
  #waiting: (() => void)[] = [];
  #wires = new Map<WireEnd<RedisFrame>, { wire: Wire<RedisFrame>; channels: Set<string> }>();
  readonly #link = new Link();
  /** The last connection that became a black hole. */
  #hollow: Wire<RedisFrame> | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly latencyMs: number,
    private readonly onPublished: (message: PublishedMessage) => void,
  ) {}

  /** Whether nothing is wrong with it, nor with a connection to it that a subscriber believes in. */
  get isWell(): boolean {
    const answers = this.#isUp && !this.#isFrozen && this.#refused === undefined;
    return answers && !this.#hollow?.near.isOpen;
  }

  /** A connection; `accepted` is the first frame if there is somebody. */
  connect(): WireEnd<RedisFrame> {
    const wire = new Wire<RedisFrame>(this.clock, this.#link, this.latencyMs);
    const { far } = wire;
    far.onFrame = (frame) => this.#whenAwake(() => this.#answer(wire, frame));
    far.onClose = () => this.#wires.delete(far);
    wire.near.send({ event: 'open' });
    return wire.near;
  }

  publish(channel: string, payload: Uint8Array): void {
    if (!this.#isUp) return;
    this.#whenAwake(() => {
      const message = { number: this.#published++, channel, payload, at: this.clock.now };
      this.onPublished(message);
      for (const [end, { channels }] of this.#wires) {
        if (channels.has(channel)) end.send({ event: 'message', message });
      }
    });
  }

  cut(frames: number): void {
    for (const { wire } of [...this.#wires.values()]) wire.cut(frames);
  }

  blackHole(): void {
    for (const { wire } of this.#wires.values()) {
      wire.blackHole();
      this.#hollow = wire;
    }
  }

  freeze(ms: number): void {
    if (this.#isFrozen || !this.#isUp) return;
    this.#isFrozen = true;
    this.clock.after(ms, () => {
      this.#isFrozen = false;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const run of waiting) run();
    });
  }

  restart(ms: number): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#process += 1;
    this.#waiting = [];
    for (const end of this.#wires.keys()) end.close(BROKEN);
    this.#wires.clear();
    this.clock.after(ms, () => (this.#isUp = true));
  }

  /** Cuts everyone off, and does not let them subscribe to a channel for a while. */
  refuse(channel: string, ms: number): void {
    this.cut(0);
    if (this.#refused !== undefined) return;
    this.#refused = channel;
    this.clock.after(ms, () => (this.#refused = undefined));
  }

  #whenAwake(run: () => void): void {
    if (this.#isFrozen) this.#waiting.push(run);
    else run();
  }

  #answer(wire: Wire<RedisFrame>, frame: RedisFrame): void {
    const { far } = wire;
    if (!far.isOpen) return;
    if (!this.#isUp) {
      far.close(BROKEN);
      return;
    }
    const channels = this.#wires.get(far)?.channels;
    if (frame.event === 'open') {
      this.#wires.set(far, { wire, channels: new Set() });
      far.send({ event: 'accepted', process: this.#process });
    } else if (frame.event === 'subscribe' && frame.channel === this.#refused) {
      far.send({ event: 'refused', channel: frame.channel });
    } else if (frame.event === 'subscribe') {
      channels?.add(frame.channel);
      far.send({ event: 'subscribed', channel: frame.channel });
    } else if (frame.event === 'unsubscribe') {
      channels?.clear();
      far.send({ event: 'unsubscribed' });
    } else if (frame.event === 'ping') far.send({ event: 'pong' });
  }
}
