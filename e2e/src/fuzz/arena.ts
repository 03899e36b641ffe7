import { freePort, type RecordedProcess } from '@relay/testing';
import { Load } from '../ledger/load.js';
import { Printed } from '../ledger/printed.js';
import { Published } from '../ledger/published.js';
import { SECRET, Stage, subscribed, until } from '../stage.js';
import type { Victim } from './attack.js';
import { inTime } from './in-time.js';
import { Tap } from './tap.js';
import { VitalSigns } from './vital-signs.js';

const CHANNEL = 'honest';
const HONEST_MESSAGE = `{"kind":"message","channel":"${CHANNEL}",`;
const PER_SECOND = 200;
/** What opens the live page. Attackers know it: without it there would not be much to try. */
export const PAGE_TOKEN = `${SECRET}-to-look`;
/** The page's user of Redis, who cannot publish in the honest publisher's place. */
const PAGE_USER = { name: 'page', password: `${SECRET}-to-publish` };
const HEALTH_MS = 20_000;
/** Files that a consumer may have open in the end and not in the beginning: for who else is there. */
const FILES_MORE = 16;

/** A consumer to be attacked, and an honest publisher beside the attackers that sends number after number. */
export class Arena {
  readonly signs: VitalSigns;
  readonly #published = new Published();
  readonly #printed = new Printed('consumer');
  readonly #load: Load;
  readonly #openFiles: number;

  private constructor(
    private readonly stage: Stage,
    readonly port: number,
    private readonly consumer: RecordedProcess,
    private readonly publisher: RecordedProcess,
    private readonly tap: Tap,
    readonly victim: Victim,
    redisPort: number,
    printed: Printed,
  ) {
    this.#printed = printed;
    this.signs = new VitalSigns(consumer.pid);
    this.signs.memoryMiB();
    this.#openFiles = this.signs.openFiles();
    this.#load = new Load(redisPort, this.#published, CHANNEL, PER_SECOND);
    this.#load.start();
  }

  static async start(): Promise<Arena> {
    const stage = new Stage();
    try {
      const redis = await stage.redis();
      const { name, password } = PAGE_USER;
      await redis.cli('ACL', 'SETUSER', name, 'on', `>${password}`, '+publish', '&test_websocket');
      const pageUrl = `redis://${name}:${password}@127.0.0.1:${redis.port}`;
      const env = { PAGE_TOKEN, PAGE_REDIS_URL: pageUrl };
      const port = await freePort();
      const printed = new Printed('consumer');
      const flags = ['--host=127.0.0.1', `--port=${port}`, '--output=json'];
      const onLine = (stream: string, line: string): void => {
        // What the attackers deliver is printed, too; of a line only we know that it is ours.
        if (stream === 'stdout' && isHonest(line)) printed.add(line);
      };
      const consumer = stage.runWith({ env, onLine, unkept: 'stdout' }, 'consumer', ...flags);
      await consumer.waitForLine('stderr', 'listening on');
      const tap = await Tap.start(port);
      const publisher = stage.run(
        'publisher',
        `--redis-url=${redis.url}`,
        `--redis-channels=${CHANNEL}`,
        `--publisher-name=${CHANNEL}`,
        `--consumer-url=ws://127.0.0.1:${tap.port}/relay`,
        '--port=0',
      );
      await subscribed(publisher);
      await publisher.waitForLine('stderr', 'connected to');
      const victim = await tap.victim;
      return new Arena(stage, port, consumer, publisher, tap, victim, redis.port, printed);
    } catch (error) {
      await stage.clear();
      throw error;
    }
  }

  /** Numbers that the consumer has printed in order. */
  get handled(): number {
    return this.#printed.handled;
  }

  /** How often the honest publisher had to connect again. */
  get reconnects(): number {
    return this.tap.connections - 1;
  }

  /** What is wrong with the consumer at this moment. */
  async complaints(maxMiB: number): Promise<string[]> {
    if (!this.consumer.running) return ['the consumer has ended'];
    const complaints: string[] = [];
    const mib = this.signs.memoryMiB();
    if (mib > maxMiB) complaints.push(`the consumer takes ${mib} MiB of memory, above ${maxMiB}`);
    try {
      const signal = AbortSignal.timeout(HEALTH_MS);
      const { ok } = await fetch(`http://127.0.0.1:${this.port}/health/live`, { signal });
      if (!ok) complaints.push('the consumer says that it is not alive');
    } catch (error) {
      complaints.push(`the consumer does not answer: ${String(error)}`);
    }
    return complaints;
  }

  /** Publishes no more; gives what went against the promise once the last number is there. */
  async finish(): Promise<string[]> {
    await this.#load.stop();
    const { lastTaken } = this.#published;
    const isHere = await inTime(this.#printed.waitFor(lastTaken));
    const { highest, skips, repeats, gaps, violations } = this.#printed;
    const complaints = [...violations];
    if (!isHere) complaints.push(`${highest} is the last number of ${lastTaken}`);
    if (skips.length > 0) complaints.push(`numbers are missing: ${JSON.stringify(skips)}`);
    if (repeats.length > 0) complaints.push(`numbers came twice: ${JSON.stringify(repeats)}`);
    if (gaps.length > 0) complaints.push(`gaps were told: ${JSON.stringify(gaps)}`);
    const isQuiet = await inTime(
      until(() => this.signs.openFiles() <= this.#openFiles + FILES_MORE),
    );
    if (!isQuiet) complaints.push(`${this.signs.openFiles()} files are open, ${this.#openFiles} were before`); // prettier-ignore
    if (this.consumer.lines('stderr').some((line) => line.includes('internal-error'))) {
      complaints.push('the consumer tells of an internal error');
    }
    return complaints;
  }

  /** What the apps said. */
  get logs(): ReadonlyMap<string, string> {
    return new Map([
      ['consumer', this.consumer.stderr.toString()],
      ['publisher', this.publisher.stderr.toString()],
    ]);
  }

  async clear(): Promise<void> {
    this.#load.abandon();
    this.tap.stop();
    await this.stage.clear();
  }
}

/** The consumer prints much of what the attackers say: only what is short is looked into. */
function isHonest(line: string): boolean {
  if (line.startsWith('{"kind":"message"')) return line.startsWith(HONEST_MESSAGE);
  return (JSON.parse(line) as { publisher?: string }).publisher === CHANNEL;
}
