import { Logger } from '@nestjs/common';

/** What an event is about, for programs: plain values, and an error as `error`. */
export type EventFields = Readonly<Record<string, unknown>>;

/**
 * Says what happened: a stable name for programs, a sentence for people, and what the sentence is about.
 * Every line that the apps log of their own goes through here; `docs/operations.md` lists the names.
 */
export class EventLog {
  readonly #logger: Logger;
  #isDebugging: boolean | undefined;

  /** @param context which part speaks */
  constructor(context: string) {
    this.#logger = new Logger(context);
  }

  /** Whether it is worth making a sentence for `debug`, as it was when first asked for. */
  get isDebugging(): boolean {
    return (this.#isDebugging ??= Logger.isLevelEnabled('debug'));
  }

  /** For whoever looks for a mistake: single frames. */
  debug(event: string, sentence: string, fields?: EventFields): void {
    this.#logger.debug(sentence, { event, ...fields });
  }

  /** The usual course of things. */
  info(event: string, sentence: string, fields?: EventFields): void {
    this.#logger.log(sentence, { event, ...fields });
  }

  /** Something went wrong; the app goes on and may recover by itself. */
  warn(event: string, sentence: string, fields?: EventFields): void {
    this.#logger.warn(sentence, { event, ...fields });
  }

  /** A loss, a mistake of ours, or something that needs a person. */
  error(event: string, sentence: string, fields?: EventFields): void {
    this.#logger.error(sentence, { event, ...fields });
  }
}
