import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { settled, violations as violationsOf } from '../ends/arrivals.js';
import { arrived } from '../load/arriving.js';
import { SteadyLoad } from '../load/steady-load.js';
import { memory } from '../pipeline/os-process.js';
import { atMost } from '../report/goals.js';
import { PrintingRelay } from './printing-relay.js';
import { outboxOf } from './relay-apps.js';
import type { Scenario, ScenarioResult, Scene } from './scenario.js';

const PAYLOAD_BYTES = 256;
const SECONDS = 15;
const PUBLISHED_PER_SECOND = 20_000;
const READ_PER_SECOND = 2_000;
const READS_PER_SECOND = 20;
const SAMPLE_MS = 250;
const MB = 1e6;
/** More than that beside what it was before, and it is not the window that holds. */
const MAX_GROWTH_MB = 64;

export const slowReader: Scenario = {
  name: 'slow-reader',
  async run({ redis, say, scale }: Scene): Promise<ScenarioResult> {
    say('a slow reader of stdout');
    const relay = await PrintingRelay.start(redis, PAYLOAD_BYTES, 'pipe');
    try {
      const before = memory(relay.consumerPid).rssBytes;
      const stopReading = readSlowly(relay.stdout, (chunk) => relay.output.add(chunk));
      const steady = new SteadyLoad(relay.feed, PUBLISHED_PER_SECOND);
      let highest = before;
      for (let passed = 0; passed < SECONDS * 1e3 * scale; passed += SAMPLE_MS) {
        await setTimeout(SAMPLE_MS);
        highest = Math.max(highest, memory(relay.consumerPid).rssBytes);
      }
      steady.stop();
      const whileSlow = { published: relay.feed.sent, read: relay.output.highest };
      const { entries } = await outboxOf(relay.publisher);
      stopReading();
      relay.stdout.on('data', (chunk: Buffer) => relay.output.add(chunk)).resume();
      await arrived(relay.output, relay.feed.sent);
      const growthMb = (highest - before) / MB;
      const wrong = violationsOf(settled(relay.output.arrivals.account(), relay.feed.sent));
      return {
        name: 'slow-reader',
        title: 'A slow reader of stdout',
        text:
          `${PUBLISHED_PER_SECOND} messages of ${PAYLOAD_BYTES} B a second are published and ${READ_PER_SECOND} ` +
          'are read; then the rest is read at full speed, and every number checked.',
        head: ['', 'while it was slow'],
        rows: [
          ['published', `${whileSlow.published}`],
          ['read', `${whileSlow.read}`],
          ['unacknowledged: in the outbox of the publisher', `${entries}`],
          ['consumer, before, MB', (before / MB).toFixed(1)],
          ['consumer, highest, MB', (highest / MB).toFixed(1)],
        ],
        goals: [atMost('the consumer grows by', MAX_GROWTH_MB, growthMb, ' MB')],
        violations: wrong.map((violation) => `a slow reader: ${violation}`),
        data: { ...whileSlow, entries, before, highest },
      };
    } finally {
      await relay.stop();
    }
  },
};

/** Takes little at a time, and leaves the rest to whoever writes; gives what ends it. */
function readSlowly(stream: Readable, take: (chunk: Buffer) => void): () => void {
  stream.removeAllListeners('data');
  stream.pause();
  const bytes = Math.round(((PAYLOAD_BYTES + 1) * READ_PER_SECOND) / READS_PER_SECOND);
  // Only a stream with this listener can be read piece by piece.
  const wake = (): void => undefined;
  stream.on('readable', wake);
  const timer = setInterval(() => {
    const chunk = stream.read(bytes) as Buffer | null;
    if (chunk) take(chunk);
  }, 1_000 / READS_PER_SECOND);
  return () => {
    clearInterval(timer);
    stream.off('readable', wake);
  };
}
