import { type Attack, type Strategy, strategy } from '../attack.js';
import { mutateBytes } from '../mutations.js';

const PATHS = [
  '/', '/health', '/health/live', '/health/ready', '/metrics', '/relay', '/nothing', '/health/../metrics', '/%', '/%00',
  '/?a=b', '*', '//', '/\u00ff', 'http://localhost/health', `/${'x'.repeat(20_000)}`, `/?${'a=b&'.repeat(3_000)}`,
]; // prettier-ignore

/** Plain HTTP at the same port. */
export const httpStrategies: readonly Strategy[] = [
  strategy('HTTP requests of all kinds', 5, async (attack) => {
    const peer = await attack.connect();
    for (let times = 0; times < 5; times++) {
      const request = Buffer.from(strangeRequest(attack), 'latin1');
      const isHurt = attack.random.chance(0.4);
      if (!(await peer.try(isHurt ? mutateBytes(request, attack.random) : request))) return;
    }
  }),
  strategy('bytes instead of HTTP', 2, async (attack) => {
    const peer = await attack.connect();
    const { random } = attack;
    const tls = Buffer.from('16030100a5010000a10303', 'hex');
    const http2 = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    await peer.try(
      random.pick([
        random.bytes(random.between(1, 500)),
        tls,
        http2,
        Buffer.from('\r\n'.repeat(500)),
      ]),
    );
  }),
  strategy('bodies', 3, async (attack) => {
    const { random } = attack;
    const peer = await attack.connect();
    const depth = random.pick([10, 1_000, 30_000]);
    const body = random.pick([
      () => '['.repeat(depth),
      () => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
      () => '{"__proto__":{"x":1}}',
      () => `a${'[b]'.repeat(depth)}=1`,
      () => 'x'.repeat(random.pick([0, 100, 100_000, 1_000_000])),
    ])();
    const type = random.pick(['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'application/json; charset=utf-7']); // prettier-ignore
    const length = random.chance(0.8) ? body.length : random.below(2 * body.length + 2);
    const head = `POST ${random.pick(PATHS)} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\n`;
    await peer.try(Buffer.from(`${head}Content-Length: ${length}\r\n\r\n${body}`, 'latin1'));
  }),
  strategy('slow-loris in HTTP', 3, async (attack) => {
    const peer = await attack.connect();
    const request = Buffer.from(
      `GET / HTTP/1.1\r\nHost: localhost\r\n${'X-Slow: 1\r\n'.repeat(20)}`,
    );
    const start = attack.random.between(1, 30);
    peer.tryUnheard(request.subarray(0, start));
    attack.hold(peer, request.subarray(start));
  }),
  strategy('requests whose answers nobody reads', 0.3, async (attack) => {
    const peer = await attack.connect();
    peer.stopReading();
    const many = 'GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(2_000);
    peer.tryUnheard(Buffer.from(many));
    attack.hold(peer, Buffer.from('GET / HT'));
  }),
];

function strangeRequest({ random }: Attack): string {
  const method = random.pick(['GET', 'GET', 'HEAD', 'POST', 'OPTIONS', 'DELETE', 'TRACE', 'CONNECT', 'PURGE', 'get', 'HELLO']); // prettier-ignore
  const version = random.pick([
    'HTTP/1.1',
    'HTTP/1.1',
    'HTTP/1.0',
    'HTTP/0.9',
    'HTTP/2.0',
    'HTTP/1.1 ',
  ]);
  const headers = [
    random.pick([
      'Host: localhost',
      'Host: localhost',
      'Host: evil.example',
      'X: y',
      'Host: a\r\nHost: b',
    ]),
    random.pick([
      '',
      'Connection: close',
      'Connection: keep-alive',
      'Expect: 100-continue',
      'Range: bytes=0-0,-1',
    ]),
    random.pick(['', 'Content-Length: 3\r\nTransfer-Encoding: chunked', 'Transfer-Encoding: chunked', 'Content-Length: 3\r\nContent-Length: 4']), // prettier-ignore
    random.pick(['', 'Accept-Encoding: gzip', 'Cookie: a=b; '.repeat(500), ' folded: yes', 'No-Colon', 'X-\u0000: y', `X: ${'y'.repeat(17_000)}`]), // prettier-ignore
  ].filter((line) => line !== '');
  const body = random.pick([
    '',
    '',
    'abc',
    '0\r\n\r\n',
    'ffffffffffffffff\r\nabc',
    '3\r\nabc\r\n0\r\n\r\n',
  ]);
  return `${method} ${random.pick(PATHS)} ${version}\r\n${headers.join('\r\n')}\r\n\r\n${body}`;
}
