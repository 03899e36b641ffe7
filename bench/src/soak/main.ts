/** The relay at a constant rate, for long: every message accounted for, memory each second. */
import { parseArgs } from 'node:util';
import { RedisServer } from '@relay/testing';
import { number, UsageError } from '../options.js';
import { endsWithUs } from '../pipeline/ends-with-us.js';
import { describeMachine } from '../report/machine.js';
import { folderFor, writeReport } from '../report/write-report.js';
import { type Sample, soak, type SoakOptions } from './soak.js';
import { problems, soakFiles } from './soak-report.js';

const help = `npx nx soak bench [--minutes=60] [--rate=50000] [--save]

  --minutes=N  how long
  --rate=N     messages of 256 B a second
  --save       put the report into bench/results, to be committed, and not into tmp/bench
  --usage      this text

Exits with 1 when a message was lost, doubled or out of order, or when memory grows.
`;

/** Progress is told once in so many seconds. */
const TELL_EVERY_S = 10;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function readOptions(): SoakOptions & { readonly isSaved: boolean } {
  try {
    const flags = {
      minutes: { type: 'string' },
      rate: { type: 'string' },
      save: { type: 'boolean', default: false },
      usage: { type: 'boolean', short: 'h', default: false },
      help: { type: 'boolean', default: false },
    } as const;
    const { values } = parseArgs({ options: flags });
    if (values.help || values.usage) {
      say(help);
      process.exit(0);
    }
    return {
      minutes: number('minutes', values.minutes, 60, 0.1),
      perSecond: number('rate', values.rate, 50_000, 1),
      isSaved: values.save,
    };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${help}`);
    process.exit(error instanceof UsageError || error instanceof TypeError ? 2 : 1);
  }
}

function tell({ seconds, published, onTheWay, publisher, consumer, p99Us }: Sample): void {
  if (seconds % TELL_EVERY_S !== 0) return;
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  const memory = `publisher ${mb(publisher.rssBytes)}, consumer ${mb(consumer.rssBytes)}`;
  say(`${seconds} s: ${published} published, ${onTheWay} on the way, ${memory}, p99 ${p99Us} µs`);
}

const options = readOptions();
const redis = await RedisServer.start();
endsWithUs(redis.pid);
const startedAt = new Date();
const machine = await describeMachine(redis, startedAt);
const soaked = await soak(options, redis, tell).finally(() => redis.stop());
const folder = folderFor('soak', options.isSaved, startedAt);
say(`the report is in ${writeReport(folder, soakFiles(machine, options, soaked))}`);
const found = problems(soaked);
for (const problem of found) process.stderr.write(`${problem}\n`);
if (found.length === 0) say('nothing was lost, and nothing was seen to grow');
process.exit(found.length > 0 ? 1 : 0);
