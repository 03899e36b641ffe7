import { Redis } from 'ioredis';
import { End } from '../../ends/end.js';

/** What ioredis alone hands on, with nothing behind it. */
const end = End.fromEnvironment();
const redis = new Redis(process.env['REDIS_URL'] ?? '');

redis.on('messageBuffer', (_channel: Buffer, payload: Buffer) => {
  end.take(payload);
});
await redis.subscribe('test_websocket');
