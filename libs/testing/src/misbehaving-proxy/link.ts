import type { Socket } from 'node:net';
import type { Flow } from './flow.js';
import { reset } from './reset.js';

/** One connection: the client's half, the server's half (unless swallowed) and what flows. */
export class Link {
  #dead = false;

  constructor(
    private readonly sockets: readonly Socket[],
    private readonly flows: readonly Flow[],
  ) {}

  get dead(): boolean {
    return this.#dead;
  }

  get closed(): boolean {
    return this.sockets.every((socket) => socket.destroyed);
  }

  pump(): void {
    for (const flow of this.flows) flow.pump();
  }

  die(): void {
    this.#dead = true;
    for (const flow of this.flows) flow.stop();
  }

  reset(): void {
    this.die();
    for (const socket of this.sockets) reset(socket);
  }
}
