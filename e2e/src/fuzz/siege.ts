import type { RecordedProcess } from '@relay/testing';
import { ConsumerSeat } from '../ledger/consumer-seat.js';
import { Load } from '../ledger/load.js';
import { Published } from '../ledger/published.js';
import { Stage, subscribed } from '../stage.js';
import { EvilConsumer } from './evil-consumer.js';
import { inTime } from './in-time.js';
import { Random } from './random.js';
import { malices } from './strategies/malices.js';
import type { Tally } from './tally.js';
import { VitalSigns } from './vital-signs.js';

const PER_SECOND = 100;

/**
 * A publisher among evil consumers, and one honest consumer, the witness, which is away now and then: what
 * the others acknowledge meanwhile must not cost it anything.
 */
export class Siege {
  readonly signs: VitalSigns;
  readonly #load: Load;
  #isAway = false;

  private constructor(
    private readonly stage: Stage,
    private readonly witness: ConsumerSeat,
    private readonly publisher: RecordedProcess,
    private readonly evil: EvilConsumer,
    private readonly published: Published,
    redisPort: number,
  ) {
    this.signs = new VitalSigns(publisher.pid);
    this.signs.memoryMiB();
    this.#load = new Load(redisPort, published, 'besieged', PER_SECOND);
    this.#load.start();
  }

  /** @param evils how many evil consumers there are; one that was found out is left alone for 30 to 60 s */
  static async start(tally: Tally, seed: number, evils: number): Promise<Siege> {
    const stage = new Stage();
    const evil = await EvilConsumer.start(malices, tally, new Random(seed));
    try {
      const redis = await stage.redis();
      const witness = await ConsumerSeat.open('witness', stage);
      await witness.start();
      const publisher = stage.run(
        'publisher',
        `--redis-url=${redis.url}`,
        '--redis-channels=besieged',
        `--consumer-url=${[witness.url, ...evil.urls(evils)].join(',')}`,
        '--port=0',
      );
      await subscribed(publisher);
      await witness.process.waitForLine('stderr', 'publisher publisher connected');
      return new Siege(stage, witness, publisher, evil, new Published(), redis.port);
    } catch (error) {
      evil.stop();
      await stage.clear();
      throw error;
    }
  }

  /** Numbers that the witness has printed. */
  get handled(): number {
    return this.witness.printed.handled;
  }

  /** Has the witness leave, or come back. */
  async disturb(): Promise<void> {
    this.#isAway = !this.#isAway;
    if (this.#isAway) await this.witness.end('SIGTERM');
    else await this.witness.start();
  }

  /** Resolves when evil consumers have had their way so often. */
  visited(times: number): Promise<void> {
    return this.evil.visited(times);
  }

  /** What is wrong with the publisher at this moment. */
  complaints(maxMiB: number): string[] {
    if (!this.publisher.running) return ['the publisher has ended'];
    const mib = this.signs.memoryMiB();
    const complaints = [...this.evil.findings];
    if (mib > maxMiB) complaints.push(`the publisher takes ${mib} MiB of memory, above ${maxMiB}`);
    return complaints;
  }

  /** Publishes no more; gives what went against the promise once the witness has the last number. */
  async finish(): Promise<string[]> {
    await this.#load.stop();
    if (this.#isAway) await this.disturb();
    const { printed } = this.witness;
    const { lastTaken } = this.published;
    const complaints = [...printed.violations];
    if (!(await inTime(printed.waitFor(lastTaken)))) {
      complaints.push(`the witness has ${printed.highest} of ${lastTaken}`);
    }
    for (const what of ['skips', 'repeats', 'gaps'] as const) {
      const found = printed[what];
      if (found.length > 0) complaints.push(`${what} at the witness: ${JSON.stringify(found)}`);
    }
    return complaints;
  }

  /** What the apps said. */
  get logs(): ReadonlyMap<string, string> {
    return new Map([['besieged-publisher', this.publisher.stderr.toString()]]);
  }

  async clear(): Promise<void> {
    this.#load.abandon();
    this.evil.stop();
    await this.stage.clear();
  }
}
