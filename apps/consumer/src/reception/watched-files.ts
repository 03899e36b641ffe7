import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Says when files may have changed, however they were written. The folders are watched, not the files: a
 * file that is replaced by renaming, or a link that is turned elsewhere, is another file, which a watch of
 * the old one does not see. And since a watch sees neither the end of a chain of links nor what changes on a
 * network's file system, a clock asks as well.
 */
export class WatchedFiles {
  readonly #watchers: FSWatcher[] = [];
  readonly #clock: NodeJS.Timeout;

  /** @param onHint is told whether it was the clock; nothing may have changed */
  constructor(paths: readonly string[], onHint: (isClock: boolean) => void, intervalMs = 10_000) {
    this.#clock = setInterval(() => {
      onHint(true);
    }, intervalMs).unref();
    for (const folder of new Set(paths.map((path) => dirname(path)))) {
      const watcher = this.#watch(folder, () => {
        onHint(false);
      });
      if (watcher) this.#watchers.push(watcher);
    }
  }

  stop(): void {
    clearInterval(this.#clock);
    for (const watcher of this.#watchers) watcher.close();
  }

  /** Where there is no watch, as when the system allows no more of them, there is still the clock. */
  #watch(folder: string, onHint: () => void): FSWatcher | undefined {
    try {
      const watcher = watch(folder, { persistent: false }, onHint);
      watcher.on('error', () => {
        watcher.close();
      });
      return watcher;
    } catch {
      return undefined;
    }
  }
}
