import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { MisbehavingProxy } from './misbehaving-proxy.js';
import { MORE_THAN_THE_KERNEL_HOLDS, ProxyStage, roundTrip } from './testing/proxy-stage.js';

let stage: ProxyStage;
let proxy: MisbehavingProxy;

beforeEach(async () => {
  stage = await ProxyStage.open();
  ({ proxy } = stage);
});

afterEach(() => stage.clear());

test('a cut resets both sides of every connection, and new ones work', async () => {
  const pairs = [await stage.pair(), await stage.pair()];
  expect(proxy.cut()).toBe(2);
  expect(proxy.connections).toBe(0);
  const ends = pairs.flatMap(({ client, server }) => [client.closed, server.closed]);
  expect(await Promise.all(ends)).toEqual(Array(4).fill('ECONNRESET'));
  await stage.pair();
  expect(proxy).toMatchObject({ connections: 1, accepted: 3 });
});

test('a cut of a connection that has just come reaches the client', async () => {
  const client = stage.dial();
  await proxy.waitForConnection(1);
  expect(proxy.cut()).toBe(1);
  expect(await client.closed).toBe('ECONNRESET');
});

test('cuts after so many bytes in the middle of the data', async () => {
  const { client, server } = await stage.pair();
  const data = randomBytes(1000);
  const struck = proxy.cutAfter(701);
  client.socket.write(data.subarray(0, 300));
  await server.has(1 + 300);
  server.socket.write('these do not count'.repeat(100));
  client.socket.write(data.subarray(300));
  expect(await struck).toBe(1);
  await Promise.all([client.over, server.over]);
  expect(server.received.subarray(1).equals(data.subarray(0, 701))).toBe(true);
  await stage.pair();
});

test('cuts after so many bytes of all connections together, those to come among them', async () => {
  const struck = proxy.cutAfter(5);
  const first = await stage.pair();
  const second = await stage.pair();
  first.client.socket.write('ab');
  await first.server.has(1 + 2);
  second.client.socket.write('cd');
  expect(await struck).toBe(2);
  await Promise.all([first.server.over, second.server.over]);
  expect([first.server.length, second.server.length]).toEqual([3, 2]);
});

test('does not cut any more once it passes again', async () => {
  const struck = proxy.cutAfter(3);
  const { client, server } = await stage.pair();
  proxy.pass();
  expect(await struck).toBe(0);
  client.socket.write('more than three');
  await server.has(1 + 15);
  await roundTrip({ client, server });
});

test('cuts only after whole bytes', () => {
  expect(() => proxy.cutAfter(0)).toThrow(RangeError);
  expect(() => proxy.cutAfter(1.5)).toThrow(RangeError);
});

test('cuts after bytes that really went, not those that fell into a black hole', async () => {
  const { client, server } = await stage.pair();
  server.socket.pause();
  const struck = proxy.cutAfter(MORE_THAN_THE_KERNEL_HOLDS);
  client.socket.write(Buffer.alloc(MORE_THAN_THE_KERNEL_HOLDS));
  await stage.muchElseHappens();
  proxy.blackHole();
  const fresh = await stage.pair();
  fresh.client.socket.write(Buffer.alloc(MORE_THAN_THE_KERNEL_HOLDS));
  expect(await struck).toBe(2);
  await Promise.all([client.over, fresh.server.over]);
});

test('refuses new connections and cuts those that stand, until it passes again', async () => {
  const { client, server } = await stage.pair();
  expect(proxy.refuse()).toBe(1);
  expect(await client.closed).toBe('ECONNRESET');
  expect(await server.closed).toBe('ECONNRESET');
  expect(await stage.dial().closed).toBe('ECONNRESET');
  const another = proxy.waitForRefusal(2);
  expect(await stage.dial().closed).toBe('ECONNRESET');
  await another;
  expect(proxy).toMatchObject({ connections: 0, accepted: 1, refused: 2 });
  proxy.pass();
  await stage.pair();
  expect([proxy.accepted, stage.host.peers.length]).toEqual([2, 2]);
});
