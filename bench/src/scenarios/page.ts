import { setTimeout } from 'node:timers/promises';
import { chromiumIsMissing, findChromium } from '@relay/testing';
import { settled, violations as violationsOf } from '../ends/arrivals.js';
import { arrived } from '../load/arriving.js';
import { SteadyLoad } from '../load/steady-load.js';
import { cpuSeconds } from '../pipeline/os-process.js';
import { atLeast, atMost } from '../report/goals.js';
import { PrintingRelay } from './printing-relay.js';
import type { Scenario, ScenarioResult, Scene } from './scenario.js';
import { type DrawnFrames, type PageMemory, WatchedPage } from './watched-page.js';

const PER_SECOND = 20_000;
const PAYLOAD_BYTES = 256;
const WATCHED_SECONDS = 60;
const ALONE_SECONDS = 20;
/** Until the relay runs evenly, and until the page has all the rows that it keeps. */
const WARM_UP_MS = 10_000;
const MB = 1e6;

/** What is seen with a viewer, and of the consumer without one. */
interface Seen {
  readonly frames: DrawnFrames;
  readonly before: PageMemory;
  readonly after: PageMemory;
  readonly words: string;
  /** CPU seconds a second. */
  readonly cpuAlone: number;
  readonly cpuWatched: number;
}

export const page: Scenario = {
  name: 'page',
  async run({ redis, say, scale }: Scene): Promise<ScenarioResult> {
    const browser = findChromium();
    if (browser === undefined) return notMeasured(say);
    const relay = await PrintingRelay.start(redis, PAYLOAD_BYTES, 'pipe');
    try {
      const steady = new SteadyLoad(relay.feed, PER_SECOND);
      const seen = await watch(relay, browser, say, scale);
      steady.stop();
      await arrived(relay.output, relay.feed.sent);
      const wrong = violationsOf(settled(relay.output.arrivals.account(), relay.feed.sent));
      return resultOf(seen, wrong, WATCHED_SECONDS * scale);
    } finally {
      await relay.stop();
    }
  },
};

async function watch(
  relay: PrintingRelay,
  browser: string,
  say: Scene['say'],
  scale: number,
): Promise<Seen> {
  say('the live page: nobody looks');
  await setTimeout(WARM_UP_MS * scale);
  const cpuAlone = await cpuDuring(relay.consumerPid, () =>
    setTimeout(ALONE_SECONDS * 1_000 * scale),
  );
  say('the live page: a browser looks');
  const watched = await WatchedPage.open(browser, `http://127.0.0.1:${relay.port}/`);
  try {
    await setTimeout(WARM_UP_MS);
    const before = await watched.memory();
    let frames: DrawnFrames | undefined;
    const cpuWatched = await cpuDuring(relay.consumerPid, async () => {
      frames = await watched.frames(WATCHED_SECONDS * scale);
    });
    if (frames === undefined) throw new Error('no frame was counted');
    const words = await watched.sampleWords();
    return { frames, before, after: await watched.memory(), words, cpuAlone, cpuWatched };
  } finally {
    await watched.close();
  }
}

function resultOf(seen: Seen, wrong: readonly string[], seconds: number): ScenarioResult {
  const { frames, before, after, words, cpuAlone, cpuWatched } = seen;
  const growth = (after.heapBytes - before.heapBytes) / MB;
  return {
    ...described,
    text:
      `A Chromium looks at the live page for ${seconds} s while ${PER_SECOND} messages of ${PAYLOAD_BYTES} B a ` +
      `second go through the relay as it is built; it shares the cores. The page said: “${words}”.`,
    head: ['', ''],
    rows: [
      ['frames a second', frames.perSecond.toFixed(1)],
      ['in the second with the fewest', `${frames.fewest}`],
      ['longest time between two, ms', frames.longestMs.toFixed(0)],
      ['heap of the page before, MB', (before.heapBytes / MB).toFixed(1)],
      ['after, MB', (after.heapBytes / MB).toFixed(1)],
      ['DOM nodes before', `${before.domNodes}`],
      ['after', `${after.domNodes}`],
      ['consumer, nobody looks, % of a core', (cpuAlone * 100).toFixed(1)],
      ['consumer, the page looks, % of a core', (cpuWatched * 100).toFixed(1)],
    ],
    goals: [
      atLeast('frames a second', 30, frames.perSecond, ''),
      atMost('the heap of the page grows by', 5, growth, ' MB'),
    ],
    violations: wrong.map((violation) => `the live page: ${violation}`),
    data: seen,
  };
}

function notMeasured(say: Scene['say']): ScenarioResult {
  const text = `The live page was not measured. ${chromiumIsMissing}`;
  say(text);
  return { ...described, text, head: [], rows: [], goals: [], violations: [], data: null };
}

const described = { name: 'page', title: 'The live page' } as const;

/** CPU seconds a second that a process uses until `work` is done. */
async function cpuDuring(pid: number, work: () => Promise<void>): Promise<number> {
  const before = cpuSeconds(pid);
  const startedAt = performance.now();
  await work();
  return (cpuSeconds(pid) - before) / ((performance.now() - startedAt) / 1_000);
}
