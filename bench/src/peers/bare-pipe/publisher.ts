import { Redis } from 'ioredis';
import { WebSocket } from 'ws';

const redis = new Redis(process.env['REDIS_URL'] ?? '');
const socket = new WebSocket(process.env['CONSUMER_URL'] ?? '', { perMessageDeflate: false });

socket.on('open', () => void redis.subscribe('test_websocket'));
redis.on('messageBuffer', (_channel: Buffer, payload: Buffer) => {
  socket.send(payload);
});
