import 'reflect-metadata';
import type { Server } from 'node:https';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { RELAY_PATH } from '@relay/contracts';
import {
  boundHttp,
  closeRequests,
  countedMessages,
  EventLog,
  hostInUrl,
  HTTP_LIMITS,
  Lifecycle,
  listen,
  localHostInUrl,
  measureRefusals,
  Metrics,
  Refusals,
  runApp,
  type RunningApp,
  secureHeaders,
  StartError,
  StderrLogger,
  stopListening,
  warnOfExpiredCertificates,
  warnOfMisspelt,
} from '@relay/runtime';
import { certificateSettings, checkConsumer } from './consumer.checks.js';
import { type ConsumerConfig, consumerSettings } from './consumer.config.js';
import { ConsumerModule } from './consumer.module.js';
import { DeadLetters } from './handling/dead-letters.js';
import { Dispatcher } from './handling/dispatcher.js';
import { LimitsReached } from './limits.js';
import { LivePath } from './page/live-path.js';
import { openPage } from './page/open-page.js';
import { pageTokenOf } from './page/page-token.js';
import { Admission, admitRequests } from './reception/admission.js';
import { isTrustedProxy } from './reception/client-address.js';
import { Reception } from './reception/reception.js';
import { measureAdapter, RelayAdapter } from './reception/relay-adapter.js';
import { ServerCertificate } from './reception/server-certificate.js';
import { warnOfShortTokens } from './reception/short-tokens.js';

async function start(config: ConsumerConfig): Promise<RunningApp> {
  const certificate = ServerCertificate.of(config);
  const httpsOptions = certificate && {
    ...certificate.options,
    handshakeTimeout: HTTP_LIMITS.tlsHandshakeMs,
  };
  const app = await NestFactory.create<NestExpressApplication>(ConsumerModule.register(config), {
    logger: new StderrLogger(config),
    bodyParser: false, // nothing here takes one
    ...(httpsOptions && { httpsOptions }),
  });
  const log = new EventLog('consumer');
  warnOfMisspelt(consumerSettings);
  await app.get(DeadLetters).prepare();
  const admission = app.get(Admission);
  const reached = app.get(LimitsReached);
  boundHttp(app.getHttpServer(), {
    onReached: (limit) => reached.add(limit),
    hasUpgrades: true,
    isExempt: isTrustedProxy(config.trustProxy),
  });
  const refusals = app.get(Refusals);
  const adapter = new RelayAdapter(
    app,
    admission,
    { limits: config, reached, refusals },
    config.page ? [app.get(LivePath)] : [],
  );
  app.useWebSocketAdapter(adapter);
  measureAdapter(app.get(Metrics), adapter);
  measureRefusals(app.get(Metrics), refusals);
  app.use(secureHeaders());
  app.use(admitRequests(admission, refusals));
  const hasPage = config.page && openPage(app, import.meta.dirname);
  const port = await listen(
    app,
    { host: config.consumerHost, port: config.consumerPort, portFlag: '--port' },
    (address) => admission.objectionTo(address),
  );
  // Nest goes without gateways where it cannot load what they need
  if (!adapter.hasGateway) {
    throw new StartError(
      'The consumer cannot start: a part of its build is missing; build it anew.',
    );
  }
  warnOfExpiredCertificates(certificateSettings(config));
  warnOfShortTokens(config);
  warnOfShortTokens(pageTokenOf(config), 'PAGE_TOKEN');
  certificate?.follow(app.getHttpServer() as Server);
  if (admission.isOpenToAnyone) {
    log.warn(
      'open-to-anyone',
      'ALLOW_ANYONE is true: whoever reaches this port may send messages, without a token',
    );
  }
  const url = `${certificate ? 'wss' : 'ws'}://${hostInUrl(config.consumerHost)}:${port}${RELAY_PATH}`;
  app.get(Lifecycle).enter('listening');
  const page = hasPage
    ? `${certificate ? 'https' : 'http'}://${localHostInUrl(config.consumerHost)}:${port}/`
    : undefined;
  log.info('listening', `listening on ${url}${page ? ` (live page: ${page})` : ''}`, { url, page });

  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    app.get(Reception).acknowledge();
    // Whoever read the messages may have gone (`consumer | head`): nothing is left to print for.
    if (error.code === 'EPIPE') process.exit(0);
    log.error('stdout-broken', `stdout cannot be written: ${error.message}`);
    process.exit(1);
  });

  return {
    async shutDown(deadline): Promise<number> {
      app.get(Lifecycle).enter('stopping');
      stopListening(app);
      const isDone = await app.get(Reception).stop(deadline);
      if (!isDone) {
        const sentence = 'a handler did not end in time; what its publisher keeps will come again';
        log.warn('handler-left-running', sentence);
        tellLost(app.get(Dispatcher).unkept);
      }
      closeRequests(app);
      await app.close();
      return isDone ? 0 : 1;
    },
  };
}

/** Bare messages, and what publishers delivered that are gone. */
function tellLost(messages: number): void {
  if (messages === 0) return;
  const sentence = `ended with ${countedMessages(messages)} not handled that nobody keeps: lost`;
  new EventLog('consumer').error('messages-lost', sentence, { messages });
}

/** A log that cannot be written, as on a full disk, ends nothing. */
process.stderr.on('error', () => undefined);

await runApp('consumer', consumerSettings, start, checkConsumer);
