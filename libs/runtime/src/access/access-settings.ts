import * as z from 'zod';
import { optionalText, yesOrNo } from '../config/schemas.js';
import type { Settings } from '../config/setting.js';
import { parseTokens } from './tokens.js';

/** Tokens as text, comma-separated; without any undefined. */
export const tokenList = z.string().transform((text, context) => {
  if (text === '') return undefined;
  try {
    return parseTokens(text);
  } catch (error) {
    context.addIssue((error as Error).message);
    return z.NEVER;
  }
});

/** The settings of every app that say who may connect, and who may see what. */
export const accessSettings = {
  RELAY_TOKEN: {
    schema: tokenList,
    default: '',
    meaning: 'the secret that publishers send and consumers ask for',
    expected:
      'printable ASCII; comma-separated for several: a consumer takes each, a publisher sends the first',
    mask: () => '***',
    isSecret: true,
  },
  RELAY_TOKEN_FILE: {
    schema: optionalText,
    default: '',
    meaning: 'a file that holds RELAY_TOKEN instead; it is read anew at each connection',
    expected: 'the path of a file that can be read',
  },
  METRICS_PUBLIC: {
    schema: yesOrNo,
    default: 'false',
    meaning: 'whether strangers may see /metrics and all of /health without a token',
    expected: 'true or false',
  },
} satisfies Settings;
