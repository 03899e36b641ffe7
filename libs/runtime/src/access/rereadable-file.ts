import { type BigIntStats, readFileSync, statSync } from 'node:fs';

/** A file that changed so lately may change once more without its times showing it: clocks of files are coarse. */
const SETTLED_MS = 5_000;

/** The text of a file as it is now; it is read again only where it may have changed. */
export class RereadableFile {
  #stats: BigIntStats | undefined;
  #text = '';

  constructor(
    readonly path: string,
    private readonly readText = (path: string): string => readFileSync(path, 'utf8'),
  ) {}

  /**
   * @param now in milliseconds of the clock that files have
   * @throws Error of the system when it cannot be read
   */
  text(now = Date.now()): string {
    const stats = statSync(this.path, { bigint: true });
    if (this.#stats && isSame(stats, this.#stats)) return this.#text;
    this.#stats = undefined;
    this.#text = this.readText(this.path);
    if (now - Number(stats.ctimeMs) > SETTLED_MS) this.#stats = stats;
    return this.#text;
  }
}

function isSame(one: BigIntStats, other: BigIntStats): boolean {
  return (['dev', 'ino', 'size', 'mtimeNs', 'ctimeNs'] as const).every(
    (part) => one[part] === other[part],
  );
}
