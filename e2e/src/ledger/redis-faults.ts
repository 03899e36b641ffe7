import { GapReason } from '@relay/contracts';
import { until } from '../stage.js';
import { type Allowance, type Fault, NOTHING_LOST, prove } from './fault.js';
import { isStopped } from './process-state.js';
import type { Scene } from './scene.js';

/** Far less than the publisher gives Redis for an answer. */
const MOMENT_MS = 1_000;

function mayMiss(reason: GapReason): Allowance {
  return { gaps: [reason], gapBegins: 'publisher', repeats: false };
}

/** Another process on the same port, which knows of no subscription. */
export const restartRedis: Fault = {
  name: 'restart Redis',
  strikes: 'redis',
  async strike(scene) {
    const runIdBefore = await runId(scene);
    const since = Date.now();
    await scene.redis.restart();
    const isAnother = (await runId(scene)) !== runIdBefore;
    await scene.watch.attach();
    return {
      proof: prove(isAnother, 'another run_id'),
      allows: mayMiss(GapReason.redisRestarted),
      recover: () => scene.subscribedSince(since),
    };
  },
};

/** As a crash, and it comes back only when the publisher has found out. */
export const crashRedis: Fault = {
  name: 'kill -9 Redis',
  strikes: 'redis',
  async strike(scene) {
    const linesBefore = scene.publisher.lines('stderr').length;
    const since = Date.now();
    await scene.redis.kill();
    await scene.publisher.waitForLine('stderr', 'not subscribed', linesBefore);
    return {
      proof: prove(!scene.redis.running, 'ended by SIGKILL'),
      allows: mayMiss(GapReason.redisRestarted),
      async recover() {
        await scene.redis.restart();
        await scene.watch.attach();
        await scene.subscribedSince(since);
      },
    };
  },
};

/** `CLIENT KILL`: Redis goes on, and what it publishes meanwhile nobody hears. */
export const cutSubscriber: Fault = {
  name: 'CLIENT KILL the publisher',
  strikes: 'redis',
  async strike(scene) {
    const since = Date.now();
    const struck = await scene.redis.cli('CLIENT', 'KILL', 'TYPE', 'pubsub');
    return {
      proof: prove(Number(struck) > 0, `${String(struck)} client killed`),
      allows: mayMiss(GapReason.redisConnectionLost),
      recover: () => scene.subscribedSince(since),
    };
  },
};

/** Shorter than anyone waits for an answer: what is published comes late, and all of it. */
export const freezeRedisShortly: Fault = {
  name: 'freeze Redis for a moment',
  strikes: 'redis',
  async strike(scene) {
    const linesBefore = scene.publisher.lines('stderr').length;
    scene.redis.freeze();
    await isStopped(scene.redis.pid);
    const unanswered = scene.published.last + 1;
    const frozenAt = performance.now();
    await until(() => performance.now() - frozenAt > MOMENT_MS);
    const { last, lastTaken } = scene.published;
    return {
      proof: prove(last > unanswered && lastTaken < unanswered, 'state T, PUBLISH not answered'),
      allows: NOTHING_LOST,
      async recover() {
        scene.redis.thaw();
        await until(() => scene.published.lastTaken >= last);
        const said = scene.publisher.lines('stderr').slice(linesBefore);
        if (said.some((line) => line.includes('not subscribed'))) {
          throw new Error('The publisher has given Redis up within a moment.');
        }
      },
    };
  },
};

/** Longer than the publisher waits for the answer to a PING. */
export const freezeRedis: Fault = {
  name: 'freeze Redis for long',
  strikes: 'redis',
  async strike(scene) {
    const linesBefore = scene.publisher.lines('stderr').length;
    const since = Date.now();
    scene.redis.freeze();
    await isStopped(scene.redis.pid);
    await scene.publisher.waitForLine('stderr', 'not subscribed', linesBefore);
    return {
      proof: 'state T, given up by the publisher',
      allows: mayMiss(GapReason.redisSilent),
      async recover() {
        scene.redis.thaw();
        await scene.subscribedSince(since);
      },
    };
  },
};

async function runId(scene: Scene): Promise<string | undefined> {
  const info = String(await scene.redis.cli('INFO', 'server'));
  return /^run_id:(\w+)/m.exec(info)?.[1];
}
