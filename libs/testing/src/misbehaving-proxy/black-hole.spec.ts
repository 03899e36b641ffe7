import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { MisbehavingProxy } from './misbehaving-proxy.js';
import { ProxyStage, roundTrip } from './testing/proxy-stage.js';

let stage: ProxyStage;
let proxy: MisbehavingProxy;

beforeEach(async () => {
  stage = await ProxyStage.open();
  ({ proxy } = stage);
});

afterEach(() => stage.clear());

test('a black hole lets nothing through and stays open, while a new connection works', async () => {
  const { client, server } = await stage.pair();
  expect(proxy.blackHole()).toBe(1);
  client.socket.write('anybody there?');
  server.socket.write('anybody here?');
  const fresh = await stage.pair();
  await roundTrip(fresh);
  await stage.muchElseHappens();
  expect([client.length, server.length]).toEqual([1, 1]);
  expect([client.open, server.open]).toEqual([true, true]);
  expect(proxy).toMatchObject({ connections: 2, accepted: 2 });
  expect(proxy.blackHole()).toBe(1);
});

test('a black hole does not tell the other side that one has ended, or was reset', async () => {
  const [ended, reset, ofServer] = [await stage.pair(), await stage.pair(), await stage.pair()];
  proxy.blackHole();
  ended.client.socket.end('good-bye');
  reset.client.socket.resetAndDestroy();
  ofServer.server.socket.resetAndDestroy();
  await stage.muchElseHappens();
  expect([ended.server.open, reset.server.open, ofServer.client.open]).toEqual([true, true, true]);
  expect([ended.server.length, ended.client.open]).toEqual([1, true]);
});

test('a black hole keeps back what was said before the connection was made', async () => {
  const client = stage.dial();
  client.socket.write('early');
  await proxy.waitForConnection(1);
  expect(proxy.blackHole()).toBe(1);
  const server = await stage.host.peer(0);
  await stage.muchElseHappens();
  expect(server.length).toBe(0);
});

test('passing again resets what fell into a black hole, and nothing else', async () => {
  const { client, server } = await stage.pair();
  proxy.blackHole();
  const fresh = await stage.pair();
  proxy.pass();
  expect(await client.closed).toBe('ECONNRESET');
  expect(await server.closed).toBe('ECONNRESET');
  expect(proxy.connections).toBe(1);
  await roundTrip(fresh);
});

test('a black hole swallows new connections, too, until it passes again', async () => {
  expect(proxy.blackHole({ newConnections: true })).toBe(0);
  const swallowed = await stage.dial().connected();
  swallowed.socket.write('anybody there?');
  await proxy.waitForConnection(1);
  await stage.muchElseHappens();
  expect(swallowed.open).toBe(true);
  const [direct] = stage.host.peers;
  expect([stage.host.peers.length, direct?.received.includes('anybody')]).toEqual([1, false]);
  proxy.pass();
  expect(await swallowed.closed).toBe('ECONNRESET');
  await stage.pair();
  expect(proxy).toMatchObject({ connections: 1, accepted: 2 });
});
