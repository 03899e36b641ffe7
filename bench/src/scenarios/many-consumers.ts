import type { RedisServer } from '@relay/testing';
import { Pipeline } from '../pipeline/pipeline.js';
import { RELAY, variantNamed } from '../pipeline/variants.js';
import { type CpuPerMessage, measureThroughput } from '../rounds/measure.js';
import type { Scenario, ScenarioResult, Scene } from './scenario.js';

const NUMBERS = [1, 4, 16];
const PAYLOAD_BYTES = 256;
const DURATIONS = { warmUpSeconds: 1, throughputSeconds: 4 };

interface Outcome {
  readonly consumers: number;
  readonly perSecond: number;
  readonly cpuUs: CpuPerMessage;
  readonly violations: readonly string[];
}

export const manyConsumers: Scenario = {
  name: 'many-consumers',
  async run({ redis, say }: Scene): Promise<ScenarioResult> {
    const outcomes: Outcome[] = [];
    for (const consumers of NUMBERS) {
      say(`many consumers: ${consumers}`);
      outcomes.push(await withConsumers(redis, consumers));
    }
    const [alone] = outcomes;
    return {
      name: 'many-consumers',
      title: 'Many consumers',
      text:
        `One publisher, every message to each consumer, ${PAYLOAD_BYTES} B; all processes share the cores ` +
        'of this machine. What a further consumer costs is the CPU of the publisher above that with one, divided.',
      head: [
        'consumers',
        'messages/s',
        'publisher CPU µs a message',
        'for each further consumer, µs',
      ],
      rows: outcomes.map(({ consumers, perSecond, cpuUs }) => [
        `${consumers}`,
        Math.round(perSecond).toLocaleString('en-US'),
        cpuUs.publisher.toFixed(2),
        consumers === 1 || !alone
          ? '-'
          : ((cpuUs.publisher - alone.cpuUs.publisher) / (consumers - 1)).toFixed(2),
      ]),
      goals: [],
      violations: outcomes.flatMap(({ consumers, violations }) =>
        violations.map((violation) => `${consumers} consumers: ${violation}`),
      ),
      data: outcomes,
    };
  },
};

async function withConsumers(redis: RedisServer, consumers: number): Promise<Outcome> {
  const pipeline = await Pipeline.start(variantNamed(RELAY), {
    redis,
    consumers,
    payloadBytes: PAYLOAD_BYTES,
  });
  try {
    const { throughput, cpuUs } = await measureThroughput(pipeline, PAYLOAD_BYTES, DURATIONS);
    const violations = pipeline.violations();
    return { consumers, perSecond: throughput.perSecond, cpuUs, violations };
  } finally {
    await pipeline.stop();
  }
}
