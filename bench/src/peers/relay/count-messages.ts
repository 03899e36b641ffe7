import { End } from '../../ends/end.js';

/** A handler such as a user writes it, in place of `PrintMessages`: counts, and checks each number. */
export class CountMessages {
  readonly #end = End.fromEnvironment();

  handle({ payload }: { readonly payload: Uint8Array }): void {
    this.#end.take(payload);
  }

  handleGap({ count }: { readonly count: number | null }): void {
    this.#end.gap(count);
  }
}
