import { beforeEach, expect, it } from '@jest/globals';
import { dispatcherOf, keptBatch, recordInto, SlowHandler } from './testing/dispatching.js';
import { bareMessage, gap, message, recordLog } from './testing/recording.js';

beforeEach(() => {
  recordLog();
});

it('finishes what runs and leaves what a publisher keeps', async () => {
  const slow = new SlowHandler('a');
  const dispatcher = dispatcherOf(slow);
  const batch = keptBatch(message('a'), message('b'), gap());
  dispatcher.dispatch(batch);
  const stopped = dispatcher.stop();
  expect(slow.events).toEqual(['a begins']);
  slow.end('a');
  await stopped;
  expect(slow.events).toEqual(['a begins', 'a ends']);
  expect(batch.handled).toBe(1);
});

it('still handles what its publisher does not keep any more', async () => {
  const slow = new SlowHandler('a');
  const dispatcher = dispatcherOf(slow);
  dispatcher.dispatch({ ...keptBatch(message('a'), message('last')), isKept: () => false });
  const stopped = dispatcher.stop();
  slow.end('a');
  await stopped;
  expect(slow.events).toEqual(['a begins', 'a ends', 'last begins', 'last ends']);
});

it('takes nothing behind what it has left, though its publisher is gone meanwhile', async () => {
  const slow = new SlowHandler('a');
  const dispatcher = dispatcherOf(slow);
  let isThere = true;
  const isKept = (): boolean => isThere;
  dispatcher.dispatch({ items: [bareMessage('a')] });
  const stopped = dispatcher.stop();
  dispatcher.dispatch({ ...keptBatch(message('left')), isKept });
  dispatcher.dispatch({ ...keptBatch(message('behind')), isKept });
  isThere = false;
  slow.end('a');
  await stopped;
  expect(slow.events).toEqual(['a begins', 'a ends']);
});

it('still handles what nobody keeps', async () => {
  const slow = new SlowHandler('a');
  const dispatcher = dispatcherOf(slow);
  const left = keptBatch(message('left'));
  dispatcher.dispatch({ items: [message('a')] });
  dispatcher.dispatch(left);
  dispatcher.dispatch({ items: [bareMessage('bare')] });
  const stopped = dispatcher.stop();
  slow.end('a');
  await stopped;
  expect(slow.events).toEqual(['a begins', 'a ends', 'bare begins', 'bare ends']);
  expect(left.handled).toBe(0);
});

it('knows how many messages it is not done with that cannot come again', async () => {
  const slow = new SlowHandler('a', 'b');
  const dispatcher = dispatcherOf(slow);
  dispatcher.dispatch({ items: [message('a'), bareMessage('b')] });
  dispatcher.dispatch({ ...keptBatch(gap(), message('c')), isKept: () => false });
  dispatcher.dispatch(keptBatch(message('left')));
  expect(dispatcher.unkept).toBe(3);
  const stopped = dispatcher.stop();
  slow.end('a');
  await slow.begins('b');
  expect(dispatcher.unkept).toBe(2);
  slow.end('b');
  await stopped;
  expect(dispatcher.unkept).toBe(0);
});

it('leaves what a publisher delivers later', async () => {
  const texts: string[] = [];
  const dispatcher = dispatcherOf(recordInto(texts));
  await dispatcher.stop();
  const late = keptBatch(message('late'));
  dispatcher.dispatch(late);
  await dispatcher.drained();
  expect(texts).toEqual([]);
  expect(late.handled).toBe(0);
  expect(dispatcher.waiting).toBe(0);
});
