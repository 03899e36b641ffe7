/**
 * The ceiling: a bare socket that Redis pushes to. It does not parse, since it knows how long each push is;
 * what comes faster than this cannot come from this load and this Redis.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { End } from '../../ends/end.js';

const end = End.fromEnvironment();
const payloadBytes = Number(process.env['BENCH_PAYLOAD_BYTES']);
const head = `*3\r\n$7\r\nmessage\r\n$14\r\ntest_websocket\r\n$${payloadBytes}\r\n`.length;
const pushBytes = head + payloadBytes + '\r\n'.length;

const { hostname, port } = new URL(process.env['REDIS_URL'] ?? '');
const socket = connect(Number(port), hostname);
socket.write('SUBSCRIBE test_websocket\r\n');
await once(socket, 'data');

let rest: Buffer = Buffer.alloc(0);
socket.on('data', (chunk: Buffer) => {
  const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
  let at = 0;
  for (; at + pushBytes <= bytes.length; at += pushBytes) end.take(bytes, at + head);
  rest = bytes.subarray(at);
});
