import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { MisbehavingProxy } from './misbehaving-proxy.js';
import {
  MEBIBYTE,
  MORE_THAN_THE_KERNEL_HOLDS,
  ProxyStage,
  roundTrip,
} from './testing/proxy-stage.js';

/** A delay that no test outlives. */
const AN_HOUR_MS = 3_600_000;

let stage: ProxyStage;
let proxy: MisbehavingProxy;

beforeEach(async () => {
  stage = await ProxyStage.open();
  ({ proxy } = stage);
});

afterEach(() => stage.clear());

test('a throttled connection gets everything, complete and in order', async () => {
  const { client, server } = await stage.pair();
  proxy.throttle(2 * MEBIBYTE);
  const data = randomBytes(MEBIBYTE / 4);
  client.socket.write(data);
  await server.has(1 + data.length);
  expect(server.received.subarray(1).equals(data)).toBe(true);
});

test('a throttle holds the client back, but not the server, until it passes again', async () => {
  const { client, server } = await stage.pair();
  proxy.throttle(1);
  client.socket.write(Buffer.alloc(MORE_THAN_THE_KERNEL_HOLDS));
  server.socket.write(Buffer.alloc(MORE_THAN_THE_KERNEL_HOLDS));
  await client.has(1 + MORE_THAN_THE_KERNEL_HOLDS);
  expect(client.socket.writableLength).toBeGreaterThan(0);
  proxy.pass();
  await server.has(1 + MORE_THAN_THE_KERNEL_HOLDS);
});

test('a throttle does not count what went before', async () => {
  const { client, server } = await stage.pair();
  client.socket.write(Buffer.alloc(MORE_THAN_THE_KERNEL_HOLDS));
  await server.has(1 + MORE_THAN_THE_KERNEL_HOLDS);
  proxy.throttle(MEBIBYTE);
  await roundTrip({ client, server });
});

test('throttles to some bytes a second at least', () => {
  expect(() => proxy.throttle(0)).toThrow(RangeError);
});

test('what is delayed comes complete, in order and with the end after it', async () => {
  const { client, server } = await stage.pair();
  proxy.delay(2);
  const [question, answer] = [randomBytes(3 * MEBIBYTE), randomBytes(3 * MEBIBYTE)];
  const closed = Promise.all([client.closed, server.closed]);
  client.socket.end(question);
  server.socket.end(answer);
  expect(await closed).toEqual([undefined, undefined]);
  expect(server.received.subarray(1).equals(question)).toBe(true);
  expect(client.received.subarray(1).equals(answer)).toBe(true);
});

test('what is delayed has not come yet, and comes at once when it passes again', async () => {
  const { client, server } = await stage.pair();
  proxy.delay(AN_HOUR_MS);
  client.socket.write('one,');
  server.socket.write('two,');
  const fresh = await stage.dial().connected();
  fresh.socket.end('three');
  const freshServer = await stage.host.peer(1);
  await stage.muchElseHappens();
  expect([server.length, client.length, freshServer.length]).toEqual([1, 1, 0]);
  expect(freshServer.open).toBe(true);
  client.socket.write('four');
  proxy.pass();
  await Promise.all([server.has(1 + 8), client.has(1 + 4), freshServer.has(5)]);
  expect(server.received.toString()).toBe('?one,four');
  expect(client.received.toString()).toBe('!two,');
  expect(freshServer.received.toString()).toBe('three');
});

test('a delay holds a client back that sends more than it keeps', async () => {
  const { client, server } = await stage.pair();
  proxy.delay(AN_HOUR_MS);
  client.socket.write(Buffer.alloc(MORE_THAN_THE_KERNEL_HOLDS));
  await stage.muchElseHappens();
  expect(client.socket.writableLength).toBeGreaterThan(0);
  proxy.pass();
  await server.has(1 + MORE_THAN_THE_KERNEL_HOLDS);
});
