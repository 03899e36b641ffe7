import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { decodeFromLive, encodeLive, type LiveFrame, type PageFrame } from '@relay/contracts';
import type { RecordedProcess } from '@relay/testing';
import { WebSocket } from 'ws';
import { SECRET, Stage } from '../stage.js';

const TOKEN = `${SECRET}-to-look`;
const PASSWORD = `${SECRET}-of-redis`;

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

/** Looks for the tokens and passwords, too. */
afterEach(() => stage.clear());

/** A consumer that tells all it can, with a page that publishes with this password; and where it is. */
async function startConsumer(password: string): Promise<[RecordedProcess, string]> {
  const redis = await stage.redis({ args: ['--requirepass', PASSWORD] });
  const url = `redis://:${password}@127.0.0.1:${redis.port}`;
  const env = { PAGE_TOKEN: TOKEN, PAGE_REDIS_URL: url, LOG_LEVEL: 'debug' };
  const consumer = stage.runWith({ env }, 'consumer', '--host=127.0.0.1', '--port=0');
  const line = await consumer.waitForLine('stderr', 'listening on');
  return [consumer, `http://${/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? ''}`];
}

function logIn(origin: string, token: string): Promise<Response> {
  const headers = { authorization: `Bearer ${token}` };
  return fetch(`${origin}/session`, { method: 'POST', headers });
}

/** What the page is told of a test message, until it is told whether that was published. */
async function publish(origin: string, cookie: string): Promise<LiveFrame[]> {
  const heard: LiveFrame[] = [];
  const socket = new WebSocket(`${origin}/live`, { headers: { cookie } });
  await once(socket, 'open');
  const answered = new Promise<void>((resolve, reject) => {
    socket.on('close', reject);
    socket.on('message', (bytes: Buffer) => {
      const frame = decodeFromLive(bytes.toString());
      heard.push(frame);
      if (frame.event === 'published' || frame.event === 'refused') resolve();
    });
  });
  const frames: PageFrame[] = [
    { event: 'watch', data: { seen: null } },
    { event: 'publish', data: { request: 1, channel: 'test_websocket', text: 'hello' } },
  ];
  for (const frame of frames) socket.send(encodeLive(frame));
  await answered;
  socket.terminate();
  return heard;
}

it.each([
  ['right', PASSWORD, 'published'],
  ['wrong', `${SECRET}-mistyped`, 'refused'],
])(
  'the %s password of Redis, tokens and cookies are shown nowhere',
  async (_, password, outcome) => {
    const [consumer, origin] = await startConsumer(password);
    const guess = await logIn(origin, `${SECRET}-guessed`);
    expect(guess.status).toBe(401);
    const { headers } = await logIn(origin, TOKEN);
    const [cookie = ''] = headers.get('set-cookie')?.split(';') ?? [];
    const [, session = ''] = cookie.split('=');
    expect(session).not.toBe('');
    const frames = await publish(origin, cookie);
    expect(frames.at(-1)?.event).toBe(outcome);
    const told = [await guess.text(), JSON.stringify([...headers]), JSON.stringify(frames)];
    for (const path of ['session', 'metrics', 'health']) {
      const authorization = `Bearer ${SECRET}-token`;
      const response = await fetch(`${origin}/${path}`, { headers: { cookie, authorization } });
      told.push(await response.text());
    }
    expect(await consumer.stop()).toBe(0);
    expect(told.filter((text) => text.includes(SECRET))).toEqual([]);
    expect(consumer.output).not.toContain(session);
  },
);
