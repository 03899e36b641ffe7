import 'reflect-metadata';
import { expect, it } from '@jest/globals';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  EventPattern,
  type MessageHandler,
  Server,
  type CustomTransportStrategy,
} from '@nestjs/microservices';
import { RawArguments } from './raw-arguments.js';

/** A transport that is asked for its handlers. */
class Handlers extends Server implements CustomTransportStrategy {
  listen(callback: () => void): void {
    callback();
  }

  close(): void {
    // nothing is open
  }

  on(): void {
    // nothing happens
  }

  unwrap(): never {
    throw new Error('there is nothing in it');
  }

  named(name: string): MessageHandler | undefined {
    return this.messageHandlers.get(name);
  }
}

let seen: unknown[] = [];

@Controller()
class Listener {
  @EventPattern('taken')
  @RawArguments()
  take(...given: unknown[]): void {
    seen = given;
  }
}

@Module({ controllers: [Listener] })
class TestModule {}

it('gives a handler the very things that its transport hands over, and all of them', async () => {
  const handlers = new Handlers();
  const options = { strategy: handlers, logger: false } as const;
  const app = await NestFactory.createMicroservice(TestModule, options);
  await app.listen();
  const [payload, context] = [{}, {}];
  await handlers.named('taken')?.(payload, context);
  expect(seen).toHaveLength(2);
  expect(seen[0]).toBe(payload);
  expect(seen[1]).toBe(context);
  await app.close();
});
