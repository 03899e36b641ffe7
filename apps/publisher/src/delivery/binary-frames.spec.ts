import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { BinaryFrames } from './binary-frames.js';

const HEAD = Buffer.from('head of five words');

let server: WebSocketServer;
let client: WebSocket;
let transport: IncomingMessage['socket'];

beforeEach(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const upgrade = once(client, 'upgrade') as Promise<[IncomingMessage]>;
  await once(client, 'open');
  transport = (await upgrade)[0].socket;
});

afterEach(() => {
  client.terminate();
  server.close();
});

/** What ws, as a server, takes these bytes for. */
async function received(frame: Buffer): Promise<{ content: Buffer; isBinary: boolean }> {
  const [socket] = server.clients;
  if (socket === undefined) throw new Error('not connected');
  const message = once(socket, 'message') as Promise<[Buffer, boolean]>;
  transport.write(frame);
  const [content, isBinary] = await message;
  return { content, isBinary };
}

describe('a binary frame', () => {
  it.each([0, 1, 29, 30, 47, 48, 107, 108, 65_517, 65_518, 65_536, 600_000])(
    'of a head and %i bytes is what ws takes for one',
    async (bytes) => {
      const body = Buffer.alloc(bytes, 'the quick brown fox');
      const { content, isBinary } = await received(new BinaryFrames().write(HEAD, body));
      expect(isBinary).toBe(true);
      expect(content.equals(Buffer.concat([HEAD, body]))).toBe(true);
    },
  );

  it.each([0, 1, 2, 3])('is masked all through, whatever its head is long (%i)', async (more) => {
    const head = Buffer.alloc(16 + more, 1);
    const { content } = await received(new BinaryFrames().write(head, Buffer.alloc(100, 2)));
    expect(content).toEqual(Buffer.concat([head, Buffer.alloc(100, 2)]));
  });

  it('comes in order with what ws sends', async () => {
    const [socket] = server.clients;
    const heard: string[] = [];
    socket?.on('message', (bytes: Buffer) => heard.push(bytes.toString()));
    const frames = new BinaryFrames();
    client.send('a');
    transport.write(frames.write(Buffer.from('b'), Buffer.from('c')));
    client.send('d');
    client.close();
    await once(client, 'close');
    expect(heard).toEqual(['a', 'bc', 'd']);
  });

  it('has a mask of its own', () => {
    const frames = new BinaryFrames();
    const masks = Array.from({ length: 5000 }, () =>
      frames.write(HEAD, HEAD).subarray(2, 6).toString('hex'),
    );
    expect(new Set(masks).size).toBeGreaterThan(4990);
  });

  it('is written over the one before, unless that was large', () => {
    const frames = new BinaryFrames();
    const { buffer } = frames.write(HEAD, Buffer.alloc(100_000));
    expect(frames.write(HEAD, Buffer.alloc(10)).buffer).toBe(buffer);
    const large = frames.write(HEAD, Buffer.alloc(1_000_000)).buffer;
    expect(frames.write(HEAD, Buffer.alloc(10)).buffer).not.toBe(large);
  });
});
