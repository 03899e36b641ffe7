import { answerPings, limitOfError } from '@relay/runtime';
import { WebSocket } from 'ws';
import { LIMITS, type LimitsReached } from '../limits.js';

/**
 * The class of the WebSockets of a server (`new WebSocketServer({ WebSocket })`) that counts what ws would cut
 * in silence.
 *
 * @param closeMs how long the other side may take to agree that it is closed
 */
export function boundWebSocket(
  reached: LimitsReached,
  closeMs: number = LIMITS.closeMs,
): typeof WebSocket {
  class BoundWebSocket extends WebSocket {
    #closeTimer: NodeJS.Timeout | undefined;

    constructor(...parameters: ConstructorParameters<typeof WebSocket>) {
      super(...parameters);
      answerPings(this, () => {
        reached.add('unread-pongs');
      });
      this.on('error', (error) => {
        const limit = limitOfError(error);
        if (limit) reached.add(limit);
      });
      this.on('close', () => {
        clearTimeout(this.#closeTimer);
      });
    }

    override close(code?: number, reason?: string | Buffer): void {
      if (this.readyState === this.OPEN) {
        this.#closeTimer = setTimeout(() => {
          reached.add('close-time');
          this.terminate();
        }, closeMs);
      }
      super.close(code, reason);
    }
  }
  return BoundWebSocket as unknown as typeof WebSocket; // whose constructor takes a server's null, too
}
