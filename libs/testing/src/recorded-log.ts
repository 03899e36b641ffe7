import { EventEmitter, once } from 'node:events';

/** What Nest's `Logger` is told, once it was given to `Logger.overrideLogger`; nothing of it is printed. */
export class RecordedLog {
  /** The sentences, of every level from `log` on. */
  readonly lines: string[] = [];
  readonly #spoken = new EventEmitter();

  log(line: unknown): void {
    this.#record(line);
  }

  warn(line: unknown): void {
    this.#record(line);
  }

  error(line: unknown): void {
    this.#record(line);
  }

  /** The first line with this part, be it said already or to come. */
  async said(part: string): Promise<string> {
    for (;;) {
      const line = this.lines.find((candidate) => candidate.includes(part));
      if (line !== undefined) return line;
      await once(this.#spoken, 'line');
    }
  }

  #record(line: unknown): void {
    this.lines.push(String(line));
    this.#spoken.emit('line');
  }
}
