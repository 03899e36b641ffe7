import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { RELAY_PATH, SUB_PROTOCOL } from '@relay/contracts';
import type { ReceiverOptions } from '@relay/delivery';
import { Refusals } from '@relay/runtime';
import { WebSocket } from 'ws';
import { DeadLetters } from '../../handling/dead-letters.js';
import { Dispatcher, type Item } from '../../handling/dispatcher.js';
import { LIMITS, LimitsReached } from '../../limits.js';
import { admissionFor, limitsFor } from './consumer-under-test.js';
import { Reception } from '../reception.js';
import { RelayAdapter } from '../relay-adapter.js';
import { RelayGateway } from '../relay.gateway.js';
import { Queue } from './queue.js';
import { ScenarioHandler } from './scenario-handler.js';
import { describeMessage, type Expected, type Frame, matches, type Step } from './scenarios.js';

const BARRIER = 'barrier';

@Module({})
class StageModule {}

/** Says when it knows that a connection is over. */
class ObservedReception extends Reception {
  constructor(
    options: ReceiverOptions,
    dispatcher: Dispatcher,
    private readonly disconnects: Queue<WebSocket>,
  ) {
    super(options, dispatcher);
  }

  override disconnected(client: WebSocket): void {
    super.disconnected(client);
    this.disconnects.add(client);
  }
}

/** A connection, as its client sees it. */
interface Line {
  readonly socket: WebSocket;
  readonly heard: Queue<Expected>;
  /** Whether the consumer may not have taken in yet what was sent. */
  isOnItsWay: boolean;
  barrier: () => void;
}

/** The real consumer on a real socket, and the clients of a scenario. */
export class ScenarioStage {
  #app: INestApplication | undefined;
  #reception: Reception | undefined;
  #handler = new ScenarioHandler();
  #port = 0;
  #disconnects = new Queue<WebSocket>();
  /** How many of `#disconnects` were taken. */
  #known = 0;
  #ending: Promise<unknown> | undefined;
  readonly #lines = new Map<number, Line>();
  #options: ReceiverOptions = {
    name: 'consumer',
    window: LIMITS.window,
    maxEntryBytes: limitsFor().maxEntryBytes,
    maxOutboxes: LIMITS.outboxes,
  };

  /** @param advance lets the time that the consumer knows pass */
  constructor(private readonly advance: (ms: number) => Promise<void>) {}

  /**
   * Does, or sees, everything that a scenario says, and nothing else.
   *
   * @throws Error with the line of the document that was not so
   */
  async play(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      try {
        if (step.kind !== 'send' && step.kind !== 'expect') await this.#atRest();
        await this.#play(step);
      } catch (cause) {
        const { message } = cause as Error;
        throw new Error(`line ${step.line}: ${step.text}\n${message}`, { cause });
      }
    }
    for (const line of this.#lines.values()) line.isOnItsWay = true;
    await this.#atRest();
    for (const [n, { heard }] of this.#lines) {
      const [unsaid] = heard.items;
      if (unsaid) throw new Error(`after all, on connection ${n}: ${JSON.stringify(unsaid)}`);
    }
    const [handed] = this.#handler.handed.items;
    if (handed && !handed.isExpected)
      throw new Error(`after all, handed on: ${describe(handed.item)}`);
  }

  async end(): Promise<void> {
    for (const { socket } of this.#lines.values()) socket.terminate();
    this.#handler.handed.items[0]?.isDone.resolve();
    await this.#ending;
    await this.#app?.close();
  }

  async #play(step: Step): Promise<void> {
    switch (step.kind) {
      case 'settings':
        this.#options = { ...this.#options, ...step.settings };
        return;
      case 'open':
        return this.#open(step.connection, step.speaksRelay);
      case 'break':
        return this.#break(step.connection);
      case 'send':
        this.#send(step.connection, step.frame);
        return;
      case 'expect':
        return this.#expect(step.connection, step.what);
      case 'close':
        return this.#close(step.connection, step.code);
      case 'handle':
        return this.#handle(step.how, step.item);
      case 'pass':
        return this.advance(step.ms);
      case 'stop':
        this.#ending = this.#reception?.stop().then(() => this.#app?.close());
        return;
      case 'restart':
        return this.#restart();
    }
  }

  async #start(): Promise<void> {
    const handler = new ScenarioHandler();
    const sink = new Writable({
      write(_chunk, _encoding, done): void {
        done();
      },
    });
    const options = { attempts: 1, timeoutMs: 2 ** 31 - 1 };
    const dispatcher = new Dispatcher([handler], options, new DeadLetters(undefined, sink));
    const disconnects = new Queue<WebSocket>();
    const reached = new LimitsReached();
    const reception = new ObservedReception(this.#options, dispatcher, disconnects);
    const providers = [
      RelayGateway,
      { provide: Dispatcher, useValue: dispatcher },
      { provide: Reception, useValue: reception },
      { provide: LimitsReached, useValue: reached },
    ];
    const app = await NestFactory.create({ module: StageModule, providers }, { logger: false });
    const refusals = new Refusals({ onReached: (limit) => reached.add(limit) });
    const bounds = { limits: limitsFor(), reached, refusals };
    app.useWebSocketAdapter(new RelayAdapter(app, admissionFor(), bounds));
    await app.listen(0, '127.0.0.1');
    this.#port = (app.getHttpServer() as { address(): AddressInfo }).address().port;
    this.#app = app;
    this.#reception = reception;
    this.#handler = handler;
    this.#disconnects = disconnects;
    this.#known = 0;
  }

  async #open(n: number, speaksRelay: boolean): Promise<void> {
    if (!this.#app) await this.#start();
    const url = `ws://127.0.0.1:${this.#port}${RELAY_PATH}`;
    const socket = new WebSocket(url, speaksRelay ? [SUB_PROTOCOL] : [], { autoPong: false });
    const line: Line = {
      socket,
      heard: new Queue(),
      isOnItsWay: false,
      barrier: () => undefined,
    };
    socket.on('message', (bytes: Buffer) => {
      line.heard.add({ kind: 'json', value: JSON.parse(bytes.toString()) });
    });
    socket.on('ping', () => {
      line.heard.add({ kind: 'ping' });
    });
    socket.on('pong', (bytes) => {
      if (bytes.toString() === BARRIER) line.barrier();
      else line.heard.add({ kind: 'pong' });
    });
    socket.on('close', (code) => {
      line.heard.add(code === 1006 ? { kind: 'cut' } : { kind: 'close', code });
      line.barrier();
    });
    this.#lines.set(n, line);
    await once(socket, 'open');
  }

  async #break(n: number): Promise<void> {
    const { socket, heard } = this.#line(n);
    socket.terminate();
    await expectNext(heard, { kind: 'cut' });
    await this.#forgotten();
  }

  async #close(n: number, code: number): Promise<void> {
    const { socket, heard } = this.#line(n);
    socket.close(code);
    await expectNext(heard, { kind: 'close', code });
    await this.#forgotten();
  }

  #send(n: number, frame: Frame): void {
    const line = this.#line(n);
    send(line.socket, frame);
    line.isOnItsWay = true;
  }

  async #expect(n: number, what: Expected): Promise<void> {
    await expectNext(this.#line(n).heard, what);
    const isOver = what.kind === 'close' || what.kind === 'cut';
    if (isOver && !this.#ending) await this.#forgotten();
  }

  async #handle(how: 'begin' | 'end' | 'refuse', expected: string): Promise<void> {
    const { handed } = this.#handler;
    const next = await handed.first();
    const actual = describe(next.item);
    const isMessage = next.item.kind === 'message';
    if (expected !== actual && !(isMessage && expected === next.item.offset)) {
      throw new Error(`handed on instead: ${actual}`);
    }
    next.isExpected = true;
    if (how === 'begin') return;
    handed.items.shift();
    if (how === 'end') next.isDone.resolve();
    else next.isDone.reject(new Error('refused'));
  }

  /** Killed: nobody hears anything more of it, and what it knew is gone. */
  async #restart(): Promise<void> {
    for (const { socket, heard } of this.#lines.values()) {
      socket.terminate();
      await expectNext(heard, { kind: 'cut' });
    }
    const killed = this.#app;
    this.#handler.handed.items[0]?.isDone.resolve();
    this.#lines.clear();
    await killed?.close();
    await this.#start();
  }

  #line(n: number): Line {
    const line = this.#lines.get(n);
    if (!line) throw new Error(`there is no connection ${n}`);
    return line;
  }

  /**
   * The consumer has taken in everything that was sent, and its answers are here: a pong is sent behind them.
   * The ping for it comes where something was sent at the same time, so that it breaks no silence.
   */
  async #atRest(): Promise<void> {
    for (const line of this.#lines.values()) {
      if (!line.isOnItsWay || line.socket.readyState !== WebSocket.OPEN) continue;
      await new Promise<void>((resolve) => {
        line.barrier = resolve;
        line.socket.ping(BARRIER);
      });
      line.isOnItsWay = false;
    }
  }

  /** The consumer knows of every connection that is over. */
  async #forgotten(): Promise<void> {
    const over = [...this.#lines.values()].filter(
      ({ socket }) => socket.readyState === WebSocket.CLOSED,
    );
    for (; this.#known < over.length; this.#known += 1) await this.#disconnects.take();
  }
}

async function expectNext(heard: Queue<Expected>, expected: Expected): Promise<void> {
  const actual = await heard.take();
  if (!matches(expected, actual)) {
    throw new Error(
      `happened instead: ${JSON.stringify('value' in actual ? actual.value : actual)}`,
    );
  }
}

function send(socket: WebSocket, frame: Frame): void {
  switch (frame.kind) {
    case 'text':
      socket.send(frame.text);
      return;
    case 'binary':
      socket.send(frame.bytes);
      return;
    case 'ping':
      socket.ping();
      return;
    case 'pong':
      socket.pong();
      return;
  }
}

function describe(item: Item): string {
  switch (item.kind) {
    case 'message':
      return describeMessage(item.offset, item.channel, item.pattern, item.payload);
    case 'gap': {
      const { origin, reason, from, to, count } = item;
      return `${origin.offset} gap ${reason} from ${at(from)} to ${at(to)} count ${count}`;
    }
    case 'start':
      return `${item.origin.offset} start at ${at(item.at)}`;
  }
}

function at(time: Date | null): string {
  return String(time?.getTime() ?? null);
}
