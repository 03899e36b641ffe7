import type { RedisServer } from '@relay/testing';
import { blast } from '../load/blast.js';
import { closedWindow, windowFor } from '../load/closed-window.js';
import { nowUs } from '../load/payload.js';
import { SteadyLoad } from '../load/steady-load.js';
import { Pipeline } from '../pipeline/pipeline.js';
import { RELAY, type Variant, variants } from '../pipeline/variants.js';
import { atMost } from '../report/goals.js';
import type { Scenario, ScenarioResult, Scene } from './scenario.js';
import { SubscriberWatch } from './subscriber-watch.js';

const MESSAGES = 1_000_000;
const PAYLOAD_BYTES = 256;
/** Whoever is overloaded has been running for a while. */
const WARM_UP_SECONDS = 1;
/** Afterwards, to see that delivery goes on. */
const AFTERWARDS_PER_SECOND = 1_000;
const GOES_ON_WITHIN_MS = 20_000;
const QUIET_MS = 1_500;

interface Outcome {
  readonly variant: string;
  readonly sent: number;
  readonly blastSeconds: number;
  readonly arrived: number;
  readonly lostAnnounced: number;
  readonly lostSilently: number;
  readonly doubled: number;
  readonly disordered: number;
  readonly cuts: number;
  /** From a cut until Redis has a subscriber again; null: never. */
  readonly backMs: number | null;
  /** The longest time without anything arriving; null: nothing arrived at the end. */
  readonly longestPauseMs: number | null;
}

export const overload: Scenario = {
  name: 'overload',
  async run(scene: Scene): Promise<ScenarioResult> {
    const outcomes: Outcome[] = [];
    for (const variant of variants) {
      if (!variant.publisher || variant.isExtra || variant.missing?.() !== undefined) continue;
      scene.say(`overload: ${variant.name}`);
      outcomes.push(await overloaded(variant, scene.redis, Math.round(MESSAGES * scene.scale)));
    }
    return result(outcomes);
  },
};

async function overloaded(variant: Variant, redis: RedisServer, count: number): Promise<Outcome> {
  const pipeline = await Pipeline.start(variant, { redis, payloadBytes: PAYLOAD_BYTES });
  const watch = await SubscriberWatch.start(redis);
  const { feed, ends } = pipeline;
  const pauses = new Pauses();
  try {
    await closedWindow(feed, ends, { seconds: WARM_UP_SECONDS, window: windowFor(PAYLOAD_BYTES) });
    const before = feed.sent;
    const startUs = nowUs();
    ends.onProgress = () => pauses.note(ends.atUs);
    pauses.note(startUs);
    await blast(feed, count);
    const blastSeconds = (nowUs() - startUs) / 1e6;
    const steady = new SteadyLoad(feed, AFTERWARDS_PER_SECOND);
    const goesOn = await within(GOES_ON_WITHIN_MS, () => ends.highest > before + count);
    steady.stop();
    await ends.quietFor(QUIET_MS);
    const [account] = ends.accounts(feed.sent);
    if (!account) throw new Error('a pipeline without an end');
    const cut = watch.cutsUs.at(-1);
    const back = watch.returnsUs.find((at) => cut !== undefined && at >= cut);
    return {
      variant: variant.name,
      sent: feed.sent - before,
      blastSeconds,
      arrived: account.handled - before,
      lostAnnounced: account.lostAnnounced,
      lostSilently: account.lostSilently,
      doubled: account.doubled,
      disordered: account.disordered,
      cuts: watch.cutsUs.length,
      backMs: cut === undefined || back === undefined ? null : (back - cut) / 1e3,
      longestPauseMs: goesOn ? pauses.longestUs / 1e3 : null,
    };
  } finally {
    watch.stop();
    await pipeline.stop();
  }
}

/** The longest time between two of the times that it is told. */
class Pauses {
  longestUs = 0;
  #lastUs: number | undefined;

  note(atUs: number): void {
    this.longestUs = Math.max(this.longestUs, atUs - (this.#lastUs ?? atUs));
    this.#lastUs = atUs;
  }
}

function within(ms: number, isSo: () => boolean): Promise<boolean> {
  const deadline = nowUs() + ms * 1e3;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (!isSo() && nowUs() < deadline) return;
      clearInterval(timer);
      resolve(isSo());
    }, 10);
  });
}

function result(outcomes: readonly Outcome[]): ScenarioResult {
  const relay = outcomes.find(({ variant }) => variant === RELAY);
  const broken =
    relay && relay.lostSilently + relay.doubled + relay.disordered > 0
      ? [
          `the relay under overload: ${relay.lostSilently} lost silently, ` +
            `${relay.doubled} doubled, ${relay.disordered} out of order`,
        ]
      : [];
  return {
    name: 'overload',
    title: 'Overload',
    text:
      `A pipelining client publishes ${PAYLOAD_BYTES} B messages as fast as Redis takes them, then ` +
      `${AFTERWARDS_PER_SECOND} a second until some of those arrive. Redis cuts a subscriber that is ` +
      '32 MB behind; lost *announced* is what a gap told of.',
    head: [
      ...['', 'published', 'in s', 'arrived', 'lost, announced', 'lost, silent'],
      ...['cuts by Redis', 'subscribed again after ms', 'longest pause, ms'],
    ],
    rows: outcomes.map((each) => [
      each.variant,
      `${each.sent}`,
      each.blastSeconds.toFixed(2),
      `${each.arrived}`,
      `${each.lostAnnounced}`,
      `${each.lostSilently}`,
      `${each.cuts}`,
      each.backMs === null ? '-' : each.backMs.toFixed(0),
      each.longestPauseMs === null ? 'for ever' : each.longestPauseMs.toFixed(0),
    ]),
    goals: relay
      ? [
          atMost('lost silently', 0, relay.lostSilently, ''),
          atMost('longest pause of delivery', 1_000, relay.longestPauseMs ?? Infinity, ' ms'),
        ]
      : [],
    violations: broken,
    data: outcomes,
  };
}
