import { EventLog } from '../log/event-log.js';
import { RereadableFile } from './rereadable-file.js';
import { isOneOf } from './same-secret.js';

/** Where tokens such as those of `RELAY_TOKEN` and `RELAY_TOKEN_FILE` come from; the second wins. */
export interface TokenSettings {
  readonly relayToken?: readonly string[] | undefined;
  readonly relayTokenFile?: string | undefined;
}

/** What an `Authorization` header is worth; `unknown` while the file of the tokens cannot be read. */
export type TokenVerdict = 'accepted' | 'missing' | 'wrong' | 'unknown';

/**
 * The shared secrets of publisher and consumer. A file is looked at whenever they are needed, and read when it
 * has changed, so that a mounted secret may be exchanged.
 */
export class Tokens {
  readonly #settings: TokenSettings;
  readonly #log = new EventLog('access');
  readonly #file: RereadableFile | undefined;
  #lastProblem: string | undefined;

  /** @param setting the name of the setting that holds them; that of a file ends in `_FILE` */
  constructor(
    settings: TokenSettings,
    private readonly setting = 'RELAY_TOKEN',
  ) {
    this.#settings = settings;
    const { relayTokenFile } = settings;
    if (relayTokenFile !== undefined) this.#file = new RereadableFile(relayTokenFile);
  }

  /** Whether there is any token, or a file that is to hold one. */
  get areSet(): boolean {
    return this.#file !== undefined || (this.#settings.relayToken?.length ?? 0) > 0;
  }

  /** Every token that counts now; undefined while their file cannot be read or holds none. */
  read(): readonly string[] | undefined {
    if (!this.#file) return this.#settings.relayToken ?? [];
    try {
      const tokens = parseTokens(this.#file.text());
      this.#lastProblem = undefined;
      return tokens;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      this.#tell(this.#file.path, code ?? message);
      return undefined;
    }
  }

  /** Judges an `Authorization` header. Where no token is set none is right. */
  judge(authorization: string | undefined): TokenVerdict {
    const tokens = this.read();
    if (tokens === undefined) return 'unknown';
    if (authorization === undefined) return 'missing';
    const [, given] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
    return given !== undefined && isOneOf(given, tokens) ? 'accepted' : 'wrong';
  }

  #tell(file: string, problem: string): void {
    if (problem === this.#lastProblem) return;
    this.#lastProblem = problem;
    const sentence = `${this.setting}_FILE ${file}: ${problem}; nobody can connect with a token`;
    this.#log.error('token-file-unreadable', sentence, { file, problem });
  }
}

/**
 * Tokens out of text, separated by commas or ends of lines.
 *
 * @throws InvalidTokenError when there is none, or one that a header cannot carry; it shows none of them
 */
export function parseTokens(text: string): string[] {
  const tokens = text
    .split(/[,\r\n]/)
    .map((token) => token.trim())
    .filter((token) => token !== '');
  if (tokens.length === 0) throw new InvalidTokenError('holds no token');
  if (!tokens.every((token) => /^[\x21-\x7e]+$/.test(token))) {
    throw new InvalidTokenError('holds a token with characters other than printable ASCII');
  }
  return tokens;
}

export class InvalidTokenError extends Error {
  readonly kind = 'invalid-token';
  override readonly name = 'InvalidTokenError';
}
