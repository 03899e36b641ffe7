/**
 * Records sessions of the built publisher: `record.ts` writes `recorded-sessions.json`, from which
 * mutations start. Needed again only when the protocol changes.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeBinary, decodeFromPublisher, encodeControl, SUB_PROTOCOL } from '@relay/contracts';
import { awkwardPayloads, type RedisServer } from '@relay/testing';
import { WebSocketServer } from 'ws';
import { freePort } from '@relay/testing';
import { Stage, subscribed } from '../stage.js';

const welcome = encodeControl({
  event: 'welcome',
  data: {
    consumer: 'recorder',
    position: null,
    window: { entries: 8192, bytes: 8 * 1024 * 1024 },
    maxEntryBytes: 4 * 1024 * 1024,
  },
});

/** What a publisher says while `during` goes on, until its goodbye: text, or hex behind `#`. */
async function record(
  during: (redis: RedisServer) => Promise<void>,
  ...flags: string[]
): Promise<string[]> {
  const stage = new Stage();
  const frames: string[] = [];
  const port = await freePort();
  const server = new WebSocketServer({
    port,
    host: '127.0.0.1',
    handleProtocols: () => SUB_PROTOCOL,
  });
  server.on('connection', (socket) => {
    socket.on('message', (bytes: Buffer, isBinary: boolean) => {
      frames.push(isBinary ? `#${bytes.toString('hex')}` : bytes.toString());
      const frame = isBinary ? decodeBinary(bytes) : decodeFromPublisher(bytes);
      if (frame.event === 'hello') socket.send(welcome);
      if (frame.event !== 'deliver') return;
      const cursor = frame.data.entries.at(-1)?.offset ?? '0-0';
      socket.send(encodeControl({ event: 'ack', data: { cursor } }));
    });
  });
  const redis = await stage.redis();
  const url = `--consumer-url=ws://127.0.0.1:${port}/relay`;
  const publisher = stage.run('publisher', `--redis-url=${redis.url}`, url, '--port=0', ...flags);
  await subscribed(publisher);
  await during(redis);
  await publisher.stop();
  server.close();
  await stage.clear();
  return frames;
}

const sessions = {
  awkward: await record(async (redis) => {
    for (const [, payload] of awkwardPayloads) {
      if (payload.length < 1_000) await redis.cli('PUBLISH', 'fuzz', payload);
    }
  }, '--redis-channels=fuzz'),
  burst: await record(async (redis) => {
    const lua = 'for n = 1, 100 do redis.call("PUBLISH", "fuzz", n) end';
    for (let times = 0; times < 3; times++) await redis.cli('EVAL', lua, '0');
  }, '--redis-channels=fu*'),
  gap: await record(async (redis) => {
    await redis.cli('PUBLISH', 'fuzz', 'before');
    await redis.restart();
    while ((await redis.cli('PUBLISH', 'fuzz', 'after')) === 0);
  }, '--redis-channels=fuzz'),
};
const file = join(import.meta.dirname, 'recorded-sessions.json');
writeFileSync(file, `${JSON.stringify(sessions, null, 2)}\n`);
process.exit(0);
