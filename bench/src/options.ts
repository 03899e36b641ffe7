import { parseArgs } from 'node:util';
import { MIN_PAYLOAD_BYTES } from './load/payload.js';
import { type Variant, variantNamed, variants } from './pipeline/variants.js';
import type { Durations } from './rounds/measure.js';
import { scenarios } from './scenarios/index.js';
import type { Scenario } from './scenarios/scenario.js';

export interface Options {
  readonly rounds: number;
  readonly sizes: readonly number[];
  readonly variants: readonly Variant[];
  readonly scenarios: readonly Scenario[];
  readonly durations: Durations;
  /** Of what scenarios do: 1, or less for a try. */
  readonly scale: number;
  readonly isProfile: boolean;
  /** Keep the report where it can be committed. */
  readonly isSaved: boolean;
}

/** Something that was asked for does not exist. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const help = `npx nx bench [--full] [options]

  --full             all sizes, variants and scenarios, more rounds
  --quick            a try: one short round, scenarios at a tenth
  --only=NAME,…      "rounds", or scenarios: ${scenarios.map(({ name }) => name).join(', ')}
  --sizes=B,…        payload bytes, each ${MIN_PAYLOAD_BYTES} or more (default 16,256,4096)
  --variants=NAME,…  ${variants.map(({ name }) => name).join(', ')}
  --rounds=N         how often each is measured (default 5, with --full 7)
  --seconds=S        how long throughput is measured each time (default 1, with --full 3);
                     latency half as long again
  --warm-up=N        messages one by one before latency is measured (default 100000)
  --profile          CPU profiles of the programs that node runs, one round
  --save             put the report into bench/results, to be committed, and not into tmp/bench
  --usage            this text
`;

const flags = {
  full: { type: 'boolean', default: false },
  quick: { type: 'boolean', default: false },
  only: { type: 'string' },
  sizes: { type: 'string' },
  variants: { type: 'string' },
  rounds: { type: 'string' },
  seconds: { type: 'string' },
  'warm-up': { type: 'string' },
  profile: { type: 'boolean', default: false },
  save: { type: 'boolean', default: false },
  usage: { type: 'boolean', short: 'h', default: false },
  help: { type: 'boolean', default: false },
} as const;

/**
 * @returns undefined when the help was asked for
 * @throws UsageError saying what was wrong and what was expected
 */
export function readOptions(argv: readonly string[]): Options | undefined {
  const given = parse(argv);
  if (given.help || given.usage) return undefined;
  const { full, quick, profile, save } = given;
  const only = listOf(given.only);
  const seconds = number('seconds', given.seconds, full ? 3 : quick ? 0.3 : 1, 0.1);
  return {
    rounds: wholeNumber('rounds', given.rounds, quick || profile ? 1 : full ? 7 : 5),
    sizes: only && !only.includes('rounds') ? [] : sizesOf(given.sizes),
    variants:
      listOf(given.variants)?.map(known) ?? variants.filter((each) => full || !each.isExtra),
    scenarios: only?.filter((name) => name !== 'rounds').map(scenario) ?? (full ? scenarios : []),
    durations: {
      warmUpSeconds: Math.min(1, seconds * 0.5),
      throughputSeconds: seconds,
      latencyWarmUpMessages: wholeNumber('warm-up', given['warm-up'], quick ? 100 : 100_000, 0),
      latencySeconds: seconds * 1.5,
      latencyPerSecond: 1_000,
    },
    scale: quick ? 0.1 : 1,
    isProfile: profile,
    isSaved: save,
  };
}

function parse(
  argv: readonly string[],
): ReturnType<typeof parseArgs<{ options: typeof flags }>>['values'] {
  try {
    return parseArgs({ args: [...argv], options: flags }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function listOf(text: string | undefined): string[] | undefined {
  return text?.split(',').map((item) => item.trim());
}

function sizesOf(text = '16,256,4096'): number[] {
  return text.split(',').map((size) => wholeNumber('sizes', size, NaN, MIN_PAYLOAD_BYTES));
}

function known(name: string): Variant {
  try {
    return variantNamed(name);
  } catch (error) {
    throw new UsageError(`--variants: ${(error as Error).message}`);
  }
}

function scenario(name: string): Scenario {
  const found = scenarios.find((each) => each.name === name);
  if (found) return found;
  const names = ['rounds', ...scenarios.map((each) => each.name)].join(', ');
  throw new UsageError(`--only: there is no ${name}; there are ${names}`);
}

function wholeNumber(flag: string, text: string | undefined, byDefault: number, min = 1): number {
  const value = number(flag, text, byDefault, min);
  if (Number.isInteger(value)) return value;
  throw new UsageError(`--${flag}: ${value} is not a whole number`);
}

export function number(
  flag: string,
  text: string | undefined,
  byDefault: number,
  min: number,
): number {
  const value = text === undefined ? byDefault : Number(text);
  if (text !== '' && value >= min && value < 1e9) return value;
  throw new UsageError(`--${flag}: ${text ?? ''} is not a number from ${min}`);
}
