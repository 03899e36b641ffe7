import { encodeLive, LIVE_PATH, type PageFrame } from '@relay/contracts';
import { PAGE_TOKEN } from '../arena.js';
import {
  type Attack,
  binaryFrame,
  jsonFrame,
  type Strategy,
  strategy,
  textFrame,
} from '../attack.js';
import { AWKWARD_VALUES, mutateBytes, mutateValue } from '../mutations.js';
import { NoAnswer, type Peer, upgradeRequest } from '../peer.js';

const KiB = 1024;

const WATCH: PageFrame = { event: 'watch', data: { seen: null } };
const PLACES = [0, 1, 2, 99, 1e6, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER];
const NO_PLACES = [
  '-1', '0x1', '1e3', '1.5', ' 1', 'NaN', 'Infinity', '%00', '%31', '%', '..', '../..', '..%2f..%2fsession', '__proto__',
  '1/2', '1?a=b', '1;a=b', '%f0%9f', 'x'.repeat(9_000), '',
]; // prettier-ignore

/** A live page that knows the token, and what is said to its addresses by who does not. */
export const pageStrategies: readonly Strategy[] = [
  strategy('frames of a page, values changed', 6, async (attack) => {
    const { page } = await watchedPage(attack);
    for (let times = 0; times < 12; times++) {
      const frame = attack.random.chance(0.5) ? publish(attack, times + 1) : WATCH;
      if (!(await page.try(jsonFrame(mutateValue(frame, attack.random))))) return;
    }
  }),
  strategy('frames of a page, bytes changed', 4, async (attack) => {
    const { page } = await watchedPage(attack);
    for (let times = 0; times < 12; times++) {
      const bytes = mutateBytes(Buffer.from(encodeLive(publish(attack, times + 1))), attack.random);
      const frame = attack.random.chance(0.8) ? textFrame(bytes) : binaryFrame(bytes);
      if (!(await page.try(frame))) return;
    }
  }),
  strategy('frames of a page at the wrong time', 3, async (attack) => {
    const page = await openPage(attack);
    const frames = [WATCH, WATCH, publish(attack, 1), publish(attack, 1)];
    for (const frame of attack.random.shuffled(frames)) {
      if (!(await page.try(jsonFrame(frame)))) return;
      if (page.hasHeard('welcome')) page.state = 'greeted';
    }
  }),
  strategy('frames of a page that are large', 2, async (attack) => {
    const { page } = await watchedPage(attack);
    const lengths = [1, 64 * KiB, 64 * KiB + 1, 500 * KiB, 513 * KiB];
    for (const length of attack.random.shuffled(lengths)) {
      const text = attack.random.pick(['x', '"', '\u0000', '😀']).repeat(length);
      if (!(await page.try(jsonFrame(publish(attack, 1, text))))) return;
    }
  }),
  strategy('test messages whose answers nobody reads', 0.5, async (attack) => {
    const { page } = await watchedPage(attack);
    page.stopReading();
    const frames = Array.from({ length: 3_000 }, (_, n) => jsonFrame(publish(attack, n + 1)));
    page.tryUnheard(Buffer.concat(frames));
    attack.hold(page, Buffer.from('81', 'hex'));
  }),
  strategy('places that a page never saw', 3, async (attack) => {
    const { random } = attack;
    const { page, feed } = await watchedPage(attack);
    await page.hangUp();
    for (let times = 0; times < 3; times++) {
      const upTo = random.pick(random.pick<readonly unknown[]>([PLACES, AWKWARD_VALUES]));
      const seen = { feed: random.pick([feed, attack.name('feed')]), upTo };
      const other = await openPage(attack);
      await other.try(jsonFrame({ event: 'watch', data: { seen } }));
      if (other.hasHeard('welcome')) other.state = 'greeted';
      await other.try(jsonFrame(publish(attack, 1)));
    }
  }),
  strategy('payloads of a page', 2, async (attack) => {
    const { random } = attack;
    const { page, cookie, feed } = await watchedPage(attack);
    await page.hangUp();
    const peer = await attack.connect();
    for (let times = 0; times < 4; times++) {
      const place = random.pick(random.pick<readonly (string | number)[]>([PLACES, NO_PLACES]));
      const path = `/live/payloads/${random.pick([feed, feed, '..', '%00', ''])}/${place}`;
      const headers = random.chance(0.9) ? `Cookie: ${cookie}` : junkHeaders(attack);
      const method = random.pick(['GET', 'GET', 'HEAD', 'PUT']);
      if (!(await peer.try(httpRequest(method, path, headers)))) return;
    }
  }),
  strategy('log-ins and log-outs of all kinds', 2, async (attack) => {
    const { random } = attack;
    const peer = await attack.connect();
    for (let times = 0; times < 4; times++) {
      const method = random.pick(['POST', 'POST', 'DELETE', 'GET', 'PUT', 'OPTIONS']);
      const request = httpRequest(method, '/session', junkHeaders(attack));
      const isHurt = random.chance(0.3);
      const stands = await peer.try(isHurt ? mutateBytes(request, random) : request);
      if (/set-cookie: [^;\r]*=[^;\r]/i.test(peer.answer))
        throw new Error(`Logged in: ${peer.answer}`);
      if (!stands) return;
    }
  }),
  strategy('sessions that are forged', 2, async (attack) => {
    const cookie = await logIn(attack);
    const peer = await attack.connect();
    peer.tryUnheard(liveRequest(forged(cookie, attack)), 'upgrade');
    await peer.answered();
    if (peer.state === 'opened') throw new Error('Was let in with a forged session.');
  }),
];

function publish({ random }: Attack, request: number, text = 'x'): PageFrame {
  const channel = random.pick(['test_websocket', 'test_websocket', 'honest', 'nothing']);
  return { event: 'publish', data: { request, channel, text } };
}

/** The cookie that a right token gets. */
async function logIn(attack: Attack): Promise<string> {
  const peer = await attack.connect();
  peer.write(httpRequest('POST', '/session', `Authorization: Bearer ${PAGE_TOKEN}`));
  const answer = await peer.answered();
  peer.destroy();
  const [, cookie] = /^set-cookie: ([^;]*)/im.exec(answer) ?? [];
  if (cookie === undefined) throw new NoAnswer(`no session: ${answer.slice(0, 12)}`);
  return cookie;
}

async function openPage(attack: Attack, cookie?: string): Promise<Peer> {
  const peer = await attack.connect();
  peer.write(liveRequest(cookie ?? (await logIn(attack))));
  await peer.upgraded();
  return peer;
}

/** A page that has its welcome, with its cookie and the id of the feed. */
async function watchedPage(attack: Attack): Promise<{ page: Peer; cookie: string; feed: string }> {
  const cookie = await logIn(attack);
  const page = await openPage(attack, cookie);
  page.writeText(encodeLive(WATCH));
  const { data } = JSON.parse(await page.next('welcome')) as { data: { feed: string } };
  page.state = 'greeted';
  return { page, cookie, feed: data.feed };
}

function liveRequest(cookie: string): Buffer {
  const headers = { Authorization: undefined, Cookie: cookie };
  return Buffer.from(upgradeRequest(headers, `GET ${LIVE_PATH} HTTP/1.1`));
}

function httpRequest(method: string, path: string, headers: string): Buffer {
  return Buffer.from(
    `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n`,
    'latin1',
  );
}

/** With none of these anybody may look. */
function junkHeaders({ random }: Attack): string {
  const wrong = random.bytes(random.pick([0, 1, 32, 4_000])).toString('hex');
  return [
    random.pick(['', `Bearer ${wrong}`, `bearer  ${wrong}`, 'Bearer', 'Basic Og==', `Bearer ${'x '.repeat(3_000)}`, 'Bearer \u00ff'])
      .replace(/^(?=.)/, 'Authorization: '),
    random.pick(['', 'Origin: null', 'Origin: http://localhost', 'Origin: https://evil.example', 'Origin: :', 'Origin: http://[']),
    random.pick(['', 'Cookie: ;;=;', `Cookie: relay-page-00000000=${wrong}`, `Cookie: ${'a=b; '.repeat(2_000)}`, 'Cookie: __proto__=x', 'Cookie: a="%']),
    random.pick(['', 'X-Forwarded-Proto: https', 'X-Forwarded-For: 127.0.0.1', `X-Forwarded-For: ${'::1,'.repeat(1_000)}`, 'Content-Length: 0']),
  ].filter((line) => line !== '').join('\r\n') || 'X: y'; // prettier-ignore
}

/** A session that no consumer has signed. */
function forged(cookie: string, { random }: Attack): string {
  const [, name = '', until = '', signature = ''] = /^(.*?)=(\d+)\.(.*)$/.exec(cookie) ?? [];
  return random.pick([
    `${name}=${Number(until) + random.between(1, 1e6)}.${signature}`,
    `${name}=${until}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
    `${name}=${until}.${signature.slice(0, random.below(signature.length))}`,
    `${name}=${until}.${signature}${signature}`,
    `${name}=Infinity.${signature}`,
    `${name}=${random.bytes(40).toString('base64url')}`,
  ]);
}
