import { flagOf, type Settings } from './setting.js';

/** What `--help` prints: every setting with its flags, its default and its meaning. */
export function helpText(app: string, settings: Settings): string {
  const lines = Object.entries(settings).flatMap(([name, setting]) => [
    `  ${setting.isSecret ? 'not as a flag' : `--${flagOf(name)}=…`}  (${name}, default ${setting.default || 'none'})`,
    `      ${setting.meaning}: ${setting.expected}`,
    ...Object.entries(setting.shortFlags ?? {}).map(
      ([flag, { meaning }]) => `      --${flag}=…  ${meaning}`,
    ),
  ]);
  return [
    `Usage: node main.js [--name=value …]`,
    '',
    `Settings of the ${app}, as flags or from the environment (flags win):`,
    '',
    ...lines,
    '',
  ].join('\n');
}
