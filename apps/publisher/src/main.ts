import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import {
  EventLog,
  Lifecycle,
  listen,
  runApp,
  type RunningApp,
  StderrLogger,
  withoutPassword,
} from '@relay/runtime';
import { Delivery } from './delivery/delivery.js';
import { RedisIntake } from './intake/redis-intake.js';
import { checkPublisher, exposedTokens } from './publisher.checks.js';
import { type PublisherConfig, publisherSettings } from './publisher.config.js';
import { PublisherModule } from './publisher.module.js';

async function start(config: PublisherConfig): Promise<RunningApp> {
  const app = await NestFactory.create(PublisherModule.register(config), {
    logger: new StderrLogger(config),
  });
  const intake = app.get(RedisIntake);
  const delivery = app.get(Delivery);
  warnOfExposedTokens(config);
  const lifecycle = app.get(Lifecycle);
  const log = new EventLog('publisher');

  app.connectMicroservice({ strategy: intake });
  const port = await listen(app, config.publisherHost, config.publisherPort);
  const url = `http://${config.publisherHost}:${port}/health`;
  lifecycle.enter('listening');
  log.info('listening', `health at ${url}`, { url });
  delivery.start();
  await app.startAllMicroservices();

  return {
    async shutDown(deadline): Promise<number> {
      lifecycle.enter('stopping');
      await intake.unsubscribe(deadline);
      await intake.close();
      const left = await delivery.drain(deadline);
      await app.close();
      if (left > 0) {
        const sentence = `ended with ${left} messages not acknowledged: they are lost`;
        log.error('messages-lost', sentence, { messages: left });
      }
      return left > 0 ? 1 : 0;
    },
  };
}

function warnOfExposedTokens(config: PublisherConfig): void {
  for (const url of exposedTokens(config).map(withoutPassword)) {
    const sentence = `the token goes to ${url} in clear: whoever is on the way can read it; wss:// hides it`;
    new EventLog('delivery').warn('token-in-clear', sentence, { url });
  }
}

await runApp('publisher', publisherSettings, start, checkPublisher);
