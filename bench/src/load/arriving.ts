/** What a load can see of the other end. */
export interface Arriving {
  /** The highest sequence number that has arrived (at every end, where there are several). */
  readonly highest: number;
  /** When that was reported, by `nowUs`. */
  readonly atUs: number;
  /** Called whenever `highest` may have changed; one listener. */
  onProgress: () => void;
}

/** Nothing arrived for too long. */
export class StalledError extends Error {
  override readonly name = 'StalledError';
}

const STALL_MS = 10_000;

/** Settles when `sequence` has arrived; rejects with StalledError when nothing new comes for 10 s. */
export function arrived(arriving: Arriving, sequence: number, stallMs = STALL_MS): Promise<void> {
  return new Promise((resolve, reject) => {
    const stalled = (): void => {
      end();
      const state = `${arriving.highest} of ${sequence} arrived, and nothing new for ${stallMs} ms`;
      reject(new StalledError(state));
    };
    let timer = setTimeout(stalled, stallMs);
    let seen = arriving.highest;
    const end = (): void => {
      clearTimeout(timer);
      arriving.onProgress = () => undefined;
    };
    const look = (): void => {
      if (arriving.highest >= sequence) {
        end();
        resolve();
        return;
      }
      if (arriving.highest === seen) return;
      seen = arriving.highest;
      clearTimeout(timer);
      timer = setTimeout(stalled, stallMs);
    };
    arriving.onProgress = look;
    look();
  });
}
