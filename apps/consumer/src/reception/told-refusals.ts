import type { CloseCode, Hello } from '@relay/contracts';

const MAX_REMEMBERED = 1000;

/**
 * Which processes of publishers were told of that may not come in, and why: each tries again and again, and is
 * worth one line.
 */
export class ToldRefusals {
  readonly #codes = new Map<string, CloseCode>();

  /** @returns whether it was told already */
  isTold({ process }: Hello, code: CloseCode): boolean {
    if (this.#codes.get(process) === code) return true;
    if (this.#codes.size === MAX_REMEMBERED) this.forget();
    this.#codes.set(process, code);
    return false;
  }

  /** Things have changed: a publisher came in. */
  forget(): void {
    this.#codes.clear();
  }
}
