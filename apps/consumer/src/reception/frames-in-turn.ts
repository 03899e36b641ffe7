import { Ring } from '@relay/delivery';
import type { WebSocket } from 'ws';
import { LIMITS } from '../limits.js';
import { wasDismissed } from './dismiss.js';

/** A frame as it came. */
export interface RawFrame {
  readonly bytes: Buffer;
  readonly isBinary: boolean;
}

/** What a frame takes beside its bytes, about. */
const FRAME_BYTES = 100;

/**
 * The frames of one client, one after the other: none is heard before its handler is done with the last, whatever
 * guards and interceptors stand before it, and none behind one that ended the connection.
 */
export class FramesInTurn {
  readonly #waiting = new Ring<RawFrame>();
  #waitingBytes = 0;
  #isBusy = false;
  #hasPaused = false;

  /** @param hear takes a frame; does not reject */
  constructor(
    private readonly client: WebSocket,
    private readonly hear: (frame: RawFrame) => Promise<void>,
  ) {}

  take(frame: RawFrame): void {
    if (!this.#isBusy) void this.#hearAll(frame);
    else this.#keep(frame);
  }

  #keep(frame: RawFrame): void {
    this.#waiting.push(frame);
    this.#waitingBytes += weightOf(frame);
    if (this.#waitingBytes <= LIMITS.waitingFrameBytes || this.#hasPaused) return;
    this.#hasPaused = true;
    this.client.pause();
  }

  async #hearAll(first: RawFrame): Promise<void> {
    this.#isBusy = true;
    for (let next: RawFrame | undefined = first; next; next = this.#next()) {
      if (!wasDismissed(this.client)) await this.hear(next);
    }
    this.#isBusy = false;
    if (this.#hasPaused) this.client.resume();
    this.#hasPaused = false;
  }

  #next(): RawFrame | undefined {
    const next = this.#waiting.shift();
    if (next) this.#waitingBytes -= weightOf(next);
    return next;
  }
}

function weightOf({ bytes }: RawFrame): number {
  return bytes.length + FRAME_BYTES;
}
