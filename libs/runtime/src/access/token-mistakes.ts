import { readFileSync } from 'node:fs';
import { fileMistakes } from './file-mistakes.js';
import { parseTokens, type TokenSettings } from './tokens.js';

/** What is wrong with the settings of the token together, and with its file; `setting` is its name. */
export function tokenMistakes(
  { relayToken, relayTokenFile }: TokenSettings,
  setting = 'RELAY_TOKEN',
): string[] {
  if (relayTokenFile === undefined) return [];
  if (relayToken !== undefined) {
    return [`${setting} and ${setting}_FILE set the same thing; give one of them`];
  }
  const mistakes = fileMistakes(`${setting}_FILE`, relayTokenFile);
  if (mistakes.length > 0) return mistakes;
  try {
    parseTokens(readFileSync(relayTokenFile, 'utf8'));
    return [];
  } catch (error) {
    return [
      `${setting}_FILE is ${JSON.stringify(relayTokenFile)}, which ${(error as Error).message}`,
    ];
  }
}
