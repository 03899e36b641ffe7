import { Logger } from '@nestjs/common';
import {
  CloseCode,
  closeReason,
  type ConsumerFrame,
  decodeFromConsumer,
  encodeControl,
  encodeDeliver,
  type Goodbye,
  InvalidFrameError,
  mayComeBack,
  type Status,
  SUB_PROTOCOL,
  type UnknownFrame,
} from '@relay/contracts';
import {
  Heartbeat,
  HEARTBEAT,
  type MemoryOutbox,
  randomisedExponentialBackoff,
  Sender,
  type SenderAction,
  slowRetry,
} from '@relay/delivery';
import { keepAlive, withoutPassword } from '@relay/runtime';
import { WebSocket } from 'ws';

const HANDSHAKE_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 2_000;
/** A connection that lived this long proved healthy: the next failure counts as the first. */
const HEALTHY_AFTER_MS = 10_000;
/** Consumers say little. */
const MAX_FRAME_BYTES = 64 * 1024;

type State = 'connecting' | 'connected' | 'closed';

/** What a connection asks of, and tells, whoever keeps all of them. */
export interface Surroundings {
  /** Counts the connections that this process makes. */
  nextConnectionNumber(): number;
  /** Whether another consumer that is connected has this name. */
  isNameTaken(consumer: string, by: ConsumerConnection): boolean;
  welcomed(connection: ConsumerConnection): void;
  /** The consumer has acknowledged more. */
  progressed(connection: ConsumerConnection): void;
}

/** The WebSocket client of a consumer's gateway: connects for ever and does what its sender wants. */
export class ConsumerConnection {
  state: State = 'connecting';
  since = new Date();
  reconnects = 0;
  readonly sender: Sender;
  /** What the consumer was told last of the time until which everything was heard. */
  heardUntilTold: number | null = null;
  readonly #shownUrl: string;
  readonly #logger = new Logger('delivery');
  #socket: WebSocket | undefined;
  #attempt = 0;
  #retry: NodeJS.Timeout | undefined;
  #healthy: NodeJS.Timeout | undefined;
  #lastProblem: string | undefined;
  /** Why this side closed, if it did. */
  #verdict: Failure | undefined;
  #onEnd: (() => void) | undefined;

  constructor(
    private readonly url: string,
    publisher: { readonly name: string; readonly process: string },
    private readonly outbox: MemoryOutbox,
    private readonly surroundings: Surroundings,
  ) {
    this.#shownUrl = withoutPassword(url);
    this.sender = new Sender(publisher.name, publisher.process);
  }

  /** What the consumer calls itself, once it has said so. */
  get consumer(): string | undefined {
    return this.sender.consumer;
  }

  get shownUrl(): string {
    return this.#shownUrl;
  }

  /** Entries that this consumer has not acknowledged. */
  get waiting(): number {
    return this.outbox.entriesBehind(this.sender.acknowledged);
  }

  connect(): void {
    const socket = new WebSocket(this.url, SUB_PROTOCOL, {
      perMessageDeflate: false,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      maxPayload: MAX_FRAME_BYTES,
    });
    this.#socket = socket;
    this.#verdict = undefined;
    let failure: Failure | undefined;
    let welcomeTimer: NodeJS.Timeout | undefined;
    socket.on('open', () => {
      keepAlive(socket, new Heartbeat(HEARTBEAT, performance.now()), () => {
        failure = { text: 'does not answer any more', needsPerson: false };
      });
      welcomeTimer = setTimeout(() => {
        if (this.sender.state === 'greeting') {
          this.#close(CloseCode.handshakeTimeout, 'no welcome came');
        }
      }, HANDSHAKE_TIMEOUT_MS);
      this.#perform(this.sender.connected(this.surroundings.nextConnectionNumber(), this.outbox));
    });
    socket.on('message', (bytes: Buffer, isBinary: boolean) => {
      this.#receive(bytes, isBinary);
    });
    socket.on('unexpected-response', (_request, { statusCode = 0 }) => {
      failure = { text: `answers HTTP ${statusCode}`, needsPerson: isRefusal(statusCode) };
      socket.terminate();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const needsPerson = error.message.includes('subprotocol');
      failure ??= { text: error.code ?? error.message, needsPerson };
    });
    socket.on('close', (code, reason) => {
      clearTimeout(welcomeTimer);
      const text = `closed with ${code} ${reason.toString()}`.trim();
      this.#onClose(this.#verdict ?? failure ?? { text, needsPerson: !mayComeBack(code) });
    });
  }

  /** The outbox has grown. */
  appended(): void {
    this.#perform(this.sender.appended(this.outbox.next));
  }

  sendStatus(status: Omit<Status, 'waiting'>): void {
    if (this.state !== 'connected') return;
    this.heardUntilTold = status.heardUntil;
    const data = { ...status, waiting: this.waiting };
    this.#socket?.send(encodeControl({ event: 'status', data }));
  }

  /**
   * Delivers what is left and says goodbye; gives up at the deadline, or at once when nobody is there and
   * no message waits.
   *
   * @returns how many messages the consumer has not acknowledged
   */
  async drain(goodbye: Goodbye, deadline: AbortSignal): Promise<number> {
    const ended = new Promise<void>((resolve) => (this.#onEnd = resolve));
    const isIdle = (): boolean => this.outbox.messagesBehind(this.sender.acknowledged) === 0;
    const giveUp = (): void => {
      this.#end();
    };
    deadline.addEventListener('abort', giveUp);
    if (deadline.aborted || (this.state !== 'connected' && isIdle())) this.#end();
    else this.#perform(this.sender.drain(goodbye));
    await ended;
    deadline.removeEventListener('abort', giveUp);
    return this.outbox.messagesBehind(this.sender.acknowledged);
  }

  #receive(bytes: Buffer, isBinary: boolean): void {
    try {
      if (isBinary) throw new InvalidFrameError('a consumer sends no binary frames');
      this.#perform(this.#take(decodeFromConsumer(bytes)));
    } catch (error) {
      if (!(error instanceof InvalidFrameError)) throw error;
      this.#close(CloseCode.invalidFrame, error.message);
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
        const actions = this.sender.welcomed(frame.data);
        if (this.sender.state === 'delivering') this.#welcomed(consumer);
        return actions;
      }
      case 'ack':
        return this.sender.acknowledgedUpTo(frame.data.cursor);
      case 'unknown':
        return []; // of a newer version
    }
  }

  #welcomed(consumer: string): void {
    this.#enter('connected');
    this.#lastProblem = undefined;
    this.#healthy = setTimeout(() => {
      this.#attempt = 0;
    }, HEALTHY_AFTER_MS).unref();
    this.#logger.log(
      `connected to ${consumer} at ${this.#shownUrl}, entries waiting: ${this.waiting}`,
    );
    this.surroundings.welcomed(this);
  }

  #perform(actions: readonly SenderAction[]): void {
    const queue = [...actions];
    for (const action of queue) {
      switch (action.kind) {
        case 'send':
          this.#socket?.send(encodeControl(action.frame));
          break;
        case 'deliver':
          this.#socket?.send(encodeDeliver({ after: action.after, entries: [...action.entries] }));
          break;
        case 'read': {
          const entries = this.outbox.read(action.after, action.limit);
          queue.push(...this.sender.entriesRead(action.after, entries));
          break;
        }
        case 'progress':
          this.surroundings.progressed(this);
          break;
        case 'close':
          this.#close(action.code, action.reason);
          break;
      }
    }
  }

  /** Hears no more, and closes; does not wait for long for the consumer to agree. */
  #close(code: CloseCode, reason: string): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#verdict = { text: `closed with ${code} ${reason}`, needsPerson: !mayComeBack(code) };
    socket.removeAllListeners('message');
    socket.close(code, closeReason(reason));
    setTimeout(() => {
      socket.terminate();
    }, CLOSE_TIMEOUT_MS).unref();
  }

  #onClose({ text, needsPerson }: Failure): void {
    clearTimeout(this.#healthy);
    const hasFinished = this.sender.state === 'finished';
    this.sender.disconnected();
    if (this.state === 'closed' || hasFinished) {
      this.#end();
      return;
    }
    if (this.state === 'connected') this.reconnects += 1;
    this.#enter('connecting');
    if (text !== this.#lastProblem) {
      this.#lastProblem = text;
      const line = `consumer at ${this.#shownUrl}: ${text}; messages wait`;
      if (needsPerson)
        this.#logger.error(`${line}, trying again now and then: this needs a person`);
      else this.#logger.warn(`${line}, trying again`);
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
    this.#socket?.terminate();
    this.#onEnd?.();
  }

  #enter(state: State): void {
    if (state === this.state) return;
    this.state = state;
    this.since = new Date();
  }
}

/** Why there is no connection. */
interface Failure {
  readonly text: string;
  /** Somebody has to change something before it can work. */
  readonly needsPerson: boolean;
}

function isRefusal(httpStatus: number): boolean {
  return httpStatus >= 400 && httpStatus < 500 && ![408, 425, 429].includes(httpStatus);
}
