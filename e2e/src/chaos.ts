/**
 * Faults without end, mixed at random: `chaos.ts [--minutes=10] [--seed=N] [--consumers=1]`.
 * Exits with 1 when the ledger does not account for every number; what the apps said is kept then.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { positiveInteger, positiveNumber, readFlags, seed as anySeed } from '@relay/testing';
import { audit } from './ledger/audit.js';
import { plan, type Round } from './ledger/chaos-plan.js';
import { table } from './ledger/report.js';
import { Scene } from './ledger/scene.js';
import { strike, type Strike } from './ledger/strike.js';
import { workspace } from './stage.js';

/** A round that takes longer than this hangs. */
const ROUND_MAX_MS = 180_000;
const VIOLATIONS_SHOWN = 20;

const { minutes, seed, consumers } = readFlags('npx nx chaos e2e', {
  minutes: positiveNumber(10),
  seed: anySeed(),
  consumers: positiveInteger(1),
});

const startedAt = performance.now();
let isInterrupted = false;
process.once('SIGINT', () => (isInterrupted = true));
process.once('SIGTERM', () => (isInterrupted = true));

function say(text: string): void {
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  process.stdout.write(`${clock.padStart(6)}  ${text}\n`);
}

async function run(scene: Scene, { fault, second, seat, quiet }: Round): Promise<Strike[]> {
  const place = scene.seats[seat] ?? scene.firstSeat;
  const strikes: Strike[] = [];
  await scene.publishedMore(quiet);
  const outer = await strike(scene, fault, place, async () => {
    if (second) strikes.push(await strike(scene, second, place));
  });
  await scene.caughtUp();
  return [outer, ...strikes];
}

async function inTime<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${what} is not over after ${ROUND_MAX_MS / 1_000} s`));
    }, ROUND_MAX_MS);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

function nameOf({ fault, second, seat }: Round): string {
  const where = consumers === 1 ? '' : ` (consumer-${seat + 1})`;
  return `${fault.name}${second ? `, meanwhile ${second.name}` : ''}${where}`;
}

/** Gives what went against the promise. */
async function chaos(scene: Scene, minutes: number, seed: number): Promise<readonly string[]> {
  const strikes: Strike[] = [];
  const hung: string[] = [];
  const rounds = plan(seed, scene.seats.length);
  const endsAt = startedAt + minutes * 60_000;
  try {
    while (performance.now() < endsAt && !isInterrupted) {
      const round = rounds.next().value;
      say(nameOf(round));
      const struck = await inTime(run(scene, round), nameOf(round));
      strikes.push(...struck);
      const { published, seats } = scene;
      const proofs = struck.map(({ proof }) => proof).join(' | ');
      say(
        `    ${proofs}; up to ${Math.min(...seats.map(({ printed }) => printed.highest))} of ${published.last}`,
      );
    }
    await inTime(scene.finish(), 'the last number');
  } catch (error) {
    hung.push(String(error));
  }
  const balances = scene.seats.map(({ printed }) => audit(scene.published, printed, strikes));
  say(`seed ${seed}, ${strikes.length} faults struck:\n${counted(strikes).join('\n')}\n`);
  const proof = `${strikes.length} faults`;
  process.stdout.write(
    `${table(balances.map((balance) => ({ fault: balance.consumer, proof, balance })))}\n`,
  );
  return [...hung, ...balances.flatMap(({ violations }) => violations)];
}

function counted(strikes: readonly Strike[]): string[] {
  const times = new Map<string, number>();
  for (const { fault } of strikes) times.set(fault, (times.get(fault) ?? 0) + 1);
  return Array.from(times, ([fault, count]) => `${String(count).padStart(8)} × ${fault}`);
}

function keep(logs: ReadonlyMap<string, string>): string {
  const folder = join(workspace, 'tmp', `chaos-${seed}`);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of logs) writeFileSync(join(folder, `${name}.log`), text);
  return folder;
}

say(`${minutes} minutes, seed ${seed}`);
const scene = await Scene.start(consumers);
const violations = await chaos(scene, minutes, seed);
await scene.clear();
if (violations.length > 0) {
  process.stdout.write(`${violations.slice(0, VIOLATIONS_SHOWN).join('\n')}\n`);
  say(`${violations.length} violations; what the apps said is in ${keep(scene.logs)}`);
  process.exit(1);
}
say('every number is accounted for');
process.exit(0);
