import { encodeControl } from '@relay/contracts';
import { type Attack, deliverFrame, type Strategy, strategy, textFrame } from '../attack.js';
import { mutateBytes } from '../mutations.js';
import { upgradeRequest } from '../peer.js';

const RELAY = { 'Sec-WebSocket-Protocol': 'relay.v1' };
const KEY = 'Sec-WebSocket-Key';
const PROTOCOL = 'Sec-WebSocket-Protocol';
const EXTENSIONS = 'Sec-WebSocket-Extensions';

/** Requests to become a WebSocket that stop halfway, or are wrong. */
export const handshakeStrategies: readonly Strategy[] = [
  strategy('half handshakes', 4, async (attack) => {
    const { random } = attack;
    const peer = await attack.connect();
    const request = upgradeRequest(RELAY);
    peer.tryUnheard(Buffer.from(request.slice(0, random.below(request.length))), 'upgrade');
    if (random.chance(0.5)) peer.end();
    else attack.hold(peer, Buffer.from('X-Slow: 1\r\n'));
  }),
  strategy('upgrades, bytes changed', 4, async (attack) => {
    const peer = await attack.connect();
    const request = Buffer.from(upgradeRequest(RELAY));
    await peer.try(mutateBytes(request, attack.random), 'upgrade');
  }),
  strategy('upgrades, headers wrong', 6, async (attack) => {
    const peer = await attack.connect();
    const headers = { ...RELAY, ...wrongHeaders(attack) };
    const path = attack.random.pick(['/relay', '/relay?a=b', '/', '//relay', '/relay/', '/RELAY', '/%72elay', '*', 'http://x/relay', '/../relay']); // prettier-ignore
    const method = attack.random.chance(0.9) ? 'GET' : attack.random.pick(['POST', 'PUT', 'HEAD']);
    const request = upgradeRequest(headers, `${method} ${path} HTTP/1.1`);
    await peer.try(Buffer.from(request), 'upgrade');
  }),
  strategy('frames in one packet with the upgrade', 6, async (attack) => {
    const { random } = attack;
    const peer = await attack.connect();
    const frames = [
      textFrame(encodeControl({ event: 'hello', data: attack.hello() })),
      deliverFrame('0-0', attack.messages(1, 3)),
      random.bytes(20),
    ];
    const behind = frames.slice(0, random.between(1, 3));
    peer.tryUnheard(Buffer.concat([Buffer.from(upgradeRequest(RELAY)), ...behind]), 'upgrade');
    await peer.upgraded();
    await peer.roundTrip(300);
    if (!peer.hasHeard('welcome') || peer.isClosing) return;
    peer.state = 'greeted';
    for (const frame of frames) if (!(await peer.try(mutateBytes(frame, random)))) return;
  }),
  strategy('no hello, or half of one', 4, async (attack) => {
    const peer = await attack.open();
    const hello = textFrame(encodeControl({ event: 'hello', data: attack.hello() }));
    const half = hello.subarray(0, attack.random.below(hello.length));
    peer.tryUnheard(half);
    attack.hold(peer, hello.subarray(half.length, -1));
  }),
];

function wrongHeaders({ random }: Attack): Record<string, string | undefined> {
  return random.pick<() => Record<string, string | undefined>>([
    () => ({ [KEY]: random.pick([undefined, '', 'short', '*'.repeat(24), 'A'.repeat(10_000)]) }),
    () => ({ 'Sec-WebSocket-Version': random.pick([undefined, '0', '8', '14', '13, 8', 'x']) }),
    () => ({ Upgrade: random.pick([undefined, 'h2c', 'websocket, foo', 'WebSocket', '']) }),
    () => ({ Connection: random.pick([undefined, 'close', 'keep-alive', 'upgrade, close']) }),
    () => ({
      Host: random.pick([undefined, '', 'example.com', 'localhost:1:2', '127.0.0.1.nip.io']),
    }),
    () => ({ [PROTOCOL]: random.pick([undefined, '', ',', 'relay.v1, relay.v1', 'relay.v2', 'a'.repeat(9_000), 'r\u00e9']) }), // prettier-ignore
    () => ({ [EXTENSIONS]: random.pick(['permessage-deflate', 'x; y="', ';;;', 'a,'.repeat(2_000), 'permessage-deflate; server_max_window_bits=99']) }), // prettier-ignore
    () => ({ Origin: random.pick(['null', 'http://evil.example', 'x'.repeat(5_000)]) }),
    () => ({ Authorization: random.pick(['Bearer', 'Bearer x', 'Basic eDp5', `Bearer ${'x'.repeat(9_000)}`]) }), // prettier-ignore
    () => ({ 'X-Forwarded-For': random.pick(['1.2.3.4', 'x', ','.repeat(3_000), '::1']) }),
    () => ({ 'Content-Length': random.pick(['5', '-1', '99999999999999999999']) }),
    () => ({ 'Transfer-Encoding': random.pick(['chunked', 'chunked, identity']) }),
    () => Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`X-${n}`, 'y'])),
  ])();
}
