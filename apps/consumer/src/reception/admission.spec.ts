import 'reflect-metadata';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Tokens } from '@relay/runtime';
import { TestFolder } from '@relay/testing';
import type { AdmissionOptions } from './admission.js';
import {
  admissionFor,
  type ConsumerUnderTest,
  startConsumer,
} from './testing/consumer-under-test.js';

const UPGRADE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

let consumer: ConsumerUnderTest | undefined;
let folder: TestFolder;
let lines: string[];
let sockets: Duplex[];

beforeEach(() => {
  folder = new TestFolder();
  sockets = [];
  lines = [];
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await consumer?.close();
  folder.remove();
});

async function start(admission: Partial<AdmissionOptions> = {}): Promise<void> {
  consumer = await startConsumer({ admission });
  const record = (line: unknown): void => {
    lines.push(String(line));
  };
  Logger.overrideLogger({ log: record, warn: record, error: record });
}

function withToken(...relayToken: string[]): Partial<AdmissionOptions> {
  return { tokens: new Tokens({ relayToken }) };
}

async function ask(headers: Record<string, string>, path = '/relay'): Promise<Answer> {
  const outgoing = request({ host: '127.0.0.1', port: consumer?.port, path, headers });
  outgoing.end();
  const upgraded = once(outgoing, 'upgrade').then(([response, socket]) => {
    sockets.push(socket as Duplex);
    return response as IncomingMessage;
  });
  const answered = once(outgoing, 'response').then(([response]) => response as IncomingMessage);
  const response = await Promise.race([upgraded, answered]);
  const { statusCode: status } = response;
  const chunks = status === 101 ? [] : await response.toArray();
  return {
    status,
    body: Buffer.concat(chunks as Buffer[]).toString(),
    headers: response.headers,
  };
}

/** What a request to become a WebSocket gets; 101 when it does. */
function upgrade(headers: Record<string, string> = {}, path?: string): Promise<Answer> {
  return ask({ ...UPGRADE, ...headers }, path);
}

function bearer(token: string): Record<string, string> {
  return { Authorization: `Bearer ${token}` };
}

describe('a consumer with a token', () => {
  it('lets in who brings it', async () => {
    await start(withToken('sesame'));
    expect((await upgrade(bearer('sesame'))).status).toBe(101);
  });

  it.each([
    ['brings none', {}],
    ['brings another', bearer('sesam')],
    ['brings it in another way', { Authorization: 'Basic sesame' }],
  ])('answers 401 to who %s, and there is no WebSocket', async (_, headers) => {
    await start(withToken('sesame'));
    const answer = await upgrade(headers);
    expect(answer).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="relay"', connection: 'close' },
    });
    expect(answer.body).toContain('RELAY_TOKEN');
    expect(answer.body).not.toContain('sesame');
  });

  it('takes each of several', async () => {
    await start(withToken('old', 'new'));
    expect((await upgrade(bearer('old'))).status).toBe(101);
    expect((await upgrade(bearer('new'))).status).toBe(101);
    expect((await upgrade(bearer('old,new'))).status).toBe(401);
  });

  it('reads its file anew at each connection', async () => {
    await start({ tokens: new Tokens({ relayTokenFile: folder.write('token', 'first') }) });
    expect((await upgrade(bearer('first'))).status).toBe(101);
    folder.write('token', 'first\nsecond\n');
    expect((await upgrade(bearer('second'))).status).toBe(101);
    folder.write('token', 'second\n');
    expect((await upgrade(bearer('first'))).status).toBe(401);
  });

  it('answers 503, so that publishers come back soon, while its file is missing', async () => {
    await start({ tokens: new Tokens({ relayTokenFile: folder.path('none') }) });
    expect(await upgrade(bearer('x'))).toMatchObject({ status: 503 });
  });

  it('answers whatever Host a request names', async () => {
    await start(withToken('sesame'));
    const headers = { Host: 'relay.example.com', ...bearer('sesame') };
    expect((await upgrade(headers)).status).toBe(101);
  });

  it('may listen anywhere', () => {
    expect(admissionFor(withToken('sesame')).objectionTo('0.0.0.0')).toBeUndefined();
  });
});

describe('a consumer without a token', () => {
  it.each(['localhost', 'LOCALHOST:3001', '127.0.0.1:80', '[::1]', '[::1]:3001'])(
    'answers requests for %s',
    async (host) => {
      await start();
      expect((await upgrade({ Host: host })).status).toBe(101);
      expect((await ask({ Host: host }, '/')).status).toBe(404);
    },
  );

  it.each([
    'relay.example.com',
    'localhost.example.com',
    'localhost@example.com',
    '127.0.0.1.nip.io',
    '127.0.0.2',
    '[::2]',
  ])('answers 403 and names the setting when they are for %j', async (host) => {
    await start();
    for (const answer of [await upgrade({ Host: host }), await ask({ Host: host }, '/health')]) {
      expect(answer).toMatchObject({ status: 403, headers: { connection: 'close' } });
      expect(answer.body).toContain('RELAY_TOKEN');
    }
    expect((await upgrade({ Host: host }, '/elsewhere')).status).toBe(403);
  });

  it.each(['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'Via'])(
    'answers 403 when a proxy has passed them on, as %s says',
    async (name) => {
      await start();
      expect((await upgrade({ Host: 'localhost', [name]: '203.0.113.7' })).status).toBe(403);
    },
  );

  it.each(['0.0.0.0', '::', '192.168.1.7', '::ffff:192.168.1.7'])(
    'must not listen at %s, and says what to set',
    (address) => {
      expect(admissionFor().objectionTo(address)).toMatch(/RELAY_TOKEN.*ALLOW_ANYONE/);
      expect(admissionFor({ allowsAnyone: true }).objectionTo(address)).toBeUndefined();
    },
  );

  it('may listen on loopback', () => {
    expect(admissionFor().objectionTo('127.0.0.1')).toBeUndefined();
    expect(admissionFor().objectionTo('::1')).toBeUndefined();
  });

  it('lets anyone in with ALLOW_ANYONE', async () => {
    await start({ allowsAnyone: true });
    expect((await upgrade({ Host: 'relay.example.com' })).status).toBe(101);
  });
});

describe('a web page', () => {
  const page = { Origin: 'https://example.com' };

  it.each([{}, { allowsAnyone: true }, withToken('sesame')])(
    'is refused with 403, whatever else it brings, unless it is listed',
    async (options) => {
      await start(options);
      const answer = await upgrade({ ...page, ...bearer('sesame') });
      expect(answer.status).toBe(403);
      expect(answer.body).toMatch(/https:\/\/example\.com.*ALLOWED_ORIGINS/);
    },
  );

  it.each(['null', 'https://example.com.evil.net', 'http://example.com', 'http://localhost:3001'])(
    'is another when it is %s',
    async (origin) => {
      await start({ allowedOrigins: ['https://example.com'] });
      expect((await upgrade({ Origin: origin })).status).toBe(403);
    },
  );

  it('that is listed connects, with the token if there is one', async () => {
    await start({ allowedOrigins: ['https://example.com'], ...withToken('sesame') });
    expect((await upgrade({ ...page, ...bearer('sesame') })).status).toBe(101);
    expect((await upgrade(page)).status).toBe(401);
  });
});

describe('refusals', () => {
  it('are told in the log at 1, 10, 100, …, without what was sent', async () => {
    await start(withToken('sesame'));
    for (let n = 1; n <= 11; n += 1) await upgrade(bearer('hunter2'));
    const told = lines.filter((line) => line.includes('refused a connection'));
    expect(told).toHaveLength(2);
    expect(told[1]).toContain('10 so far');
    expect(told.join()).toContain('127.0.0.1');
    expect(told.join()).not.toContain('hunter2');
    await upgrade({}, '/nowhere');
    await upgrade({ ...bearer('sesame'), 'Sec-WebSocket-Key': 'short' });
    expect(new Map(consumer?.refusals.byStatus).get('401')).toBe(11);
    expect(new Map(consumer?.refusals.byStatus).get('404')).toBe(1);
    expect(new Map(consumer?.refusals.byStatus).get('400')).toBe(1);
    expect(lines.at(-1)).toContain('HTTP 400, 1 so far');
  });

  it('end the connection even of who leaves its half open', async () => {
    await start(withToken('sesame'));
    const server = consumer?.app.getHttpServer() as Server;
    const raw = connect({ host: '127.0.0.1', port: consumer?.port ?? 0, allowHalfOpen: true });
    const [accepted] = (await once(server, 'connection')) as [Socket];
    const closed = once(accepted, 'close');
    const head = Object.entries({ Host: 'localhost', ...UPGRADE }).map(
      ([k, v]) => `${k}: ${v}\r\n`,
    );
    raw.resume().write(`GET /relay HTTP/1.1\r\n${head.join('')}\r\n`);
    await closed;
    raw.destroy();
  });
});
