import { parseArgs } from 'node:util';
import { holdsPassword } from './schemas.js';
import { type ConfigOf, flagOf, type Setting, type Settings } from './setting.js';

/** Every mistake in a configuration, by name. */
export class ConfigError extends Error {
  readonly code = 'invalid-config';
  override readonly name = 'ConfigError';

  constructor(readonly mistakes: readonly string[]) {
    super(mistakes.join('\n'));
  }
}

interface Given {
  readonly value: string;
  /** How the person gave it: `CONSUMER_PORT` or `--port`. */
  readonly by: string;
}

/** Gives what is wrong with settings together, by name. Those that are wrong on their own are undefined. */
export type Check<S extends Settings> = (config: {
  readonly [Name in keyof ConfigOf<S>]: ConfigOf<S>[Name] | undefined;
}) => string[];

/**
 * Reads settings from flags, else from the environment, else their defaults.
 * An empty environment variable counts as not given.
 *
 * @throws ConfigError with all mistakes at once.
 */
export function loadConfig<S extends Settings>(
  settings: S,
  env: Readonly<Record<string, string | undefined>>,
  argv: readonly string[],
  check: Check<S> = () => [],
): ConfigOf<S> {
  const mistakes: string[] = [];
  const flags = readFlags(settings, argv, mistakes);
  const entries = Object.entries(settings).map(([name, setting]) => {
    const fromEnv = env[name];
    const given = flags.get(name) ?? (fromEnv ? { value: fromEnv, by: name } : undefined);
    return [
      camelCase(name),
      valueOf(setting, given ?? { value: setting.default, by: name }, mistakes),
    ];
  });
  const config: unknown = Object.freeze(Object.fromEntries(entries));
  const together = check(config as Parameters<Check<S>>[0]);
  mistakes.push(...together.map((mistake) => asGiven(mistake, flags)));
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return config as ConfigOf<S>;
}

/** Calls the settings that flags gave by their flags. */
function asGiven(mistake: string, flags: ReadonlyMap<string, Given>): string {
  return mistake.replace(/\b[A-Z][A-Z_]+\b/g, (name) => flags.get(name)?.by ?? name);
}

function valueOf(setting: Setting, { value, by }: Given, mistakes: string[]): unknown {
  const result = setting.schema.safeParse(value);
  if (result.success) return result.data;
  const shown = setting.mask?.(value) ?? value;
  mistakes.push(`${by} is ${JSON.stringify(shown)}; expected ${setting.expected}`);
  return undefined;
}

/** The values that flags give, by the name of their setting. */
function readFlags(
  settings: Settings,
  argv: readonly string[],
  mistakes: string[],
): Map<string, Given> {
  const known = knownFlags(settings);
  const given = new Map<string, Given>();
  const options = Object.fromEntries(
    [...known.keys()].map((flag) => [flag, { type: 'string' as const }]),
  );
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'positional') {
      mistakes.push(
        `argument ${token.index + 1} is no flag; expected flags such as --name=value`, // it may be a secret
      );
    }
    if (token.kind !== 'option') continue;
    const flag = known.get(token.name);
    const by = `--${token.name}`;
    if (flag === undefined) {
      const expected = [...known].filter(([, { setting }]) => !setting.isSecret);
      mistakes.push(
        `unknown flag ${token.rawName}; expected one of ${expected.map(([name]) => `--${name}`).join(', ')}`,
      );
    } else if (flag.setting.isSecret) {
      mistakes.push(
        `${by} would show a secret to everybody on this machine; set ${flag.name} in the environment, or ${flag.name}_FILE`,
      );
    } else if (!token.value) {
      mistakes.push(`${by} has no value; expected ${flag.setting.expected}`);
    } else if (given.has(flag.name) && given.get(flag.name)?.by !== by) {
      mistakes.push(
        `${by} and ${given.get(flag.name)?.by ?? ''} set the same thing; give one of them`,
      );
    } else if (holdsPassword(token.value)) {
      mistakes.push(
        `${by} holds a password, which would show to everybody on this machine; set ${flag.name} in the environment`,
      );
    } else {
      given.set(flag.name, { value: flag.toValue(token.value), by });
    }
  }
  mistakes.push(...contradictions(known, given));
  return given;
}

/** Flags that are given together though one of them cannot be meant then. */
function contradictions(
  known: ReadonlyMap<string, KnownFlag>,
  given: ReadonlyMap<string, Given>,
): string[] {
  const flags = new Set([...given.values()].map(({ by }) => by));
  return [...known].flatMap(([flag, { notWith }]) =>
    Object.entries(notWith)
      .filter(([other]) => flags.has(`--${flag}`) && flags.has(`--${other}`))
      .map(([other, why]) => `--${flag} and --${other} are given together: ${why}`),
  );
}

interface KnownFlag {
  readonly name: string;
  readonly setting: Setting;
  readonly toValue: (value: string) => string;
  readonly notWith: Readonly<Record<string, string>>;
}

function knownFlags(settings: Settings): Map<string, KnownFlag> {
  const known = new Map<string, KnownFlag>();
  for (const [name, setting] of Object.entries(settings)) {
    known.set(flagOf(name), { name, setting, toValue: (value) => value, notWith: {} });
    for (const [flag, { toValue, notWith = {} }] of Object.entries(setting.shortFlags ?? {})) {
      known.set(flag, { name, setting, toValue, notWith });
    }
  }
  return known;
}

function camelCase(name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
