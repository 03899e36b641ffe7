import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
// Not the globals: a test that fakes those shall not stop the network.
import { clearTimeout, setTimeout } from 'node:timers';
import type { Admission, Direction } from './direction.js';
import { reset } from './reset.js';

/** How much may wait for a delayed delivery, on one connection in one direction. */
const MAX_DELAYED_BYTES = 1024 * 1024;

interface Parcel {
  readonly content: Buffer | 'end' | 'reset';
  readonly takenAt: number;
}

/** Carries the bytes of one connection one way, and after them how it ended. */
export class Flow {
  #parcels: Parcel[] = [];
  #waitingBytes = 0;
  /** Of the bytes that are being written. */
  #admission: Admission | undefined;
  /** When the throttle lets the next portion go. */
  #nextPortionAt = 0;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly source: Socket,
    private readonly destination: Socket,
    private readonly direction: Direction,
  ) {
    source.on('data', (chunk: Buffer) => this.#take(chunk));
    source.on('end', () => this.#take('end'));
    source.on('close', (failed) => {
      if (failed) this.#take('reset');
    });
    destination.on('connect', () => this.pump());
  }

  /** Sends what may go now, and sees to the rest when its time has come. */
  pump(): void {
    clearTimeout(this.#timer);
    for (let parcel = this.#next(); parcel !== undefined; parcel = this.#next()) {
      const wait = this.#dueAt(parcel) - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.pump(), Math.ceil(wait)).unref();
        break;
      }
      if (!this.#deliver(parcel)) break;
    }
    this.#regulate();
  }

  /** Carries nothing any more, and takes nothing out of the hands of the source. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#parcels = [];
    this.source.pause();
    this.#settle(false);
  }

  #take(content: Parcel['content']): void {
    if (this.#stopped) return;
    this.#parcels.push({ content, takenAt: performance.now() });
    this.#waitingBytes += lengthOf(content);
    this.pump();
  }

  #next(): Parcel | undefined {
    // What a socket has been given before it is connected could not be kept back any more.
    const ready = !this.#stopped && this.#admission === undefined && !this.destination.connecting;
    return ready ? this.#parcels[0] : undefined;
  }

  #dueAt({ takenAt }: Parcel): number {
    const dueAt = takenAt + this.direction.delay;
    return this.direction.throttled ? Math.max(dueAt, this.#nextPortionAt) : dueAt;
  }

  /** Whether the next one may follow. */
  #deliver(parcel: Parcel): boolean {
    const { content } = parcel;
    if (typeof content === 'string') {
      this.#parcels.shift();
      if (content === 'end') this.destination.end();
      else reset(this.destination);
      return true;
    }
    const admission = this.direction.admit(content.length);
    const { bytes } = admission;
    if (bytes === 0) return false;
    if (bytes === content.length) this.#parcels.shift();
    else this.#parcels[0] = { ...parcel, content: content.subarray(bytes) };
    this.#waitingBytes -= bytes;
    this.#write(content.subarray(0, bytes), admission);
    return true;
  }

  #write(chunk: Buffer, admission: Admission): void {
    this.#admission = admission;
    const portionTakes = (chunk.length / this.direction.bytesPerSecond) * 1000;
    this.#nextPortionAt = performance.now() + portionTakes;
    this.destination.write(chunk, (error) => {
      this.#settle(!error && !this.destination.destroyed);
      this.pump();
    });
  }

  #settle(forwarded: boolean): void {
    const admission = this.#admission;
    this.#admission = undefined;
    admission?.settle(forwarded);
  }

  /** Backpressure: without a delay, nothing is read before what was read has gone. */
  #regulate(): void {
    if (this.#stopped) return;
    const allowance = this.direction.delay > 0 ? MAX_DELAYED_BYTES : 0;
    if (this.#waitingBytes > allowance) this.source.pause();
    else this.source.resume();
  }
}

function lengthOf(content: Parcel['content']): number {
  return typeof content === 'string' ? 0 : content.length;
}
