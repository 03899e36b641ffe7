/** Shows a message on its way: Redis, publisher, consumer, all started here. `--once` ends after the greeting. */
import { RecordedProcess, RedisServer, freePort, type StreamName } from '@relay/testing';
import { Redis } from 'ioredis';
import { takeCtrlC } from './ctrl-c.js';
import { onParentGone } from './parent.js';

const channel = 'test_websocket';
const greeting = 'hello from Redis';
const colours = { demo: 35, redis: 31, publisher: 36, consumer: 32 } as const;
type Speaker = keyof typeof colours;

const flags = process.argv.slice(2);
const once = flags.includes('--once');
const coloured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;

/** What ends the demo, the last started last. */
const stops: (() => Promise<unknown>)[] = [];
let ending: Promise<void> | undefined;

function say(speaker: Speaker, line: string): void {
  const name = speaker.padEnd(9);
  const column = coloured ? `\u001b[${colours[speaker]}m${name} |\u001b[0m` : `${name} |`;
  process.stdout.write(`${column} ${line}\n`);
}

function end(code: number): Promise<void> {
  ending ??= (async () => {
    for (const stop of stops.reverse()) await stop();
    process.exit(code);
  })();
  return ending;
}

/** The Redis at REDIS_URL if it can be used, else a private one. */
async function findRedis(): Promise<URL> {
  const url = new URL(process.env['REDIS_URL'] ?? 'redis://localhost:6379');
  const objection = await objectionTo(url);
  if (objection === undefined) {
    say('demo', `uses the Redis at ${url.host}`);
    return url;
  }
  const server = await RedisServer.prepare();
  stops.push(() => server.stop());
  say('demo', `${objection}; starts a private one on port ${server.port}`);
  await server.restart();
  return new URL(server.url);
}

/** Why the Redis there cannot be used. */
async function objectionTo(url: URL): Promise<string | undefined> {
  const client = connect(url);
  let refusal: string | undefined;
  const listen = ({ name, message }: Error): void => {
    if (name === 'ReplyError') refusal ??= message.split(' ', 1).join('');
  };
  client.on('error', listen); // what it says to a wrong password comes here alone
  const timeout = setTimeout(() => client.disconnect(), 1000);
  try {
    await client.connect();
    await client.ping();
    return undefined;
  } catch (error) {
    listen(error as Error);
    if (refusal === undefined) return `no Redis answers at ${url.host}`;
    return `the Redis at ${url.host} refuses (${refusal}: REDIS_URL needs its user and password)`;
  } finally {
    clearTimeout(timeout);
    client.disconnect();
  }
}

async function publish(url: URL, message: string): Promise<void> {
  const client = connect(url);
  try {
    await client.connect();
    await client.publish(channel, message);
  } finally {
    client.disconnect();
  }
}

function connect(url: URL): Redis {
  const client = new Redis(url.href, { lazyConnect: true, retryStrategy: null });
  // Failures reach the caller through the promises of `connect` and of the commands.
  client.on('error', () => undefined);
  return client;
}

async function portFor(app: Speaker, wanted: number): Promise<number> {
  const port = await freePort(wanted, 'localhost');
  if (port !== wanted) say('demo', `port ${wanted} is taken; the ${app} takes ${port}`);
  return port;
}

function startApp(app: 'publisher' | 'consumer', args: string[], env = {}): RecordedProcess {
  const running = RecordedProcess.start(process.execPath, [`dist/apps/${app}/main.js`, ...args], {
    env: { ...env, ...(coloured ? {} : { NO_COLOR: '1', FORCE_COLOR: undefined }) },
    onLine: (_stream: StreamName, line: string) => say(app, line),
  });
  stops.push(() => running.stop());
  void running.exited.then(({ code, signal }) => {
    if (ending !== undefined) return;
    say('demo', `the ${app} ended with ${signal ?? `code ${code}`}`);
    void end(1);
  });
  return running;
}

/** The command for another terminal; a password is asked for, not shown. */
function redisCli({ protocol, hostname, port, username, password }: URL): string {
  const flags = [
    ['localhost', '127.0.0.1'].includes(hostname) ? '' : ` -h ${hostname}`,
    ` -p ${port || '6379'}`,
    protocol === 'rediss:' ? ' --tls' : '',
    username === '' ? '' : ` --user ${decodeURIComponent(username)}`,
    password === '' ? '' : ' --askpass',
  ];
  return `redis-cli${flags.join('')} PUBLISH ${channel} hello`;
}

async function demo(): Promise<void> {
  const redis = await findRedis();
  const consumerPort = await portFor('consumer', 3001);
  const consumerUrl = `ws://localhost:${consumerPort}/relay`;
  // The address of a Redis may hold a password, which does not belong into a list of processes.
  const consumer = startApp(
    'consumer',
    ['--host=localhost', `--port=${consumerPort}`, '--output=pretty'],
    { PAGE_REDIS_URL: redis.href },
  );
  const publisher = startApp(
    'publisher',
    [
      `--port=${await portFor('publisher', 3000)}`,
      `--consumer-url=${consumerUrl}`,
      `--redis-channels=${channel}`,
    ],
    { REDIS_URL: redis.href, NO_PROXY: 'localhost', no_proxy: undefined },
  );
  await publisher.waitForLine('stderr', /subscribed to/);
  await publisher.waitForLine('stderr', /connected to/);
  await publish(redis, greeting);
  await consumer.waitForLine('stdout', greeting);
  if (once) return end(0);
  say('demo', `watch them come, and publish more: http://localhost:${consumerPort}/`);
  say('demo', `or from another terminal: ${redisCli(redis)}`);
  say('demo', 'Ctrl-C ends everything');
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => void end(0));
process.stdout.on('error', () => void end(0)); // the terminal, or whoever read this, is gone
takeCtrlC();
onParentGone(() => void end(0));

const unknown = flags.find((flag) => flag !== '--once');
if (unknown !== undefined) {
  process.stderr.write(`${unknown} is no flag of the demo; --once ends it after a first message\n`);
  process.exit(2);
}
demo().catch((error: unknown) => {
  if (ending !== undefined) return;
  // An app that ended has been reported, with all that it said.
  say('demo', (error as Error).message.split('\n', 1).join(''));
  void end(1);
});
