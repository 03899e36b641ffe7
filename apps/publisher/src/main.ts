import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { listen, runApp, type RunningApp, StderrLogger } from '@relay/runtime';
import { Delivery } from './delivery/delivery.js';
import { RedisIntake } from './intake/redis-intake.js';
import { type PublisherConfig, publisherSettings } from './publisher.config.js';
import { PublisherModule } from './publisher.module.js';

async function start(config: PublisherConfig): Promise<RunningApp> {
  const app = await NestFactory.create(PublisherModule.register(config), {
    logger: new StderrLogger(),
  });
  const intake = app.get(RedisIntake);
  const delivery = app.get(Delivery);
  const logger = new Logger('publisher');

  app.connectMicroservice({ strategy: intake });
  const port = await listen(app, config.publisherHost, config.publisherPort);
  logger.log(`health at http://${config.publisherHost}:${port}/health`);
  delivery.start();
  await app.startAllMicroservices();

  return {
    async shutDown(deadline): Promise<number> {
      await intake.unsubscribe(deadline);
      await intake.close();
      const left = await delivery.drain(deadline);
      await app.close();
      if (left > 0) logger.error(`ended with ${left} messages not acknowledged: they are lost`);
      return left > 0 ? 1 : 0;
    },
  };
}

await runApp('publisher', publisherSettings, start);
