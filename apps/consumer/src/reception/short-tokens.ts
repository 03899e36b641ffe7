import { EventLog, Tokens, type TokenSettings } from '@relay/runtime';

const ENOUGH_CHARACTERS = 16;

/** Warns of a token that can be guessed: nothing slows a right guess. `setting` names them; that of a file ends in `_FILE`. */
export function warnOfShortTokens(settings: TokenSettings, setting = 'RELAY_TOKEN'): void {
  const tokens = new Tokens(settings, setting).read() ?? [];
  if (tokens.every(({ length }) => length >= ENOUGH_CHARACTERS)) return;
  const source = settings.relayTokenFile === undefined ? setting : `${setting}_FILE`;
  const sentence = `${source} holds a token of fewer than ${ENOUGH_CHARACTERS} characters, which can be guessed; openssl rand -hex 32 makes a long one`;
  new EventLog('access').warn('token-short', sentence, { setting: source });
}
