import type { WebSocket } from 'ws';
import { LIMITS, type LimitsReached } from '../limits.js';

/** Who looks at the page: each frame is encoded once for all of them, and waits for none. */
export class Viewers {
  /** Frames that viewers did not get because they had not read those before. */
  skipped = 0;
  /** Since when each leaves unread what it was sent; undefined: it reads. */
  readonly #unreadSince = new Map<WebSocket, number | undefined>();

  constructor(private readonly reached: LimitsReached) {}

  get count(): number {
    return this.#unreadSince.size;
  }

  add(viewer: WebSocket): void {
    this.#unreadSince.set(viewer, undefined);
  }

  remove(viewer: WebSocket): void {
    this.#unreadSince.delete(viewer);
  }

  /**
   * Sends a frame to all; one that does not read is left out, and cut off when it goes on like that.
   *
   * @returns whether nobody was left out
   */
  send(text: string, now: number): boolean {
    const skippedBefore = this.skipped;
    const frame = Buffer.from(text);
    for (const [viewer, unreadSince] of this.#unreadSince) {
      if (viewer.bufferedAmount <= LIMITS.viewerUnreadBytes) {
        viewer.send(frame, { binary: false });
        this.#unreadSince.set(viewer, undefined);
        continue;
      }
      this.skipped += 1;
      this.#unreadSince.set(viewer, unreadSince ?? now);
      if (now - (unreadSince ?? now) < LIMITS.viewerUnreadMs) continue;
      this.reached.add('viewer-unread');
      viewer.terminate();
    }
    return this.skipped === skippedBefore;
  }
}
