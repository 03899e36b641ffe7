import 'reflect-metadata';
import type { Server } from 'node:http';
import { NestFactory } from '@nestjs/core';
import {
  abortedWithin,
  boundHttp,
  closeRequests,
  countedMessages,
  EventLog,
  Lifecycle,
  listen,
  localHostInUrl,
  measureRefusals,
  Metrics,
  Refusals,
  runApp,
  type RunningApp,
  secureHeaders,
  StderrLogger,
  warnOfExpiredCertificates,
  warnOfMisspelt,
} from '@relay/runtime';
import { Delivery } from './delivery/delivery.js';
import { RedisIntake } from './intake/redis-intake.js';
import { LimitsReached } from './limits.js';
import { certificateSettings, checkPublisher, exposedTokens } from './publisher.checks.js';
import { type PublisherConfig, publisherSettings } from './publisher.config.js';
import { PublisherModule } from './publisher.module.js';

/** How long Redis may take over the UNSUBSCRIBE, and handlers over what came; the rest is for the consumers. */
const UNSUBSCRIBE_MS = 1_000;

async function start(config: PublisherConfig): Promise<RunningApp> {
  const app = await NestFactory.create(PublisherModule.register(config), {
    logger: new StderrLogger(config),
    bodyParser: false, // nothing here takes one
  });
  const reached = app.get(LimitsReached);
  boundHttp(app.getHttpServer() as Server, { onReached: (limit) => reached.add(limit) });
  measureRefusals(app.get(Metrics), app.get(Refusals));
  app.use(secureHeaders());
  const intake = app.get(RedisIntake);
  const delivery = app.get(Delivery);
  warnOfMisspelt(publisherSettings);
  warnOfExposedTokens(config);
  certificateSettings(config).forEach(warnOfExpiredCertificates);
  const lifecycle = app.get(Lifecycle);
  const log = new EventLog('publisher');

  app.connectMicroservice({ strategy: intake });
  const port = await listen(app, {
    host: config.publisherHost,
    port: config.publisherPort,
    portFlag: '--publisher-port', // with --host, --port is the consumer's
  });
  const url = `http://${localHostInUrl(config.publisherHost)}:${port}/health`;
  lifecycle.enter('listening');
  log.info('listening', `health at ${url}`, { url });
  delivery.start();
  await app.startAllMicroservices();

  return {
    async shutDown(deadline): Promise<number> {
      lifecycle.enter('stopping');
      await intake.unsubscribe(abortedWithin(UNSUBSCRIBE_MS, deadline));
      await intake.close();
      tellWaiting(delivery.waitingMessages, config.shutdownTimeoutMs);
      const left = await delivery.drain(deadline);
      if (left > 0) {
        const sentence = `ended with ${countedMessages(left)} not acknowledged: lost`;
        log.error('messages-lost', sentence, { messages: left });
      }
      closeRequests(app);
      await app.close();
      return left > 0 ? 1 : 0;
    },
  };
}

function tellWaiting(messages: number, timeoutMs: number): void {
  if (messages === 0) return;
  const seconds = timeoutMs / 1_000;
  const sentence = `stopping: ${countedMessages(messages)} not acknowledged yet; waits ${seconds} s for that at most, another signal ends it within a second`;
  new EventLog('publisher').info('delivering-the-rest', sentence, { messages, timeoutMs });
}

function warnOfExposedTokens(config: PublisherConfig): void {
  for (const { url, proxy } of exposedTokens(config)) {
    const way = proxy === undefined ? url : `${url} through the proxy ${proxy}`;
    const remedy =
      proxy === undefined ? 'wss:// hides it' : 'wss:// hides it, NO_PROXY avoids the proxy';
    const sentence = `the token goes to ${way} in clear: whoever is on the way can read it; ${remedy}`;
    new EventLog('delivery').warn('token-in-clear', sentence, { url, proxy });
  }
}

/** A log that cannot be written, as on a full disk, ends nothing. */
process.stderr.on('error', () => undefined);

await runApp('publisher', publisherSettings, start, checkPublisher);
