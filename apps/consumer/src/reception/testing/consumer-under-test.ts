import { EventEmitter, once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type INestApplication, Module, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { ReceiverOptions } from '@relay/delivery';
import { boundHttp, loadConfig, Refusals, Tokens } from '@relay/runtime';
import { consumerSettings } from '../../consumer.config.js';
import { DeadLetters } from '../../handling/dead-letters.js';
import { Dispatcher, type Item } from '../../handling/dispatcher.js';
import type { Gap, Start } from '../../handling/gap.js';
import type { Message } from '../../handling/message.js';
import type { MessageHandler } from '../../handling/message-handler.js';
import { type Deferred, deferred, Recording } from '../../handling/testing/recording.js';
import { type Limits, LimitsReached } from '../../limits.js';
import { Admission, type AdmissionOptions, admitRequests } from '../admission.js';
import { clientAddress } from '../client-address.js';
import { Reception } from '../reception.js';
import { RelayAdapter } from '../relay-adapter.js';
import { RelayGateway } from '../relay.gateway.js';
import type { TlsOptions } from '../server-certificate.js';

/** Keeps what it is handed, and is slow with the messages that `holds` says. */
export class Recorder implements MessageHandler {
  readonly items: Item[] = [];
  readonly #events = new EventEmitter();
  readonly #held = new Map<string, Deferred>();

  /** Does not end with the message of this payload until it is released. */
  holds(payload: string): Deferred {
    const held = deferred();
    this.#held.set(payload, held);
    return held;
  }

  async handle(message: Message): Promise<void> {
    this.#take(message);
    await this.#held.get(message.text)?.promise;
  }

  handleGap(gap: Gap): void {
    this.#take(gap);
  }

  handleStart(start: Start): void {
    this.#take(start);
  }

  /** Nothing is held any more. */
  releaseAll(): void {
    for (const { resolve } of this.#held.values()) resolve();
  }

  /** What was handed to it, when there are so many or more. */
  async handed(count: number): Promise<readonly Item[]> {
    while (this.items.length < count) await once(this.#events, 'item');
    return this.items;
  }

  /** The messages among them, when there are so many items or more. */
  async messages(count: number): Promise<Message[]> {
    return (await this.handed(count)).filter((item) => item.kind === 'message');
  }

  get texts(): string[] {
    return this.items.map((item) => (item.kind === 'message' ? item.text : item.kind));
  }

  #take(item: Item): void {
    this.items.push(item);
    this.#events.emit('item');
  }
}

export interface ConsumerUnderTest {
  readonly app: INestApplication;
  readonly adapter: RelayAdapter;
  readonly dispatcher: Dispatcher;
  readonly reception: Reception;
  readonly reached: LimitsReached;
  readonly refusals: Refusals;
  readonly recorder: Recorder;
  readonly port: number;
  /** Ends it, whatever state it is in. */
  close(): Promise<void>;
}

export interface ConsumerOptions extends Partial<ReceiverOptions> {
  readonly helloTimeoutMs?: number;
  readonly limits?: Partial<Limits>;
  readonly admission?: Partial<AdmissionOptions>;
  readonly httpsOptions?: TlsOptions;
  /** Beside what the reception needs. */
  readonly providers?: readonly Provider[];
}

@Module({})
class TestModule {}

/** Without `changes` as by default: there is no token, and only this machine is let in. */
export function admissionFor(changes: Partial<AdmissionOptions> = {}): Admission {
  const options = { tokens: new Tokens({}), allowsAnyone: false, allowedOrigins: [], ...changes };
  return new Admission(options);
}

/** Without `changes` as by default. */
export function limitsFor(changes: Partial<Limits> = {}): Limits {
  return { ...loadConfig(consumerSettings, {}, []), ...changes };
}

/** A consumer with real sockets on a free port, whose handler is a `Recorder`. */
export async function startConsumer(options: ConsumerOptions = {}): Promise<ConsumerUnderTest> {
  const {
    helloTimeoutMs,
    admission: access,
    httpsOptions,
    limits,
    providers,
    ...changes
  } = options;
  const reached = new LimitsReached();
  const recorder = new Recorder();
  const deadLetters = new DeadLetters(undefined, new Recording());
  const dispatcher = new Dispatcher([recorder], { attempts: 1, timeoutMs: 60_000 }, deadLetters);
  const receiverOptions = {
    name: 'c',
    window: { entries: 8192, bytes: 8 * 1024 * 1024 },
    maxEntryBytes: 4 * 1024 * 1024,
    maxOutboxes: 10,
    ...changes,
  };
  const reception = new Reception(receiverOptions, dispatcher, reached, helloTimeoutMs);
  const all = [
    RelayGateway,
    { provide: Dispatcher, useValue: dispatcher },
    { provide: Reception, useValue: reception },
    { provide: LimitsReached, useValue: reached },
    ...(providers ?? []),
  ];
  const app = await NestFactory.create(
    { module: TestModule, providers: all },
    { logger: false, ...(httpsOptions && { httpsOptions }) },
  );
  const admission = admissionFor(access);
  const onReached = reached.add.bind(reached);
  const refusals = new Refusals({ onReached, addressOf: clientAddress([]) });
  const adapter = new RelayAdapter(app, admission, {
    limits: limitsFor(limits),
    reached,
    refusals,
  });
  boundHttp(app.getHttpServer() as Server, { onReached, hasUpgrades: true });
  app.useWebSocketAdapter(adapter);
  app.use(admitRequests(admission, refusals));
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  const close = async (): Promise<void> => {
    recorder.releaseAll();
    await reception.stop();
    await app.close();
  };
  return { app, adapter, dispatcher, reception, reached, refusals, recorder, port, close };
}
