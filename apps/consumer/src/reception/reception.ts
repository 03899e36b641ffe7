import {
  CloseCode,
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
import { EventLog, keepAlive, type Transport } from '@relay/runtime';
import { WebSocket } from 'ws';
import type { Dispatcher, Item } from '../handling/dispatcher.js';
import { Message, type Source } from '../handling/message.js';
import { LIMITS, LimitsReached } from '../limits.js';
import { closeOnError } from './close-on-error.js';
import { dismiss, wasDismissed } from './dismiss.js';
import { ToldRefusals } from './told-refusals.js';

/** The close codes from here on are the relay's own. */
const FIRST_OF_RELAY = 4000;

/** Sockets around the receiver: what publishers say goes in, what it wants done is done. */
export class Reception {
  /** Connections of publishers beyond the first of each that is remembered. */
  reconnects = 0;
  readonly #log = new EventLog('reception');
  readonly #receiver: Receiver<WebSocket>;
  readonly #refusals = new ToldRefusals();
  readonly #helloTimers = new Map<WebSocket, NodeJS.Timeout>();
  #ackTimer: NodeJS.Timeout | undefined;
  #isStopping = false;

  constructor(
    options: ReceiverOptions,
    private readonly dispatcher: Dispatcher,
    private readonly reached = new LimitsReached(),
    private readonly helloTimeoutMs: number = LIMITS.helloMs,
  ) {
    this.#receiver = new Receiver(options);
  }

  /** The outbox that each publisher has or had last. */
  get publishers(): Iterable<TrackedOutbox<WebSocket>> {
    return this.#receiver.publishers;
  }

  /** Entries that were taken in. */
  get received(): number {
    return this.#receiver.received;
  }

  /** Entries that came again and were left out. */
  get duplicates(): number {
    return this.#receiver.duplicates;
  }

  /** A publisher has connected; it has to say hello in time. */
  connected(client: WebSocket, transport: Transport): void {
    const timer = setTimeout(() => {
      this.reached.add('hello-time');
      dismiss(client, CloseCode.handshakeTimeout, 'no hello came');
    }, this.helloTimeoutMs);
    this.#helloTimers.set(client, timer);
    client.once('close', (code, reason) => {
      if (code >= FIRST_OF_RELAY && !wasDismissed(client))
        this.#tellRefused(code, reason.toString());
    });
    keepAlive(client, transport, new Heartbeat(HEARTBEAT, performance.now()), () => {
      const sentence = 'a publisher does not answer any more; its connection is ended';
      this.#log.warn('publisher-silent', sentence);
    });
  }

  disconnected(client: WebSocket): void {
    this.#greeted(client);
    const ended = [...this.publishers].find(({ connection }) => connection === client);
    this.#receiver.disconnected(client, performance.now());
    if (ended) this.#tellEnded(ended);
  }

  hello(client: WebSocket, hello: Hello): void {
    this.#greeted(client);
    if (client.readyState === WebSocket.CLOSED) return; // a guard took longer than the connection
    if (this.#isTooMuch(hello)) {
      this.reached.add('waiting-bytes');
      this.#close(client, CloseCode.tooManyOutboxes, 'too much waits for the handlers');
      return;
    }
    this.#take(client, () => this.#receiver.hello(client, hello, performance.now()));
  }

  deliver(client: WebSocket, deliver: Deliver): void {
    this.#take(client, () => this.#receiver.deliver(client, deliver, performance.now()));
  }

  status(client: WebSocket, status: Status): void {
    this.#take(client, () => this.#receiver.status(client, status, performance.now()));
  }

  goodbye(client: WebSocket, goodbye: Goodbye): void {
    this.#take(client, () => this.#receiver.goodbye(client, goodbye, performance.now()));
  }

  /**
   * Finishes what runs and acknowledges it.
   *
   * @param deadline aborted when what runs is not to be waited for any more
   * @returns whether it is finished
   */
  async stop(deadline?: AbortSignal): Promise<boolean> {
    this.#isStopping = true;
    const isDone = await Promise.race([
      this.dispatcher.stop().then(() => true),
      aborted(deadline).then(() => false),
    ]);
    this.acknowledge();
    clearTimeout(this.#ackTimer);
    return isDone;
  }

  /** One that is known may go on: what it has waiting is within its window. */
  #isTooMuch({ outbox }: Hello): boolean {
    if (this.dispatcher.waitingBytes <= LIMITS.waitingBytes) return false;
    return ![...this.publishers].some(({ position }) => position.outbox === outbox.id);
  }

  /** Acknowledges what is handled, now. */
  acknowledge(): void {
    this.#perform(this.#receiver.flush(performance.now()));
  }

  #greeted(client: WebSocket): void {
    clearTimeout(this.#helloTimers.get(client));
    this.#helloTimers.delete(client);
  }

  /** A mistake of ours ends the connection before the next frame is heard, which may lie in the same reading. */
  #take(client: WebSocket, take: () => readonly ReceiverAction<WebSocket>[]): void {
    try {
      this.#perform(take());
    } catch (error) {
      closeOnError(client, error);
    }
  }

  /** What a mistake of ours keeps from the handlers is taken back, so that it comes again. */
  #perform(actions: readonly ReceiverAction<WebSocket>[]): void {
    let done = 0;
    try {
      for (const action of actions) {
        this.#do(action);
        done += 1;
      }
    } catch (error) {
      for (const action of actions.slice(done)) {
        if (action.kind === 'hand') this.#receiver.takeBack(action);
      }
      throw error;
    }
    this.#setAckTimer();
  }

  #do(action: ReceiverAction<WebSocket>): void {
    switch (action.kind) {
      case 'send':
        this.#send(action.connection, encodeControl(action.frame));
        break;
      case 'close':
        if (action.code === CloseCode.tooManyOutboxes) this.reached.add('outboxes');
        this.#close(action.connection, action.code, action.reason, action.refused);
        break;
      case 'entered':
        this.#entered(action.publisher, action.isBack);
        break;
      case 'hand':
        this.#hand(action.from, action.entries);
        break;
    }
  }

  #entered(publisher: string, isBack: boolean): void {
    if (isBack) this.reconnects += 1;
    this.#refusals.forget();
    this.#log.info('publisher-connected', `publisher ${publisher} connected`, { publisher });
  }

  #close(client: WebSocket, code: CloseCode, reason: string, refused?: Hello): void {
    const isTold = refused !== undefined && this.#refusals.isTold(refused, code);
    const sentence = `closed a connection: ${reason} (${code})`;
    if (!isTold) this.#log.warn('connection-closed', sentence, { code, reason });
    dismiss(client, code, reason);
  }

  /** A connection that this side ends is told where it is ended. */
  #tellEnded({ position: { publisher }, hasLeft }: TrackedOutbox<WebSocket>): void {
    if (hasLeft) {
      this.#log.info('publisher-left', `publisher ${publisher} said goodbye`, { publisher });
    } else if (!this.#isStopping) {
      const sentence = `the connection of publisher ${publisher} ended without a goodbye`;
      this.#log.warn('publisher-lost', sentence, { publisher });
    }
  }

  /** It says so as well, but maybe in the log of another machine. */
  #tellRefused(code: number, reason: string): void {
    const sentence = `a publisher closed its connection: ${reason} (${code})`;
    this.#log.warn('closed-by-publisher', sentence, { code, reason });
  }

  #send(client: WebSocket, text: string): void {
    if (client.bufferedAmount > LIMITS.unreadBytes) {
      this.reached.add('unread-bytes');
      const sentence = 'a publisher does not read what is said to it; its connection is ended';
      this.#log.warn('publisher-reads-nothing', sentence);
      client.terminate();
      return;
    }
    client.send(text);
  }

  #hand(from: TrackedOutbox<WebSocket>, entries: readonly HandedEntry[]): void {
    const { publisher, outbox } = from.position;
    const source = { publisher, outbox };
    this.dispatcher.dispatch({
      items: entries.map((entry) => itemOf(entry, source)),
      onHandled: (count) => {
        this.#perform(this.#receiver.handled(from, performance.now(), count));
      },
      // of a publisher that is gone or was replaced, it is the last that is left
      isKept: () => from.connection !== undefined,
    });
  }

  #setAckTimer(): void {
    if (this.#ackTimer) return;
    const { deadline } = this.#receiver;
    if (deadline === undefined) return;
    this.#ackTimer = setTimeout(() => {
      this.#ackTimer = undefined;
      this.#perform(this.#receiver.timePassed(performance.now()));
    }, deadline - performance.now());
  }
}

async function aborted(deadline: AbortSignal | undefined): Promise<void> {
  if (deadline?.aborted) return;
  await new Promise((resolve) => deadline?.addEventListener('abort', resolve, { once: true }));
}

function itemOf(entry: HandedEntry, source: Source): Item {
  if (entry.kind === 'message') return new Message(entry, source);
  const origin = { ...source, offset: entry.offset };
  if (entry.kind === 'start') return { kind: 'start', origin, at: dateOf(entry.at) };
  const { reason, from, to, count } = entry;
  return { kind: 'gap', origin, reason, from: dateOf(from), to: dateOf(to), count };
}

function dateOf(time: number | null): Date | null {
  return time === null ? null : new Date(time);
}
