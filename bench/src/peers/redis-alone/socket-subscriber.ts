/**
 * The ceiling: a bare socket that Redis pushes to. Of each push it reads how long its payload is, and nothing
 * else; what comes faster than this cannot come from this load and this Redis.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { End } from '../../ends/end.js';
import { MIN_PAYLOAD_BYTES } from '../../load/payload.js';

const end = End.fromEnvironment();
const LENGTH_AT = '*3\r\n$7\r\nmessage\r\n$14\r\ntest_websocket\r\n$'.length;
const CR = '\r'.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);
/** A push is longer than this: its length can be read. */
const SHORTEST = LENGTH_AT + MIN_PAYLOAD_BYTES;

const { hostname, port } = new URL(process.env['REDIS_URL'] ?? '');
const socket = connect(Number(port), hostname);
socket.write('SUBSCRIBE test_websocket\r\n');
await once(socket, 'data');

let rest: Buffer = Buffer.alloc(0);
socket.on('data', (chunk: Buffer) => {
  const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
  let at = 0;
  while (at + SHORTEST <= bytes.length) {
    let length = 0;
    let digitAt = at + LENGTH_AT;
    for (; bytes[digitAt] !== CR; digitAt++) length = length * 10 + (bytes[digitAt] ?? 0) - ZERO;
    const payloadAt = digitAt + '\r\n'.length;
    const pushEnd = payloadAt + length + '\r\n'.length;
    if (pushEnd > bytes.length) break;
    end.take(bytes, payloadAt, length);
    at = pushEnd;
  }
  rest = bytes.subarray(at);
});
