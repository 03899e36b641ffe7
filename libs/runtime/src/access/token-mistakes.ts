import { readFileSync } from 'node:fs';
import { fileMistakes } from './file-mistakes.js';
import { parseTokens, type TokenSettings } from './tokens.js';

/** What is wrong with the settings of the token together, and with its file. */
export function tokenMistakes({ relayToken, relayTokenFile }: TokenSettings): string[] {
  if (relayTokenFile === undefined) return [];
  if (relayToken !== undefined) {
    return ['RELAY_TOKEN and RELAY_TOKEN_FILE set the same thing; give one of them'];
  }
  const mistakes = fileMistakes('RELAY_TOKEN_FILE', relayTokenFile);
  if (mistakes.length > 0) return mistakes;
  try {
    parseTokens(readFileSync(relayTokenFile, 'utf8'));
    return [];
  } catch (error) {
    return [
      `RELAY_TOKEN_FILE is ${JSON.stringify(relayTokenFile)}, which ${(error as Error).message}`,
    ];
  }
}
