import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EventEmitter, once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { encodeDeliver, type MessageEntry, SUB_PROTOCOL } from '@relay/contracts';
import { WebSocket } from 'ws';
import { Dispatcher } from '../handling/dispatcher.js';
import type { Message } from '../handling/message.js';
import type { MessageHandler } from '../handling/message-handler.js';
import { RelayAdapter } from './relay-adapter.js';
import { RelayGateway } from './relay.gateway.js';

class Recorder implements MessageHandler {
  readonly messages: Message[] = [];
  readonly #events = new EventEmitter();

  handle(message: Message): void {
    this.messages.push(message);
    this.#events.emit('message');
  }

  async handled(count: number): Promise<Message[]> {
    while (this.messages.length < count) await once(this.#events, 'message');
    return this.messages;
  }
}

@Module({})
class TestModule {}

let app: INestApplication;
let recorder: Recorder;
let port: number;
let clients: WebSocket[];

beforeEach(async () => {
  clients = [];
  recorder = new Recorder();
  const providers = [RelayGateway, { provide: Dispatcher, useValue: new Dispatcher([recorder]) }];
  app = await NestFactory.create({ module: TestModule, providers }, { logger: false });
  app.useWebSocketAdapter(new RelayAdapter(app));
  await app.listen(0, '127.0.0.1');
  ({ port } = (app.getHttpServer() as { address(): AddressInfo }).address());
});

afterEach(async () => {
  for (const client of clients) client.terminate();
  await app.close();
});

async function open(protocols: string[] = []): Promise<WebSocket> {
  const client = new WebSocket(`ws://127.0.0.1:${String(port)}/relay`, protocols);
  clients.push(client);
  await once(client, 'open');
  return client;
}

async function answerOf(client: WebSocket): Promise<unknown> {
  const [answer] = (await once(client, 'message')) as [Buffer];
  return JSON.parse(answer.toString());
}

function entry(n: number, payload: Uint8Array): MessageEntry {
  return {
    kind: 'message',
    offset: `0-${String(n)}`,
    channel: 'test_websocket',
    payload,
    receivedAt: 1_700_000_000_000,
  };
}

const anError = {
  event: 'error',
  data: { code: 'invalid-frame', message: expect.any(String) },
};

describe('the gateway, to a client without sub-protocol', () => {
  it('hands a bare message to the handlers, without an offset', async () => {
    const client = await open();
    client.send('{"event":"greetings","data":"hello 👋"}');
    const [message] = await recorder.handled(1);
    expect(message).toMatchObject({ channel: 'greetings', text: 'hello 👋', offset: undefined });
  });

  it('takes an empty payload', async () => {
    const client = await open();
    client.send('{"event":"greetings","data":""}');
    const [message] = await recorder.handled(1);
    expect(message?.payload).toHaveLength(0);
  });

  it.each([
    ['not JSON', 'hello'],
    ['empty', ''],
    ['null', 'null'],
    ['an array', '[]'],
    ['without data', '{"event":"x"}'],
    ['with data that is no string', '{"event":"x","data":1}'],
    ['without a channel', '{"event":"","data":"x"}'],
  ])('answers a frame that is %s with an error, and takes the next', async (_, frame) => {
    const client = await open();
    client.send(frame);
    expect(await answerOf(client)).toEqual(anError);
    client.send('{"event":"greetings","data":"still here"}');
    expect((await recorder.handled(1))[0]?.text).toBe('still here');
  });

  it('takes channels named as members of every object', async () => {
    const client = await open();
    for (const event of ['__proto__', 'constructor', 'deliver', 'bare']) {
      client.send(JSON.stringify({ event, data: 'x' }));
    }
    const channels = (await recorder.handled(4)).map(({ channel }) => channel);
    expect(channels).toEqual(['__proto__', 'constructor', 'deliver', 'bare']);
  });

  it('answers a binary frame with an error that names the sub-protocol', async () => {
    const client = await open();
    client.send(encodeDeliver([entry(1, Buffer.from('x'))]));
    expect(await answerOf(client)).toEqual({
      event: 'error',
      data: { code: 'invalid-frame', message: expect.stringContaining(SUB_PROTOCOL) },
    });
    expect(recorder.messages).toEqual([]);
  });

  it('survives bytes that are no WebSocket frame', async () => {
    const client = await open();
    const raw = connect(port, '127.0.0.1');
    raw.on('error', () => undefined);
    raw.write(
      'GET /relay HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    await once(raw, 'data');
    raw.resume();
    raw.write(Buffer.alloc(64, 0xff));
    await once(raw, 'close');
    client.send('{"event":"greetings","data":"still here"}');
    expect((await recorder.handled(1))[0]?.text).toBe('still here');
  });
});

describe('the gateway, to a publisher', () => {
  it('hands on the exact bytes, in order, within and across frames', async () => {
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const payloads = [
      everyByte,
      Buffer.alloc(0),
      Buffer.from([0xff]),
      Buffer.alloc(1024 * 1024, 7),
    ];
    const client = await open([SUB_PROTOCOL]);
    client.send(encodeDeliver(payloads.map((payload, index) => entry(index + 1, payload))));
    client.send(encodeDeliver([entry(5, Buffer.from('last'))]));
    const messages = await recorder.handled(5);
    expect(messages.map(({ offset }) => offset)).toEqual(['0-1', '0-2', '0-3', '0-4', '0-5']);
    const handled = messages.map(({ payload }) => Buffer.from(payload).toString('base64'));
    const sent = [...payloads, Buffer.from('last')].map((payload) => payload.toString('base64'));
    expect(handled).toEqual(sent);
  });

  it('keeps order when messages come faster than the consumer lets wait', async () => {
    const client = await open([SUB_PROTOCOL]);
    const numbers = Array.from({ length: 5000 }, (_, index) => index + 1);
    for (const n of numbers) client.send(encodeDeliver([entry(n, Buffer.from(String(n)))]));
    const messages = await recorder.handled(numbers.length);
    expect(messages.map(({ text }) => Number(text))).toEqual(numbers);
  });

  it('passes on the time of intake and the pattern that matched', async () => {
    const client = await open([SUB_PROTOCOL]);
    client.send(encodeDeliver([{ ...entry(1, Buffer.from('x')), pattern: 'test_*' }]));
    const [message] = await recorder.handled(1);
    expect(message).toMatchObject({ pattern: 'test_*', receivedAt: new Date(1_700_000_000_000) });
  });

  it.each<[string, string | Uint8Array]>([
    ['text', '{"event":"x","data":"y"}'],
    ['no CBOR', Buffer.from([0xff, 0x00])],
    ['empty', Buffer.alloc(0)],
    ['of no entries', encodeDeliver([])],
    ['of a wrong offset', encodeDeliver([{ ...entry(1, Buffer.alloc(1)), offset: 'first' }])],
  ])('closes with 4500 and a reason when a frame is %s', async (_, frame) => {
    const client = await open([SUB_PROTOCOL]);
    client.send(frame);
    const [code, reason] = (await once(client, 'close')) as [number, Buffer];
    expect(code).toBe(4500);
    expect(reason.toString()).not.toBe('');
    expect(recorder.messages).toEqual([]);
  });

  it('says goodbye with 1001 when the consumer shuts down', async () => {
    const client = await open([SUB_PROTOCOL]);
    const closed = once(client, 'close') as Promise<[number, Buffer]>;
    await app.close();
    expect((await closed)[0]).toBe(1001);
  });
});

describe('the HTTP server', () => {
  it.each(['/', '/relay/x', '/relayx', '/health'])(
    'answers an upgrade of %s with 404',
    async (path) => {
      const headers = {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      };
      const outgoing = request({ host: '127.0.0.1', port, path, headers }).end();
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      expect(response.statusCode).toBe(404);
      response.resume();
    },
  );
});
