/** Runs random histories of the delivery, on every core, for `--minutes`, from `--seed` if one is given. */
import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { positiveNumber, readFlags, seed as anySeed } from '@relay/testing';

/** As the worker tells it. */
interface BatchReport {
  readonly histories: number;
  readonly seen: readonly (readonly [string, number])[];
  readonly failure?: string;
}

const WORKER = fileURLToPath(new URL('../libs/delivery/simulation/worker.ts', import.meta.url));
const PROGRESS_INTERVAL_MS = 5_000;

const { minutes, seed } = readFlags('npx nx simulate delivery', {
  minutes: positiveNumber(1),
  seed: anySeed(),
});

const startedAt = performance.now();
const seen = new Map<string, number>();
let histories = 0;
const workers: ChildProcess[] = [];
const cores = availableParallelism();

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function progress(): void {
  const seconds = (performance.now() - startedAt) / 1000;
  const rate = Math.round(histories / seconds);
  say(`${Math.round(seconds)} s: ${histories} histories, ${rate} a second, no failure`);
}

function end(code: number): never {
  for (const worker of workers) worker.kill();
  process.exit(code);
}

function take({ histories: more, seen: seenInBatch, failure }: BatchReport): void {
  histories += more;
  for (const [what, count] of seenInBatch) seen.set(what, (seen.get(what) ?? 0) + count);
  if (failure === undefined) return;
  say(`\nafter ${histories} histories one fails; again with --seed=<its seed>:\n${failure}`);
  end(1);
}

say(`seed ${seed}, ${cores} processes, ${minutes} minutes`);
for (let core = 0; core < cores; core++) {
  const worker = fork(WORKER, [`--seed=${(seed + core) | 0}`, `--stride=${cores}`]);
  worker.on('message', (report) => take(report as BatchReport));
  worker.on('exit', (code) => {
    say(`a worker ended with ${code ?? 'a signal'}`);
    end(1);
  });
  workers.push(worker);
}
setInterval(progress, PROGRESS_INTERVAL_MS);
setTimeout(() => {
  progress();
  for (const [what, count] of [...seen].sort()) say(`  ${what}: ${count}`);
  for (const worker of workers) worker.removeAllListeners('exit');
  end(0);
}, minutes * 60_000);
