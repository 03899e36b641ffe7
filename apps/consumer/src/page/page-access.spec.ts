import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RELAY_PATH } from '@relay/contracts';
import { Tokens } from '@relay/runtime';
import { TestFolder } from '@relay/testing';
import { recordLog } from '../handling/testing/recording.js';
import { LIMITS } from '../limits.js';
import { SESSION_SECONDS, Sessions } from './sessions.js';
import { type PageUnderTest, startPage } from './testing/page-under-test.js';
import { statusOfUpgrade } from './testing/viewer-client.js';

/** What a reverse proxy says of a request. */
const PROXIED = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https' };

let page: PageUnderTest | undefined;

beforeEach(() => {
  recordLog();
});

afterEach(async () => {
  await page?.close();
  page = undefined;
});

async function start(settings: Record<string, string>): Promise<number> {
  await page?.close();
  page = await startPage(settings);
  return page.port;
}

function request(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, { method, headers });
}

async function accessOf(port: number, headers: Record<string, string> = {}): Promise<unknown> {
  const response = await request(port, 'GET', '/session', headers);
  return ((await response.json()) as { access: unknown }).access;
}

/** The `Set-Cookie` of a log-in. */
async function logIn(port: number, token: string, headers = {}): Promise<string> {
  const authorization = `Bearer ${token}`;
  const response = await request(port, 'POST', '/session', { authorization, ...headers });
  expect({ status: response.status, text: await response.text() }).toEqual({
    status: 204,
    text: '',
  });
  return response.headers.get('set-cookie') ?? '';
}

function cookieIn(setCookie: string): string {
  return setCookie.split(';', 1)[0] ?? '';
}

describe('without a token', () => {
  it('this machine may look, and nobody whom a proxy passes on', async () => {
    const port = await start({});
    expect(await accessOf(port)).toBe('granted');
    expect(await statusOfUpgrade(port, {})).toBe(101);
    expect((await request(port, 'GET', '/session', PROXIED)).status).toBe(403);
    expect(await statusOfUpgrade(port, PROXIED)).toBe(403);
  });
});

describe('with RELAY_TOKEN', () => {
  it('this machine may look, and others when they have logged in', async () => {
    const port = await start({ RELAY_TOKEN: 'secret' });
    expect(await accessOf(port)).toBe('granted');
    expect(await accessOf(port, PROXIED)).toBe('login');
    expect(await statusOfUpgrade(port, PROXIED)).toBe(401);
    const payload = `/live/payloads/${page?.feed.id ?? ''}/1`;
    expect((await request(port, 'GET', payload, PROXIED)).status).toBe(401);
    const cookie = cookieIn(await logIn(port, 'secret', PROXIED));
    expect(await accessOf(port, { ...PROXIED, cookie })).toBe('granted');
    expect(await statusOfUpgrade(port, { ...PROXIED, cookie })).toBe(101);
    expect((await request(port, 'GET', payload, { ...PROXIED, cookie })).status).toBe(404);
  });
});

describe('with PAGE_TOKEN', () => {
  it('everybody has to log in, and with no other token', async () => {
    const port = await start({ PAGE_TOKEN: 'look,see', RELAY_TOKEN: 'secret' });
    expect(await accessOf(port)).toBe('login');
    expect(await statusOfUpgrade(port, {})).toBe(401);
    expect(await accessOf(port, { cookie: cookieIn(await logIn(port, 'see')) })).toBe('granted');
    const authorization = 'Bearer secret';
    expect((await request(port, 'POST', '/session', { authorization })).status).toBe(401);
  });

  it('nobody can connect with it as a publisher', async () => {
    const port = await start({ PAGE_TOKEN: 'look', RELAY_TOKEN: 'secret' });
    const cookie = cookieIn(await logIn(port, 'look'));
    const authorization = 'Bearer look';
    expect(await statusOfUpgrade(port, { authorization, cookie }, RELAY_PATH)).toBe(401);
  });

  it('it may be in a file, and a session ends when it is not there any more', async () => {
    const folder = new TestFolder();
    const port = await start({ PAGE_TOKEN_FILE: folder.write('token', 'first') });
    const cookie = cookieIn(await logIn(port, 'first'));
    folder.write('token', 'other,first');
    expect(await accessOf(port, { cookie })).toBe('granted');
    folder.write('token', 'other');
    expect(await accessOf(port, { cookie })).toBe('login');
    folder.remove();
  });
});

describe('a session', () => {
  it('survives a restart of the consumer', async () => {
    const settings = { PAGE_TOKEN: 'look' };
    const cookie = cookieIn(await logIn(await start(settings), 'look'));
    expect(await accessOf(await start(settings), { cookie })).toBe('granted');
  });

  it('is a cookie that no script and no other site gets', async () => {
    const port = await start({ PAGE_TOKEN: 'look' });
    expect(await logIn(port, 'look')).toMatch(
      /^relay-page-[\da-f]{8}=\d+\.[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/,
    );
  });

  it('is for TLS and this host alone where a trusted proxy speaks it', async () => {
    const settings = { PAGE_TOKEN: 'look', RELAY_TOKEN: 'secret' };
    const trusting = await start({ ...settings, TRUST_PROXY: 'loopback' });
    const setCookie = await logIn(trusting, 'look', PROXIED);
    expect(setCookie).toMatch(/^__Host-relay-page-.*; Secure; SameSite=Strict$/);
    expect(await accessOf(trusting, { ...PROXIED, cookie: cookieIn(setCookie) })).toBe('granted');
    expect(await logIn(await start(settings), 'look', PROXIED)).not.toContain('Secure');
  });

  it('ends with a log-out', async () => {
    const port = await start({ PAGE_TOKEN: 'look' });
    const response = await request(port, 'DELETE', '/session');
    expect(response.status).toBe(204);
    expect(response.headers.get('set-cookie')).toMatch(/^relay-page-[\da-f]{8}=; Max-Age=0; /);
  });

  it('ends with its time, and cannot be made longer', () => {
    const sessions = new Sessions(new Tokens({ relayToken: ['look'] }));
    const session = sessions.open('look', 1000);
    const until = 1000 + SESSION_SECONDS;
    expect(sessions.stands(session, until - 1)).toBe(true);
    expect(sessions.stands(session, until)).toBe(false);
    expect(sessions.stands(session.replace(/^\d+/, String(until + 1)), 1000)).toBe(false);
    expect(sessions.stands(new Sessions(new Tokens({})).open('other', 1000), 1000)).toBe(false);
    for (const nonsense of [
      '',
      '.',
      `${until}.`,
      `${until}.${'A'.repeat(43)}`,
      session + session,
    ]) {
      expect(sessions.stands(nonsense, 1000)).toBe(false);
    }
  });
});

describe('a log-in', () => {
  it('with a wrong token is 401, and after some of them 429 for everything', async () => {
    const port = await start({ PAGE_TOKEN: 'look' });
    const statuses: number[] = [];
    const attempt = async (authorization: string): Promise<Response> => {
      const response = await request(port, 'POST', '/session', { authorization });
      statuses.push(response.status);
      return response;
    };
    for (let n = 0; n < LIMITS.logInsAtOncePerAddress; n++) await attempt('Bearer guess');
    const refused = await attempt('Bearer look');
    expect(statuses).toEqual([...Array<number>(LIMITS.logInsAtOncePerAddress).fill(401), 429]);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(await refused.text()).toContain('try again in 5 seconds');
    expect(new Map<string, number>(page?.reached.counts).get('log-ins')).toBe(1);
  });

  it('of another site is refused', async () => {
    const port = await start({ PAGE_TOKEN: 'look' });
    const headers = { authorization: 'Bearer look', origin: 'https://evil.example' };
    expect((await request(port, 'POST', '/session', headers)).status).toBe(403);
    expect((await request(port, 'DELETE', '/session', headers)).status).toBe(403);
  });
});

describe('the WebSocket', () => {
  it.each([
    ['http://HOST', 101],
    ['https://HOST', 101],
    ['https://listed.example', 101],
    ['https://evil.example', 403],
    ['http://localhost', 403],
    ['http://HOST.evil.example', 403],
    ['null', 403],
  ])('of a page from %s is answered with %d', async (origin, status) => {
    const port = await start({ ALLOWED_ORIGINS: 'https://listed.example' });
    const headers = { origin: origin.replace('HOST', `127.0.0.1:${port}`) };
    expect(await statusOfUpgrade(port, headers)).toBe(status);
  });
});
