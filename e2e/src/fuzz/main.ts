/**
 * Attacks without end on a built consumer, and on a publisher: `main.ts [--minutes=10] [--seed=N] [--attackers=24]
 * [--max-mib=1024] [--only=NAME]`. Exits with 1 when the consumer ends, does not answer or takes too much
 * memory, when the publisher beside the attackers loses anything, or when less than half of the inputs get past
 * the handshake; the last inputs are kept then.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  partOf,
  positiveInteger,
  positiveNumber,
  readFlags,
  seed as anySeed,
} from '@relay/testing';
import { workspace } from '../stage.js';
import { Arena } from './arena.js';
import { Attackers } from './attackers.js';
import { Siege } from './siege.js';
import { strategies } from './strategies/index.js';
import { Tally } from './tally.js';

/*
 * What a consumer may take: 256 MiB may wait for its handlers, each attacker may have it hold a frame of
 * 12 MiB, and as much again is garbage before it is collected.
 */
const MAX_MIB = 1024;
const LOOK_MS = 1_000;
const SAY_EVERY = 15;
/** How many looks the honest consumer of the besieged publisher stays, and stays away. */
const DISTURB_EVERY = 5;
const EVIL_CONSUMERS = 60;

const {
  minutes,
  seed,
  attackers: count,
  'max-mib': maxMiB,
  only,
} = readFlags('npx nx fuzz consumer', {
  minutes: positiveNumber(10),
  seed: anySeed(),
  attackers: positiveInteger(24),
  'max-mib': positiveInteger(MAX_MIB),
  only: partOf(strategies.map(({ name }) => name)),
});
const chosen = strategies.filter(({ name }) => name.includes(only));

let startedAt = performance.now();
let isInterrupted = false;
process.once('SIGINT', () => (isInterrupted = true));
process.once('SIGTERM', () => (isInterrupted = true));

function say(text: string): void {
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  process.stdout.write(`${clock.padStart(6)}  ${text}\n`);
}

function keep(): string {
  const folder = join(workspace, 'tmp', `fuzz-${seed}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'inputs.txt'), tally.lastInputs);
  writeFileSync(join(folder, 'publisher-inputs.txt'), atPublisher.lastInputs);
  for (const [name, text] of [...arena.logs, ...siege.logs])
    writeFileSync(join(folder, `${name}.log`), text);
  return folder;
}

/** Looks after consumer and publisher until the time is over, or something is wrong. */
async function watch(): Promise<string[]> {
  const endsAt = startedAt + minutes * 60_000;
  for (let looks = 1; performance.now() < endsAt && !isInterrupted; looks++) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const complaints = [
      ...attackers.findings,
      ...(await arena.complaints(maxMiB)),
      ...siege.complaints(maxMiB),
    ];
    if (looks % DISTURB_EVERY === 0) await siege.disturb();
    if (looks % SAY_EVERY === 0) {
      const share = Math.round(100 * tally.sharePastHandshake);
      say(
        `${tally.total} inputs, ${share} % past the handshake; ${arena.handled} honest messages; ` +
          `${arena.signs.memoryMiB()} MiB, ${arena.signs.openFiles()} files`,
      );
    }
    if (complaints.length > 0) return complaints;
  }
  return [];
}

say(`${minutes} minutes, seed ${seed}, ${chosen.length} strategies, at most ${maxMiB} MiB`);
const tally = new Tally();
const atPublisher = new Tally();
const [arena, siege] = await Promise.all([
  Arena.start(),
  Siege.start(atPublisher, seed, EVIL_CONSUMERS),
]);
startedAt = performance.now(); // what counts is how long it is attacked
const firstMiB = arena.signs.memoryMiB();
const attackers = new Attackers(arena, tally, seed);
const raging = attackers.rage(chosen, count);
const complaints = await watch();
attackers.stop();
await raging;
attackers.leave();
if (complaints.length === 0) {
  // a single strategy may be one that never gets there
  if (only === '') complaints.push(...tally.complaints, ...atPublisher.complaints);
  complaints.push(...attackers.findings, ...(await arena.finish()), ...(await siege.finish()));
}
say(`what came of the attacks:\n${tally.outcomes}\n`);
process.stdout.write(`${tally.table()}\n\n`);
say(`what came of them at the publisher:\n${atPublisher.outcomes}\n`);
process.stdout.write(`${atPublisher.table()}\n\n`);
say(
  `seed ${seed}: ${tally.total} inputs, ${tally.pastHandshake} past the handshake; ` +
    `memory ${firstMiB} MiB at first, ${arena.signs.peakMiB} at most, ${arena.signs.memoryMiB()} now; ` +
    `${arena.handled} honest messages, ${arena.reconnects} reconnections of their publisher`,
);
say(
  `at the publisher: ${atPublisher.total} inputs, ${atPublisher.pastHandshake} past the handshake; ` +
    `memory ${siege.signs.peakMiB} MiB at most; ${siege.handled} messages of its honest consumer`,
);
if (complaints.length > 0) {
  const folder = keep();
  process.stdout.write(`${complaints.slice(0, 20).join('\n')}\n`);
  say(`the last inputs and what the apps said is in ${folder}`);
}
await Promise.all([arena.clear(), siege.clear()]);
process.exit(complaints.length > 0 ? 1 : 0);
