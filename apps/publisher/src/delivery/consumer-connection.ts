import { randomUUID } from 'node:crypto';
import {
  CloseCode,
  type ConsumerFrame,
  decodeFromConsumer,
  deliverHead,
  encodeControl,
  type Goodbye,
  InvalidFrameError,
  type Offset,
  type Status,
  type UnknownFrame,
} from '@relay/contracts';
import {
  type MemoryOutbox,
  randomisedExponentialBackoff,
  type Run,
  Sender,
  type SenderAction,
  slowRetry,
} from '@relay/delivery';
import { EventLog, Tenfold, withoutPassword } from '@relay/runtime';
import { LimitsReached } from '../limits.js';
import { AckTiming } from './ack-timing.js';
import { type ConsumerAccess, PassageError } from './consumer-access.js';
import { boundGrant, isLess } from './grant.js';
import type { Failure } from './failure.js';
import { FramePace } from './frame-pace.js';
import { Line, type LineEvents } from './line.js';

/** A connection that lived this long proved healthy: the next failure counts as the first. */
const HEALTHY_AFTER_MS = 10_000;

type State = 'connecting' | 'connected' | 'closed';
type ReadAction = Extract<SenderAction, { kind: 'read' }>;

/** What a connection asks of, and tells, whoever keeps all of them. */
export interface Surroundings {
  /** Whether another consumer that is connected has this name. */
  isNameTaken(consumer: string, by: ConsumerConnection): boolean;
  /** The consumer is to be told how things stand: it has come, or could not be told before. */
  statusOwed(connection: ConsumerConnection): void;
  /** The consumer has acknowledged more. */
  progressed(connection: ConsumerConnection): void;
}

/** The WebSocket client of a consumer's gateway: connects for ever and does what its sender wants. */
export class ConsumerConnection {
  state: State = 'connecting';
  since = new Date();
  reconnects = 0;
  /** Why it is not connected, as far as it is known. */
  problem: string | undefined;
  readonly sender: Sender;
  readonly acks = new AckTiming();
  /** What the consumer was told last of the time until which everything was heard. */
  heardUntilTold: number | null = null;
  readonly #shownUrl: string;
  readonly #log = new EventLog('delivery');
  #line: Line | undefined;
  #connectionsMade = 0;
  #attempt = 0;
  #retry: NodeJS.Timeout | undefined;
  #healthy: NodeJS.Timeout | undefined;
  #onEnd: (() => void) | undefined;
  #owesStatus = false;
  readonly #pace = new FramePace(() => this.isCongested);
  readonly #tooLarge = new Tenfold();

  constructor(
    private readonly url: string,
    publisher: string,
    private readonly outbox: MemoryOutbox,
    private readonly access: ConsumerAccess,
    private readonly surroundings: Surroundings,
    private readonly reached = new LimitsReached(),
  ) {
    this.#shownUrl = withoutPassword(url);
    // two ways to one consumer are told apart: the second is refused, and leaves the first alone
    this.sender = new Sender(publisher, randomUUID());
  }

  readonly #lineEvents: LineEvents = {
    opened: () => {
      this.#perform(this.sender.connected(++this.#connectionsMade, this.outbox));
    },
    received: (bytes, isBinary) => {
      this.#receive(bytes, isBinary);
    },
    drained: () => {
      if (this.#owesStatus) this.surroundings.statusOwed(this);
      this.#pace.resume();
    },
    ended: (failure) => {
      this.#ended(failure);
    },
  };

  /** What the consumer calls itself, once it has said so. */
  get consumer(): string | undefined {
    return this.sender.consumer;
  }

  get shownUrl(): string {
    return this.#shownUrl;
  }

  /** Whether the network, or the consumer, takes less than there is to send. */
  get isCongested(): boolean {
    return this.#line?.isCongested === true;
  }

  /** Entries that this consumer has not acknowledged. */
  get waiting(): number {
    return this.outbox.entriesBehind(this.sender.acknowledged);
  }

  /** Messages that this consumer has not acknowledged. */
  get waitingMessages(): number {
    return this.outbox.messagesBehind(this.sender.acknowledged);
  }

  connect(): void {
    try {
      this.#line = new Line(this.url, this.access, this.#lineEvents, this.reached);
    } catch (error) {
      if (!(error instanceof PassageError)) throw error;
      this.#line = undefined;
      this.#ended({ text: error.message, needsPerson: false });
    }
  }

  /** The outbox has grown. */
  appended(): void {
    this.#perform(this.sender.appended(this.outbox.next));
  }

  sendStatus(status: Omit<Status, 'waiting'>): void {
    if (this.state !== 'connected') return;
    this.#owesStatus = this.isCongested;
    if (this.#owesStatus) return;
    this.heardUntilTold = status.heardUntil;
    const data = { ...status, waiting: this.waiting };
    this.#line?.send(encodeControl({ event: 'status', data }));
  }

  /**
   * Delivers what is left and says goodbye; gives up at the deadline, or at once when nobody is there and
   * no message waits.
   *
   * @returns how many messages the consumer has not acknowledged
   */
  async drain(goodbye: Goodbye, deadline: AbortSignal): Promise<number> {
    const ended = new Promise<void>((resolve) => (this.#onEnd = resolve));
    const giveUp = (): void => {
      this.#end();
    };
    deadline.addEventListener('abort', giveUp);
    if (deadline.aborted || (this.state !== 'connected' && this.waitingMessages === 0)) this.#end();
    else this.#perform(this.sender.drain(goodbye));
    await ended;
    deadline.removeEventListener('abort', giveUp);
    return this.waitingMessages;
  }

  #receive(bytes: Buffer, isBinary: boolean): void {
    try {
      if (isBinary) throw new InvalidFrameError('a consumer sends no binary frames');
      this.#perform(this.#take(decodeFromConsumer(bytes)));
    } catch (error) {
      if (!(error instanceof InvalidFrameError)) throw error;
      this.#line?.close(CloseCode.invalidFrame, error.message);
    }
  }

  #take(frame: ConsumerFrame | UnknownFrame): readonly SenderAction[] {
    switch (frame.event) {
      case 'welcome': {
        const { consumer } = frame.data;
        if (this.surroundings.isNameTaken(consumer, this)) {
          const reason = `another consumer of this publisher is called ${consumer}, too: set CONSUMER_NAME`;
          return [{ kind: 'close', code: CloseCode.nameInUse, reason }];
        }
        const welcome = boundGrant(frame.data);
        if (isLess(welcome, frame.data)) this.reached.add('window');
        const actions = this.sender.welcomed(welcome);
        if (this.sender.state === 'delivering') this.#welcomed(consumer);
        return actions;
      }
      case 'ack':
        this.acks.acknowledged(frame.data.cursor);
        if (this.#log.isDebugging) {
          this.#log.debug('ack-received', `ack ${frame.data.cursor} from ${this.#shownUrl}`);
        }
        return this.sender.acknowledgedUpTo(frame.data.cursor);
      case 'unknown':
        return []; // of a newer version
    }
  }

  #welcomed(consumer: string): void {
    this.#line?.welcomed();
    this.#enter('connected');
    this.problem = undefined;
    this.#healthy = setTimeout(() => {
      this.#attempt = 0;
    }, HEALTHY_AFTER_MS).unref();
    const { waiting } = this;
    const url = this.#shownUrl;
    const sentence = `connected to ${consumer} at ${url}, entries waiting: ${waiting}`;
    this.#log.info('consumer-connected', sentence, { consumer, url, waiting });
    this.surroundings.statusOwed(this);
  }

  #perform(actions: readonly SenderAction[]): void {
    for (const action of actions) {
      switch (action.kind) {
        case 'send':
          this.#line?.send(encodeControl(action.frame));
          break;
        case 'deliver':
          this.#deliver(action.after, action.run);
          break;
        case 'read':
          this.#pace.next(() => {
            this.#read(action);
          });
          break;
        case 'progress':
          this.surroundings.progressed(this);
          break;
        case 'close':
          this.#line?.close(action.code, action.reason);
          break;
      }
    }
  }

  #read({ after, limit }: ReadAction): void {
    try {
      this.#perform(this.sender.entriesRead(after, this.outbox.read(after, limit)));
    } catch (error) {
      this.#log.error('internal-error', 'a frame could not be sent', { error });
      this.sender.readFailed();
      this.#line?.terminate(); // the next connection goes on where this one was
    }
    this.#tellTooLarge();
  }

  #deliver(after: Offset, run: Run): void {
    this.acks.sent(run.last);
    this.#line?.deliver(deliverHead(after, run.count), run.items);
    if (this.#log.isDebugging) {
      const { count: entries, last } = run;
      const sentence = `${entries} entries up to ${last} to ${this.#shownUrl}`;
      this.#log.debug('frame-sent', sentence, { entries, last });
    }
  }

  /** Says it at 1, 10, 100, …; the gap in its place says it to the consumer. */
  #tellTooLarge(): void {
    const { tooLargeMessages } = this.sender.counts;
    if (!this.#tooLarge.isDue(tooLargeMessages)) return;
    const url = this.#shownUrl;
    const sentence = `messages larger than ${url} takes, ${tooLargeMessages} so far: a gap goes in the place of each`;
    this.#log.warn('message-too-large', sentence, { url, messages: tooLargeMessages });
  }

  #ended({ text, needsPerson }: Failure): void {
    clearTimeout(this.#healthy);
    const hasFinished = this.sender.state === 'finished';
    this.sender.disconnected();
    this.acks.disconnected();
    this.#pace.resume();
    const isLeaving = this.#onEnd !== undefined && this.waitingMessages === 0;
    if (this.state === 'closed' || hasFinished || isLeaving) {
      this.#end();
      return;
    }
    if (this.state === 'connected') this.reconnects += 1;
    this.#enter('connecting');
    if (text !== this.problem) {
      this.problem = text;
      this.#tell(text, needsPerson);
    }
    this.#attempt += 1;
    const delayMs = needsPerson
      ? slowRetry(Math.random())
      : randomisedExponentialBackoff(this.#attempt, Math.random());
    this.#retry = setTimeout(() => {
      this.connect();
    }, delayMs);
  }

  /** For good. */
  #end(): void {
    clearTimeout(this.#retry);
    this.#enter('closed');
    this.#line?.terminate();
    this.#onEnd?.();
  }

  #tell(problem: string, needsPerson: boolean): void {
    const url = this.#shownUrl;
    const proxy = this.#line?.proxy;
    const way = proxy === undefined ? '' : ` through the proxy ${proxy}`;
    const line = `consumer at ${url}${way}: ${problem}; messages wait, trying again`;
    if (!needsPerson) this.#log.warn('consumer-lost', line, { url, problem });
    else {
      const sentence = `${line} now and then: this needs a person`;
      this.#log.error('consumer-needs-person', sentence, { url, problem });
    }
  }

  #enter(state: State): void {
    if (state === this.state) return;
    this.state = state;
    this.since = new Date();
  }
}
