import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { LIMITS } from '../limits.js';
import {
  EndsWithoutValue,
  Fails,
  gates,
  LateTaker,
  Refused,
  Releases,
  seen,
} from './testing/handlers.js';
import { IntakeStage } from './testing/intake-stage.js';
import { type AccountEvent, isMissing } from './testing/intake-under-test.js';

let stage: IntakeStage;

beforeEach(async () => {
  stage = await IntakeStage.open();
});

afterEach(async () => {
  await stage.close();
});

describe('messages are told as missing', () => {
  it.each<[string, Type[]]>([
    ['that a handler fails to take in', [Fails]],
    ['that a guard refuses and a filter hides', [Refused]],
    ['that a handler does not say it has taken', [EndsWithoutValue]],
    ['that a handler beside has released', [Refused, Releases]],
    ['that have no handler', []],
  ])('%s', async (_, controllers) => {
    const tested = await stage.start(controllers);
    await stage.publish('lost');
    expect((await tested.account.find(isMissing)).detail).toBe(1);
  });

  it('that come too fast for a handler that takes its time', async () => {
    const tested = await stage.start([LateTaker]);
    const payload = Buffer.alloc(1024 * 1024);
    await stage.publish('one');
    await gates.atLeast(1);
    const fitting = LIMITS.handlerWaitingBytes / payload.length - 1;
    for (let n = 0; n < fitting; n++) await stage.publisher.publish('test_websocket', payload);
    await tested.read();
    expect(tested.account.items.filter(isMissing)).toEqual([]);
    await stage.publisher.publish('test_websocket', Buffer.concat([payload, payload]));
    expect((await tested.account.find(isMissing)).detail).toBe(1);
    expect(new Map(tested.reached.counts).get('handler-waiting')).toBe(1);
    gates.items[0]?.();
    await gates.atLeast(2); // there is room again
    await stage.publisher.publish('test_websocket', Buffer.concat([payload, payload]));
    await tested.read();
    expect(tested.account.items.filter(isMissing)).toHaveLength(1);
    gates.items[1]?.();
    (await gates.atLeast(3))[2]?.();
    await seen.atLeast(1 + fitting + 1);
  });

  it('that no handler has taken in when the publisher ends', async () => {
    const tested = await stage.start([LateTaker]);
    await stage.publish('one');
    await gates.atLeast(1);
    await stage.publish('two');
    await tested.read();
    await tested.intake.unsubscribe(AbortSignal.abort());
    await tested.intake.close();
    expect(tested.account.items.filter(isMissing)).toHaveLength(2);
    gates.items[0]?.();
    for (let turn = 0; turn < 10; turn++) await nextTurn();
    expect(seen.items).toEqual(['one']); // which it had
    expect(gates.items).toHaveLength(1); // the other it does not get any more
  });
});

describe('a handler that takes its time', () => {
  const isProvenAt =
    (time: number) =>
    ({ event, detail }: AccountEvent): boolean =>
      event === 'proven' && Number(detail) > time;

  it('holds up the proof of what it has, and of no more', async () => {
    const tested = await stage.start([LateTaker]);
    await stage.publish('one');
    const publishedAt = Date.now();
    await tested.read();
    await stage.publish('two');
    await tested.read();
    expect(tested.account.items.some(isProvenAt(publishedAt))).toBe(false);
    (await gates.atLeast(1))[0]?.();
    await tested.account.find(isProvenAt(publishedAt));
    expect(seen.items).toEqual(['one']);
  });

  it('is waited for when the publisher ends, with no proof of what comes behind that', async () => {
    const tested = await stage.start([LateTaker]);
    await stage.publish('one');
    await gates.atLeast(1);
    const endsAt = Date.now();
    let isEnded = false;
    const ended = tested.intake.unsubscribe(new AbortController().signal).then(() => {
      isEnded = true;
    });
    await tested.read();
    expect(isEnded).toBe(false);
    gates.items[0]?.();
    await ended;
    expect(seen.items).toEqual(['one']);
    expect(tested.account.items.filter(isProvenAt(endsAt - 1))).toHaveLength(1); // by no PING meanwhile
  });
});

it('a handler that takes its time is waited for though Redis is gone', async () => {
  const tested = await stage.start([LateTaker]);
  await stage.publish('one');
  await gates.atLeast(1);
  await stage.redis.kill();
  await tested.notSubscribed();
  const ended = tested.intake.unsubscribe(new AbortController().signal);
  gates.items[0]?.();
  await ended;
  await tested.intake.close();
  expect(tested.account.items.filter(isMissing)).toEqual([]);
});
