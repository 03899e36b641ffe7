import { Logger } from '@nestjs/common';
import {
  CloseCode,
  closeReason,
  type Deliver,
  encodeControl,
  type Goodbye,
  type Hello,
  type Status,
} from '@relay/contracts';
import {
  Heartbeat,
  HEARTBEAT,
  type HandedEntry,
  Receiver,
  type ReceiverAction,
  type ReceiverOptions,
  type TrackedOutbox,
} from '@relay/delivery';
import { keepAlive } from '@relay/runtime';
import type { WebSocket } from 'ws';
import type { Dispatcher, Item } from '../handling/dispatcher.js';
import { Message, type Origin } from '../handling/message.js';

/** What an outbox may have unacknowledged. */
export const WINDOW = { entries: 8192, bytes: 8 * 1024 * 1024 };
/** The largest message that is taken: payload, channel and pattern. */
export const MAX_ENTRY_BYTES = 4 * 1024 * 1024;
/** How many outboxes are remembered; beyond that the one is forgotten that was away for longest. */
export const MAX_OUTBOXES = 1000;
const HELLO_TIMEOUT_MS = 10_000;
/** Whoever has not read this much of what is said to it is cut off. */
const UNREAD_MAX_BYTES = 1024 * 1024;

/** Sockets around the receiver: what publishers say goes in, what it wants done is done. */
export class Reception {
  readonly #logger = new Logger('reception');
  readonly #receiver: Receiver<WebSocket>;
  readonly #helloTimers = new Map<WebSocket, NodeJS.Timeout>();
  #ackTimer: NodeJS.Timeout | undefined;

  constructor(
    options: ReceiverOptions,
    private readonly dispatcher: Dispatcher,
    private readonly helloTimeoutMs = HELLO_TIMEOUT_MS,
  ) {
    this.#receiver = new Receiver(options);
  }

  /** The outbox that each publisher has or had last. */
  get publishers(): Iterable<TrackedOutbox<WebSocket>> {
    return this.#receiver.publishers;
  }

  get duplicates(): number {
    return this.#receiver.duplicates;
  }

  /** A publisher has connected; it has to say hello in time. */
  connected(client: WebSocket): void {
    const timer = setTimeout(() => {
      dismiss(client, CloseCode.handshakeTimeout, 'no hello came');
    }, this.helloTimeoutMs);
    this.#helloTimers.set(client, timer);
    keepAlive(client, new Heartbeat(HEARTBEAT, performance.now()), () => {
      this.#logger.warn('a publisher does not answer any more; its connection is ended');
    });
  }

  disconnected(client: WebSocket): void {
    this.#greeted(client);
    this.#receiver.disconnected(client, performance.now());
  }

  hello(client: WebSocket, hello: Hello): void {
    this.#greeted(client);
    const actions = this.#receiver.hello(client, hello, performance.now());
    if (actions.some(({ kind }) => kind === 'send')) {
      this.#logger.log(`publisher ${hello.publisher} connected`);
    }
    this.#perform(actions);
  }

  deliver(client: WebSocket, deliver: Deliver): void {
    this.#perform(this.#receiver.deliver(client, deliver));
  }

  status(client: WebSocket, status: Status): void {
    this.#perform(this.#receiver.status(client, status));
  }

  goodbye(client: WebSocket, goodbye: Goodbye): void {
    this.#perform(this.#receiver.goodbye(client, goodbye));
  }

  /**
   * Finishes what runs and acknowledges it.
   *
   * @param deadline aborted when what runs is not to be waited for any more
   * @returns whether it is finished
   */
  async stop(deadline?: AbortSignal): Promise<boolean> {
    const isDone = await Promise.race([
      this.dispatcher.stop().then(() => true),
      aborted(deadline).then(() => false),
    ]);
    this.#perform(this.#receiver.flush());
    clearTimeout(this.#ackTimer);
    return isDone;
  }

  #greeted(client: WebSocket): void {
    clearTimeout(this.#helloTimers.get(client));
    this.#helloTimers.delete(client);
  }

  #perform(actions: readonly ReceiverAction<WebSocket>[]): void {
    for (const action of actions) {
      switch (action.kind) {
        case 'send':
          this.#send(action.connection, encodeControl(action.frame));
          break;
        case 'close':
          this.#logger.warn(`closed a connection: ${action.reason} (${action.code})`);
          dismiss(action.connection, action.code, action.reason);
          break;
        case 'hand':
          this.#hand(action.from, action.entries);
          break;
      }
    }
    this.#setAckTimer();
  }

  #send(client: WebSocket, text: string): void {
    if (client.bufferedAmount > UNREAD_MAX_BYTES) {
      this.#logger.warn('a publisher does not read what is said to it; its connection is ended');
      client.terminate();
      return;
    }
    client.send(text);
  }

  #hand(from: TrackedOutbox<WebSocket>, entries: readonly HandedEntry[]): void {
    const { publisher, outbox } = from.position;
    this.dispatcher.dispatch({
      items: entries.map((entry) => itemOf(entry, { publisher, outbox, offset: entry.offset })),
      onHandled: () => {
        this.#perform(this.#receiver.handled(from, performance.now()));
      },
    });
  }

  #setAckTimer(): void {
    const { deadline } = this.#receiver;
    if (deadline === undefined || this.#ackTimer) return;
    this.#ackTimer = setTimeout(() => {
      this.#ackTimer = undefined;
      this.#perform(this.#receiver.timePassed(performance.now()));
    }, deadline - performance.now());
  }
}

/** Closes a connection and hears nothing more from it: what came behind a violation is not to be trusted. */
export function dismiss(client: WebSocket, code: CloseCode, reason: string): void {
  client.removeAllListeners('message');
  client.close(code, closeReason(reason));
}

async function aborted(deadline: AbortSignal | undefined): Promise<void> {
  if (deadline?.aborted) return;
  await new Promise((resolve) => deadline?.addEventListener('abort', resolve, { once: true }));
}

function itemOf(entry: HandedEntry, origin: Origin): Item {
  switch (entry.kind) {
    case 'message': {
      const { channel, payload, receivedAt, pattern } = entry;
      return new Message(channel, payload, new Date(receivedAt), origin, pattern);
    }
    case 'gap': {
      const { reason, from, to, count } = entry;
      return { kind: 'gap', origin, reason, from: dateOf(from), to: dateOf(to), count };
    }
    case 'start':
      return { kind: 'start', origin, at: dateOf(entry.at) };
  }
}

function dateOf(time: number | null): Date | null {
  return time === null ? null : new Date(time);
}
