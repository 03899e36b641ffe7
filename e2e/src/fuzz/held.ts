import type { Peer } from './peer.js';

const MAX_HELD = 400;
const TICK_MS = 100;

interface Held {
  readonly peer: Peer;
  readonly rest: Uint8Array;
  at: number;
}

/** Connections that are never finished with: each says one more byte of `rest` now and then. */
export class HeldPeers {
  readonly #held: Held[] = [];
  readonly #timer = setInterval(() => {
    this.#tick();
  }, TICK_MS);

  /** Holds one more; the oldest goes when there are too many. */
  hold(peer: Peer, rest: Uint8Array): void {
    this.#held.push({ peer, rest, at: 0 });
    if (this.#held.length > MAX_HELD) this.#held.shift()?.peer.destroy();
  }

  end(): void {
    clearInterval(this.#timer);
    for (const { peer } of this.#held) peer.destroy();
    this.#held.length = 0;
  }

  #tick(): void {
    for (const held of this.#held) {
      if (held.at >= held.rest.length) continue;
      held.peer.write(held.rest.subarray(held.at, held.at + 1));
      held.at += 1;
    }
  }
}
