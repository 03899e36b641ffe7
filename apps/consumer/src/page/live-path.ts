import type { IncomingMessage } from 'node:http';
import { decodeFromPage, InvalidFrameError, LIVE_PATH, type PageFrame } from '@relay/contracts';
import { AddressRates, ConnectionCounts, HTTP_LIMITS, type Refusal } from '@relay/runtime';
import { type Limit, LIMITS, type LimitsReached } from '../limits.js';
import type { OtherPath } from '../reception/other-path.js';
import type { PageAccess } from './page-access.js';

/** The WebSocket of the page: who may connect, how many, and what they may say. */
export class LivePath implements OtherPath {
  readonly path = LIVE_PATH;
  readonly maxFrameBytes = LIMITS.viewerFrameBytes;
  /** Frames that were none of the page's. */
  invalidFrames = 0;
  readonly #rates = new AddressRates(
    { perSecond: LIMITS.viewerHandshakesPerSecond, atOnce: LIMITS.viewers },
    { perSecond: LIMITS.viewerHandshakesPerSecondPerAddress, atOnce: LIMITS.viewersPerAddress * 2 },
    HTTP_LIMITS.addresses,
  );
  readonly #inside = new ConnectionCounts(LIMITS.viewers, LIMITS.viewersPerAddress);

  constructor(
    private readonly access: PageAccess,
    private readonly reached: LimitsReached,
  ) {}

  refusalOfUpgrade(request: IncomingMessage): Refusal | undefined {
    return this.access.refusalOfUpgrade(request);
  }

  knock(address: string, now: number): Refusal | undefined {
    const lack = this.#rates.take(address, now);
    if (lack !== undefined) {
      this.reached.add('viewer-handshakes');
      const message = 'Pages connect too often.';
      return { status: lack === 'in-all' ? 503 : 429, message, retryAfterSeconds: 1 };
    }
    switch (this.#inside.lackFor(address)) {
      case undefined:
        return undefined;
      case 'in-all':
        return this.#refuse('viewers', 503, `${LIMITS.viewers} pages are connected`);
      case 'per-address': {
        const reason = `${LIMITS.viewersPerAddress} pages are connected from this address`;
        return this.#refuse('viewers-per-address', 429, reason);
      }
    }
  }

  enter(address: string): () => void {
    return this.#inside.add(address);
  }

  read(bytes: Buffer, isBinary: boolean): PageFrame {
    try {
      if (isBinary) throw new InvalidFrameError('a page sends text frames only');
      return decodeFromPage(bytes);
    } catch (error) {
      this.invalidFrames += 1;
      throw error;
    }
  }

  #refuse(limit: Limit, status: 429 | 503, reason: string): Refusal {
    this.reached.add(limit);
    return { status, message: `${reason}, as many as may be.`, retryAfterSeconds: 10 };
  }
}
