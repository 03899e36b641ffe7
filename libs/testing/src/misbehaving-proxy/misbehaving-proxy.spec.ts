import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { freePort } from '../free-port.js';
import type { MisbehavingProxy } from './misbehaving-proxy.js';
import { MEBIBYTE, MORE_THAN_THE_KERNEL_HOLDS, ProxyStage } from './testing/proxy-stage.js';

let stage: ProxyStage;
let proxy: MisbehavingProxy;

beforeEach(async () => {
  stage = await ProxyStage.open();
  ({ proxy } = stage);
});

afterEach(() => stage.clear());

test('passes bytes unchanged both ways', async () => {
  const { client, server } = await stage.pair();
  const [question, answer] = [randomBytes(3 * MEBIBYTE), randomBytes(3 * MEBIBYTE)];
  client.socket.write(question);
  server.socket.write(answer);
  await Promise.all([server.has(1 + question.length), client.has(1 + answer.length)]);
  expect(server.received.subarray(1).equals(question)).toBe(true);
  expect(client.received.subarray(1).equals(answer)).toBe(true);
});

test('passes on that one side has ended, while the other still speaks', async () => {
  const { client, server } = await stage.pair();
  const ended = once(server.socket, 'end');
  client.socket.end('the last word');
  await ended;
  expect(server.received.toString()).toBe('?the last word');
  server.socket.end('no, mine');
  expect(await client.closed).toBeUndefined();
  expect(client.received.toString()).toBe('!no, mine');
});

test('passes a reset on, in either direction', async () => {
  const [first, second] = [await stage.pair(), await stage.pair()];
  first.client.socket.resetAndDestroy();
  expect(await first.server.closed).toBe('ECONNRESET');
  second.server.socket.resetAndDestroy();
  expect(await second.client.closed).toBe('ECONNRESET');
});

test('holds a client back whose server does not read', async () => {
  const { client, server } = await stage.pair();
  server.socket.pause();
  client.socket.write(Buffer.alloc(MORE_THAN_THE_KERNEL_HOLDS));
  await stage.muchElseHappens();
  expect(client.socket.writableLength).toBeGreaterThan(0);
  server.socket.resume();
  await server.has(1 + MORE_THAN_THE_KERNEL_HOLDS);
});

test('holds a server back whose client does not read', async () => {
  const { client, server } = await stage.pair();
  client.socket.pause();
  server.socket.write(Buffer.alloc(MORE_THAN_THE_KERNEL_HOLDS));
  await stage.muchElseHappens();
  expect(server.socket.writableLength).toBeGreaterThan(0);
  client.socket.resume();
  await client.has(1 + MORE_THAN_THE_KERNEL_HOLDS);
});

test('counts the connections that stand, those there were, and the bytes', async () => {
  const first = await stage.pair();
  await stage.pair();
  expect(proxy).toMatchObject({ connections: 2, accepted: 2, refused: 0, bytesForwarded: 4 });
  first.client.socket.resetAndDestroy();
  await first.server.closed;
  await stage.pair();
  expect(proxy).toMatchObject({ connections: 2, accepted: 3, refused: 0, bytesForwarded: 6 });
});

test('tells when so many connections have come', async () => {
  const third = proxy.waitForConnection(3);
  await stage.pair();
  await proxy.waitForConnection(1);
  await stage.pair();
  expect(proxy.accepted).toBe(2);
  stage.dial();
  await third;
  expect(proxy.accepted).toBe(3);
});

test('destroys the connection of a client whose target is down, and leads to another', async () => {
  proxy.target = { port: await freePort() };
  const lost = stage.dial();
  lost.socket.write('lost');
  expect(await lost.closed).toBe('ECONNRESET');
  expect(proxy).toMatchObject({ accepted: 1, connections: 0, bytesForwarded: 0 });
  proxy.target = { port: stage.host.port, host: 'localhost' };
  await stage.pair();
});

test('stopping ends every connection and every wait, and frees the port', async () => {
  const { client, server } = await stage.pair();
  const dead = await stage.pair();
  proxy.blackHole();
  const fresh = await stage.pair();
  const struck = proxy.cutAfter(1);
  const waits = Promise.allSettled([proxy.waitForConnection(4), proxy.waitForRefusal(1)]);
  await proxy.stop();
  await proxy.stop();
  expect(await struck).toBe(0);
  expect((await waits).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(proxy.waitForConnection(4)).rejects.toThrow('stopped');
  const peers = [client, server, dead.client, dead.server, fresh.client, fresh.server];
  for (const { socket } of peers) socket.end();
  await Promise.all(peers.map(({ closed }) => closed));
  expect(proxy.connections).toBe(0);
  expect(await stage.dial().closed).toBe('ECONNREFUSED');
});
