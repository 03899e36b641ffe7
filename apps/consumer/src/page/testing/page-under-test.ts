import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import {
  accessProviders,
  Lifecycle,
  loadConfig,
  Metrics,
  Refusals,
  secureHeaders,
  Tokens,
} from '@relay/runtime';
import { consumerSettings } from '../../consumer.config.js';
import { DeadLetters } from '../../handling/dead-letters.js';
import { Dispatcher, type Item } from '../../handling/dispatcher.js';
import type { MessageHandler } from '../../handling/message-handler.js';
import { RunClock } from '../../handling/run-clock.js';
import { Recording } from '../../handling/testing/recording.js';
import { LimitsReached } from '../../limits.js';
import { Admission, admitRequests } from '../../reception/admission.js';
import { clientAddress } from '../../reception/client-address.js';
import { Reception } from '../../reception/reception.js';
import { RelayAdapter } from '../../reception/relay-adapter.js';
import { RelayGateway } from '../../reception/relay.gateway.js';
import { Feed } from '../feed.js';
import { LivePath } from '../live-path.js';
import { openPage } from '../open-page.js';
import { pageControllers, pageProviders } from '../page-providers.js';
import { ShowOnPage } from '../show-on-page.js';
import { Viewers } from '../viewers.js';

export interface PageUnderTest {
  readonly port: number;
  readonly feed: Feed;
  readonly viewers: Viewers;
  readonly reached: LimitsReached;
  /** Something comes; settles when it is handled. */
  bring(...items: Item[]): Promise<void>;
  metrics(): Promise<string>;
  close(): Promise<void>;
}

@Module({})
class TestModule {}

/**
 * A consumer with the live page, on a free port.
 *
 * @param settings those of the consumer that are not as by default
 * @param others handlers besides the page
 */
export async function startPage(
  settings: Readonly<Record<string, string>> = {},
  others: readonly MessageHandler[] = [],
): Promise<PageUnderTest> {
  const config = loadConfig(consumerSettings, settings, []);
  const deadLetters = new DeadLetters(undefined, new Recording());
  const reached = new LimitsReached();
  const folder = folderWithPage();
  const providers = [
    RelayGateway,
    ...pageProviders(config),
    ...accessProviders(config, LimitsReached, { addressOf: clientAddress(config.trustProxy) }),
    { provide: LimitsReached, useValue: reached },
    { provide: DeadLetters, useValue: deadLetters },
    Lifecycle,
    Metrics,
    {
      provide: Dispatcher,
      inject: [Feed],
      useFactory: (feed: Feed) => {
        const clock = new RunClock();
        const handlers = [...others, new ShowOnPage(feed, deadLetters, clock)];
        return new Dispatcher(handlers, { attempts: 1, timeoutMs: 60_000 }, deadLetters, clock);
      },
    },
    {
      provide: Reception,
      inject: [Dispatcher],
      useFactory: (dispatcher: Dispatcher) =>
        new Reception(
          {
            name: 'c',
            window: { entries: 100, bytes: 1000 },
            maxEntryBytes: 1000,
            maxOutboxes: 10,
          },
          dispatcher,
        ),
    },
  ];
  const app = await NestFactory.create<NestExpressApplication>(
    { module: TestModule, controllers: pageControllers, providers },
    { logger: false, bodyParser: false },
  );
  const admission = new Admission({
    tokens: app.get(Tokens),
    allowsAnyone: config.allowAnyone,
    allowedOrigins: config.allowedOrigins,
  });
  const refusals = app.get(Refusals);
  const bounds = { limits: config, reached, refusals };
  app.useWebSocketAdapter(new RelayAdapter(app, admission, bounds, [app.get(LivePath)]));
  app.use(secureHeaders());
  app.use(admitRequests(admission, refusals));
  openPage(app, folder);
  await app.listen(0, '127.0.0.1');
  const dispatcher = app.get(Dispatcher);
  return {
    port: ((app.getHttpServer() as Server).address() as AddressInfo).port,
    feed: app.get(Feed),
    viewers: app.get(Viewers),
    reached,
    bring: async (...items) => {
      dispatcher.dispatch({ items });
      await dispatcher.drained();
    },
    metrics: () => app.get(Metrics).text(),
    close: async () => {
      await app.get(Reception).stop();
      await app.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function folderWithPage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'relay-page-'));
  mkdirSync(join(folder, 'page', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'nobody is to see this');
  writeFileSync(join(folder, 'page', 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(folder, 'page', 'assets', 'main-1a2b3c.js'), 'export {};');
  return folder;
}
