import type * as z from 'zod';

/** One setting: where it comes from, what it may be and what it means. */
export interface Setting<T = unknown> {
  /** Checks and converts the text that the environment or a flag gave. */
  readonly schema: z.ZodType<T, string>;
  /** The text that stands in when nothing was given. */
  readonly default: string;
  /** What the setting does, for `--help` and the documents. */
  readonly meaning: string;
  /** What a valid value looks like, for error messages. */
  readonly expected: string;
  /** Further flags, each with the text of the setting that its value stands for. */
  readonly shortFlags?: Readonly<Record<string, ShortFlag>>;
  /** Keeps a value that may hold a secret out of every message. */
  readonly mask?: (value: string) => string;
  /** All of it is a secret: it is refused as a flag, since everybody on a machine sees the flags of its processes. */
  readonly isSecret?: boolean;
}

/** A short way to give a setting as a flag. */
export interface ShortFlag {
  readonly meaning: string;
  readonly toValue: (value: string) => string;
  /** Other flags that cannot be meant where this one is given, and why, with what was expected. */
  readonly notWith?: Readonly<Record<string, string>>;
}

/** Settings by the name of their environment variable, such as `CONSUMER_PORT`. */
export type Settings = Readonly<Record<string, Setting>>;

type CamelCase<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<CamelCase<Tail>>}`
  : Lowercase<S>;

/** The checked values of settings, under camel-case names: `CONSUMER_PORT` becomes `consumerPort`. */
export type ConfigOf<S extends Settings> = {
  readonly [Name in keyof S & string as CamelCase<Name>]: z.output<S[Name]['schema']>;
};

/** The name of a setting's flag: `--consumer-port` for `CONSUMER_PORT`. */
export function flagOf(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/** A short flag whose value is the setting's own. */
export function sameValue(meaning: string): ShortFlag {
  return { meaning, toValue: (value) => value };
}
