import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { IntakeController } from './intake.controller.js';
import {
  Answers,
  EndsWithoutValue,
  Fails,
  gates,
  GivenUp,
  Guarded,
  handlerOf,
  Intercepted,
  Late,
  seen,
  textsOf,
} from './testing/handlers.js';
import { IntakeStage } from './testing/intake-stage.js';
import { isMissing } from './testing/intake-under-test.js';

let stage: IntakeStage;

beforeEach(async () => {
  stage = await IntakeStage.open();
});

afterEach(async () => {
  await stage.close();
});

describe('the own handler of the relay takes in what is published', () => {
  it.each<[string, Type[]]>([
    ['behind an interceptor', [Intercepted]],
    ['behind one that ends without a value', [EndsWithoutValue, Intercepted]],
    ['before one that ends without a value', [Intercepted, EndsWithoutValue]],
    ['behind one that fails', [Fails, Intercepted]],
    ['before one that fails', [Intercepted, Fails]],
    ['before one that never ends', [IntakeController, Late]],
  ])('%s', async (_, controllers) => {
    const tested = await stage.start(controllers);
    const texts = Array.from({ length: 300 }, (_, index) => String(index));
    await stage.publisher.pipeline(texts.map((text) => ['publish', 'test_websocket', text])).exec();
    expect(textsOf(await tested.taken.atLeast(texts.length))).toEqual(texts);
    await stage.publish('the last');
    await tested.taken.atLeast(texts.length + 1);
    expect(tested.account.items.filter(isMissing)).toEqual([]);
  });

  it('in order, though a guard takes its time', async () => {
    const tested = await stage.start([Guarded]);
    await stage.publish('one', 'two', 'six');
    await tested.read();
    for (let calls = 1; tested.taken.items.length < 3; calls++) {
      const [open] = (await gates.atLeast(calls)).slice(-1); // the last that came, should there be several
      open?.();
      await nextTurn();
    }
    expect(textsOf(tested.taken.items)).toEqual(['one', 'two', 'six']);
  });
});

describe('a handler beside it', () => {
  it.each([
    ['the channel', 'test_websocket'],
    ['the pattern of the subscription', 'test_web*'],
  ])('gets what comes by %s', async (_, name) => {
    const controllers = [handlerOf(name), IntakeController];
    const tested = await stage.start(controllers, { channels: [name] });
    await stage.publish('one', 'two');
    expect(await seen.atLeast(2)).toEqual(['one', 'two']);
    expect(textsOf(await tested.taken.atLeast(2))).toEqual(['one', 'two']);
  });

  it('is said to be never called, if nothing that is subscribed can bring it anything', async () => {
    const tested = await stage.start([IntakeController, handlerOf('other')]);
    const line = await tested.lines.find((text) => text.includes('never called'));
    expect(line).toBe('the handler for other is never called: REDIS_CHANNELS has test_websocket');
  });

  it('has the payloads as they were, however late it comes to them', async () => {
    const tested = await stage.start([IntakeController, EndsWithoutValue, Late]);
    await stage.publish('one', 'two', 'six');
    await tested.taken.atLeast(3);
    for (let calls = 1; seen.items.length < 3; calls++) {
      (await gates.atLeast(calls)).at(-1)?.();
      await nextTurn();
    }
    expect(seen.items).toEqual(['one', 'two', 'six']);
  });

  it('has them, too, if it goes on when it is given up', async () => {
    await stage.start([IntakeController, GivenUp]);
    for (const [index, text] of ['one', 'two', 'six'].entries()) {
      await stage.publish(text);
      await gates.atLeast(index + 1);
    }
    for (const open of gates.items) open();
    expect(await seen.atLeast(3)).toEqual(['one', 'two', 'six']);
  });

  it('is said to have failed', async () => {
    const tested = await stage.start([IntakeController, Fails]);
    await stage.publish('one');
    await tested.lines.find((line) => line.includes('a handler of messages from Redis failed'));
    expect(textsOf(tested.taken.items)).toEqual(['one']);
  });
});

it('a handler that would answer is refused', async () => {
  const starting = stage.start([IntakeController, Answers]);
  await expect(starting).rejects.toThrow("use @EventPattern('test_websocket')");
});
