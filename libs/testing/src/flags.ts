import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

/** A flag of a command of this workspace. */
export interface Flag<T> {
  readonly default: T;
  /** Gives undefined for what the flag may not be. */
  readonly parse: (text: string) => T | undefined;
  /** What it may be, for people. */
  readonly expected: string;
}

type Flags = Readonly<Record<string, Flag<number> | Flag<string>>>;
type Values<F extends Flags> = { readonly [Name in keyof F]: F[Name]['default'] };

/** Flags are not what they may be; the message says which, and what was expected. */
export class FlagError extends Error {
  readonly code = 'invalid-flags';
  override readonly name = 'FlagError';
}

/** Above 0, such as minutes. */
export function positiveNumber(byDefault: number): Flag<number> {
  const parse = (text: string): number | undefined => (Number(text) > 0 ? Number(text) : undefined);
  return { default: byDefault, parse, expected: 'a number above 0' };
}

/** Such as how many of something there are. */
export function positiveInteger(byDefault: number): Flag<number> {
  const parse = (text: string): number | undefined =>
    /^0*[1-9]\d*$/.test(text) ? Number(text) : undefined;
  return { default: byDefault, parse, expected: 'a whole number above 0' };
}

/** What chance begins with; by default another one each time. */
export function seed(): Flag<number> {
  const parse = (text: string): number | undefined =>
    /^-?\d+$/.test(text) ? Number(text) : undefined;
  return { default: randomInt(2 ** 31), parse, expected: 'a whole number' };
}

/** One of `choices`, or part of its name; by default nothing. */
export function partOf(choices: readonly string[]): Flag<string> {
  const parse = (text: string): string | undefined =>
    choices.some((choice) => choice.includes(text)) ? text : undefined;
  return {
    default: '',
    parse,
    expected: `part of one of ${choices.map((name) => JSON.stringify(name)).join(', ')}`,
  };
}

/**
 * Reads `--name=value` for each of the flags.
 *
 * @throws FlagError
 */
export function parseFlags<F extends Flags>(flags: F, argv: readonly string[]): Values<F> {
  const options = Object.fromEntries(
    Object.keys(flags).map((name) => [name, { type: 'string' } as const]),
  );
  const values = given(options, argv);
  return Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => {
      const text = values[name];
      const value = text === undefined ? flag.default : flag.parse(text);
      if (value !== undefined) return [name, value];
      throw new FlagError(`--${name} is ${JSON.stringify(text)}; expected ${flag.expected}`);
    }),
  ) as Values<F>;
}

/** As `parseFlags`, with the flags of this process; ends it with 2 where they are wrong, and says how to use it. */
export function readFlags<F extends Flags>(command: string, flags: F): Values<F> {
  try {
    return parseFlags(flags, process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    const all = Object.entries(flags).map(([name, flag]) => `[--${name}=${flag.default}]`);
    process.stderr.write(`${error.message}\nusage: ${[command, ...all].join(' ')}\n`);
    process.exit(2);
  }
}

function given(
  options: Record<string, { type: 'string' }>,
  argv: readonly string[],
): Record<string, string | undefined> {
  try {
    return parseArgs({ options, args: [...argv] }).values;
  } catch (cause) {
    throw new FlagError((cause as Error).message, { cause });
  }
}
