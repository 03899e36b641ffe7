/** Measures the relay beside the pipes that one would write without it. `npx nx bench --usage` says how. */
import { RedisServer } from '@relay/testing';
import { help, type Options, readOptions, UsageError } from './options.js';
import { endsWithUs } from './pipeline/ends-with-us.js';
import { describeMachine } from './report/machine.js';
import { reportFiles, shortSummary } from './report/report.js';
import { folderFor, writeReport } from './report/write-report.js';
import { runRounds } from './run-rounds.js';
import type { ScenarioResult } from './scenarios/scenario.js';

const TRY = 'it was a try (`--quick`): no figures to compare';

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function options(): Options {
  try {
    const read = readOptions(process.argv.slice(2));
    if (read) return read;
    say(help);
    process.exit(0);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${help}`);
    process.exit(2);
  }
}

/** @returns what went against the promise of the relay */
async function bench(chosen: Options, redis: RedisServer): Promise<readonly string[]> {
  const startedAt = new Date();
  const folder = folderFor('bench', chosen.isSaved, startedAt);
  const machine = await describeMachine(redis, startedAt);
  const { measurements, notes, failures } = await runRounds(chosen, redis, folder, say);
  const scenarios: ScenarioResult[] = [];
  for (const { run } of chosen.scenarios) {
    scenarios.push(await run({ redis, say, scale: chosen.scale }));
  }
  const files = reportFiles({
    machine,
    durations: chosen.durations,
    measurements,
    scenarios,
    notes: [...notes, ...failures, ...(chosen.scale < 1 ? [TRY] : [])],
  });
  const shown = writeReport(folder, files);
  if (measurements.length > 0) say(`\n${shortSummary(measurements)}`);
  for (const { title, goals } of scenarios) {
    for (const { what, goal, value, isMet } of goals) {
      say(`${title}: ${what}: ${value} (wanted ${goal})${isMet ? '' : ': missed'}`);
    }
  }
  say(`\nthe report${chosen.isProfile ? ', with profiles,' : ''} is in ${shown}`);
  return [
    ...failures,
    // Of each turn once, though its sizes all say so.
    ...new Set(
      measurements.flatMap(({ round, variant, violations }) =>
        violations.map((violation) => `${variant}, round ${round}: ${violation}`),
      ),
    ),
    ...scenarios.flatMap(({ violations }) => violations),
  ];
}

const chosen = options();
const redis = await RedisServer.start();
endsWithUs(redis.pid);
const violations = await bench(chosen, redis).finally(() => redis.stop());
for (const violation of violations) process.stderr.write(`${violation}\n`);
process.exit(violations.length > 0 ? 1 : 0);
