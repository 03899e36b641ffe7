/**
 * Attacks without end on a built consumer, and on a publisher: `main.ts [--minutes=10] [--seed=N] [--attackers=24]
 * [--max-mib=1024] [--only=NAME]`. Exits with 1 when the consumer ends, does not answer or takes too much
 * memory, when the publisher beside the attackers loses anything, or when less than half of the inputs get past
 * the handshake; the last inputs are kept then.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
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
const MAX_MIB = '1024';
const LOOK_MS = 1_000;
const SAY_EVERY = 15;
/** How many looks the honest consumer of the besieged publisher stays, and stays away. */
const DISTURB_EVERY = 5;
const EVIL_CONSUMERS = 60;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    attackers: { type: 'string', default: '24' },
    'max-mib': { type: 'string', default: MAX_MIB },
    only: { type: 'string', default: '' },
  },
});
const [minutes, seed, count, maxMiB] = [
  values.minutes,
  values.seed,
  values.attackers,
  values['max-mib'],
].map(Number);
const chosen = strategies.filter(({ name }) => name.includes(values.only));
if (!minutes || !count || !maxMiB || !Number.isInteger(seed) || chosen.length === 0) {
  process.stderr.write(
    'Usage: fuzz [--minutes=10] [--seed=N] [--attackers=24] [--max-mib=1024] [--only=NAME]\n',
  );
  process.exit(2);
}

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
  const folder = join(workspace, 'tmp', `fuzz-${String(seed)}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'inputs.txt'), tally.lastInputs);
  writeFileSync(join(folder, 'publisher-inputs.txt'), atPublisher.lastInputs);
  for (const [name, text] of [...arena.logs, ...siege.logs])
    writeFileSync(join(folder, `${name}.log`), text);
  return folder;
}

/** Looks after consumer and publisher until the time is over, or something is wrong. */
async function watch(): Promise<string[]> {
  const endsAt = startedAt + (minutes ?? 0) * 60_000;
  for (let looks = 1; performance.now() < endsAt && !isInterrupted; looks++) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const complaints = [
      ...attackers.findings,
      ...(await arena.complaints(maxMiB ?? 0)),
      ...siege.complaints(maxMiB ?? 0),
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
  Siege.start(atPublisher, seed ?? 0, EVIL_CONSUMERS),
]);
startedAt = performance.now(); // what counts is how long it is attacked
const firstMiB = arena.signs.memoryMiB();
const attackers = new Attackers(arena, tally, seed ?? 0);
const raging = attackers.rage(chosen, count);
const complaints = await watch();
attackers.stop();
await raging;
attackers.leave();
if (complaints.length === 0) {
  // a single strategy may be one that never gets there
  if (values.only === '') complaints.push(...tally.complaints, ...atPublisher.complaints);
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
