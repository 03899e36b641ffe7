import { Logger } from '@nestjs/common';
import { CloseCode, encodeDeliver, type MessageEntry, SUB_PROTOCOL } from '@relay/contracts';
import { withoutPassword } from '@relay/runtime';
import { WebSocket } from 'ws';
import { randomisedExponentialBackoff } from '../backoff.js';
import { type Intake, Outbox, type OutboxBounds } from './outbox.js';

/** Beyond this many bytes not yet written the rest waits in the outbox, where it is bounded. */
const UNWRITTEN_MAX_BYTES = 1024 * 1024;
const HANDSHAKE_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 5_000;
/** A connection that lived this long proved healthy: the next failure counts as the first. */
const HEALTHY_AFTER_MS = 10_000;

type State = 'connecting' | 'connected' | 'closed';

/** The WebSocket client of the consumer's gateway: connects for ever and sends what the outbox holds. */
export class ConsumerConnection {
  state: State = 'connecting';
  since = new Date();
  readonly #outbox: Outbox;
  readonly #logger = new Logger('delivery');
  #socket: WebSocket | undefined;
  #attempt = 0;
  #retry: NodeJS.Timeout | undefined;
  #lastProblem: string | undefined;
  #healthy: NodeJS.Timeout | undefined;
  #droppedTold = 0;
  /** Messages given to the socket that are not written yet, or could not be. */
  #unwritten = 0;

  constructor(
    private readonly url: string,
    bounds: OutboxBounds,
  ) {
    this.#outbox = new Outbox(bounds);
  }

  get waiting(): number {
    return this.#outbox.size;
  }

  get dropped(): number {
    return this.#outbox.dropped;
  }

  /** Takes a message in; it leaves at once when the consumer is there. */
  send(message: Intake): void {
    this.#outbox.append(message);
    this.#tellDropped();
    this.#flush();
  }

  connect(): void {
    const socket = new WebSocket(this.url, SUB_PROTOCOL, {
      perMessageDeflate: false,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    });
    this.#socket = socket;
    let problem: string | undefined;
    socket.on('open', () => {
      this.#enter('connected');
      this.#healthy = setTimeout(() => {
        this.#attempt = 0;
      }, HEALTHY_AFTER_MS).unref();
      this.#lastProblem = undefined;
      this.#logger.log(
        `connected to ${withoutPassword(this.url)}, ${this.waiting} messages waiting`,
      );
      this.#flush();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      problem = error.code ?? error.message;
    });
    socket.on('close', (code, reason) => {
      this.#onClose(problem ?? `closed with ${code} ${reason.toString()}`.trim());
    });
  }

  /**
   * Sends what waits, if the consumer is there, and closes.
   *
   * @returns how many messages could not be sent
   */
  async close(): Promise<number> {
    clearTimeout(this.#retry);
    const socket = this.#socket;
    const connected = socket?.readyState === WebSocket.OPEN;
    this.#enter('closed');
    if (socket && socket.readyState !== WebSocket.CLOSED) {
      await new Promise<void>((resolve) => {
        const giveUp = setTimeout(() => {
          socket.terminate();
        }, CLOSE_TIMEOUT_MS);
        socket.once('close', () => {
          clearTimeout(giveUp);
          resolve();
        });
        if (connected) {
          for (let entry = this.#outbox.shift(); entry; entry = this.#outbox.shift()) {
            this.#write(socket, entry);
          }
          socket.close(CloseCode.goingAway, 'publisher shuts down');
        } else {
          socket.terminate();
        }
      });
    }
    return this.waiting + this.#unwritten;
  }

  #write(socket: WebSocket, entry: MessageEntry, written?: () => void): void {
    this.#unwritten += 1;
    socket.send(encodeDeliver([entry]), (error) => {
      if (error) return;
      this.#unwritten -= 1;
      written?.();
    });
  }

  #flush(): void {
    const socket = this.#socket;
    if (this.state !== 'connected' || socket?.readyState !== WebSocket.OPEN) return;
    while (socket.bufferedAmount < UNWRITTEN_MAX_BYTES) {
      const entry = this.#outbox.shift();
      if (entry === undefined) return;
      this.#write(socket, entry, () => {
        if (this.waiting > 0) this.#flush();
      });
    }
  }

  #onClose(problem: string): void {
    clearTimeout(this.#healthy);
    if (this.state === 'closed') return;
    this.#enter('connecting');
    if (this.#unwritten > 0) {
      this.#logger.warn(`${this.#unwritten} messages were lost as the connection broke`);
      this.#unwritten = 0;
    }
    if (problem !== this.#lastProblem) {
      this.#lastProblem = problem;
      this.#logger.warn(
        `consumer at ${withoutPassword(this.url)}: ${problem}; messages wait, trying again`,
      );
    }
    this.#attempt += 1;
    this.#retry = setTimeout(() => {
      this.connect();
    }, randomisedExponentialBackoff(this.#attempt));
  }

  #enter(state: State): void {
    if (state === this.state) return;
    this.state = state;
    this.since = new Date();
  }

  /** Says at 1, 10, 100, … that the outbox overflows, so that a flood of losses is no flood of lines. */
  #tellDropped(): void {
    if (this.dropped < Math.max(1, this.#droppedTold * 10)) return;
    this.#droppedTold = this.dropped;
    this.#logger.warn(`outbox full: ${this.dropped} messages dropped so far, the oldest first`);
  }
}
