import { EventLog, Tokens, type TokenSettings } from '@relay/runtime';

const ENOUGH_CHARACTERS = 16;

/** Warns of a token that can be guessed: nothing slows a right guess. `setting` is the name of its setting. */
export function warnOfShortTokens(settings: TokenSettings, setting = 'RELAY_TOKEN'): void {
  const tokens = new Tokens(settings, setting).read() ?? [];
  if (tokens.every(({ length }) => length >= ENOUGH_CHARACTERS)) return;
  const sentence = `${setting} holds a token of fewer than ${ENOUGH_CHARACTERS} characters, which can be guessed; openssl rand -hex 32 makes a long one`;
  new EventLog('access').warn('token-short', sentence, { setting });
}
