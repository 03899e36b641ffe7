import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { RELAY_PATH } from '@relay/contracts';
import { listen, runApp, type RunningApp, StderrLogger, stopListening } from '@relay/runtime';
import { type ConsumerConfig, consumerSettings } from './consumer.config.js';
import { ConsumerModule } from './consumer.module.js';
import { DeadLetters } from './handling/dead-letters.js';
import { Reception } from './reception/reception.js';
import { RelayAdapter } from './reception/relay-adapter.js';

async function start(config: ConsumerConfig): Promise<RunningApp> {
  const app = await NestFactory.create(ConsumerModule.register(config), {
    logger: new StderrLogger(),
  });
  const logger = new Logger('consumer');
  await app.get(DeadLetters).prepare();
  app.useWebSocketAdapter(new RelayAdapter(app));
  const port = await listen(app, config.consumerHost, config.consumerPort);
  logger.log(`listening on ws://${config.consumerHost}:${port}${RELAY_PATH}`);

  return {
    async shutDown(deadline): Promise<number> {
      stopListening(app);
      const isDone = await app.get(Reception).stop(deadline);
      if (!isDone) logger.warn('a handler did not end in time; what it was given will come again');
      await app.close();
      return isDone ? 0 : 1;
    },
  };
}

/** Whoever read the messages has gone (`consumer | head`): nothing is left to print for. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

await runApp('consumer', consumerSettings, start);
