import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { listen, runApp, type RunningApp, StderrLogger } from '@relay/runtime';
import { ConsumerConnection } from './delivery/consumer-connection.js';
import { RedisIntake } from './intake/redis-intake.js';
import { type PublisherConfig, publisherSettings } from './publisher.config.js';
import { PublisherModule } from './publisher.module.js';

async function start(config: PublisherConfig): Promise<RunningApp> {
  const app = await NestFactory.create(PublisherModule.register(config), {
    logger: new StderrLogger(),
  });
  const intake = app.get(RedisIntake);
  const connection = app.get(ConsumerConnection);
  const logger = new Logger('publisher');

  app.connectMicroservice({ strategy: intake });
  const port = await listen(app, config.publisherHost, config.publisherPort);
  logger.log(`health at http://${config.publisherHost}:${port}/health`);
  connection.connect();
  await app.startAllMicroservices();

  return {
    async shutDown(): Promise<number> {
      await intake.close();
      const left = await connection.close();
      await app.close();
      if (left > 0) logger.error(`ended with ${left} messages not sent`);
      return left > 0 ? 1 : 0;
    },
  };
}

await runApp('publisher', publisherSettings, start);
