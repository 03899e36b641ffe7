import { addressGroup, ConnectionCounts } from '@relay/runtime';
import { type Limit, LIMITS, type Limits, type LimitsReached } from '../limits.js';
import type { Refusal } from './admission.js';
import { TokenBucket } from './token-bucket.js';

type DoorLimits = Pick<Limits, 'maxConnections' | 'maxConnectionsPerAddress'>;

/** How many may knock, and how many may be inside: WebSockets in all and from each address. */
export class Doorway {
  readonly #knocks = new TokenBucket(LIMITS.handshakesPerSecond, LIMITS.handshakesAtOnce);
  /** The address that knocked last is the last. */
  readonly #knocksByGroup = new Map<string, TokenBucket>();
  readonly #inside: ConnectionCounts;

  constructor(
    private readonly limits: DoorLimits,
    private readonly reached: LimitsReached,
  ) {
    this.#inside = new ConnectionCounts(limits.maxConnections, limits.maxConnectionsPerAddress);
  }

  /** WebSockets that stand. */
  get connections(): number {
    return this.#inside.total;
  }

  /** Somebody asks; why it is too often, if so. */
  knock(address: string, now: number): Refusal | undefined {
    if (!this.#bucketOf(addressGroup(address)).tryTake(now)) {
      const rate = `${LIMITS.handshakesPerSecondPerAddress} a second from one address`;
      return this.#refuse('handshakes-per-address', 429, `Too many requests: ${rate}.`, 1);
    }
    if (!this.#knocks.tryTake(now)) {
      const rate = `${LIMITS.handshakesPerSecond} a second`;
      return this.#refuse('handshakes', 503, `Too many requests: ${rate}.`, 1);
    }
    return undefined;
  }

  /** Why there is no room for one more, if so. */
  lackOfRoomFor(address: string): Refusal | undefined {
    switch (this.#inside.lackFor(address)) {
      case undefined:
        return undefined;
      case 'in-all': {
        const sentence = `There are ${this.limits.maxConnections} connections, as many as MAX_CONNECTIONS allows.`;
        return this.#refuse('connections', 503, sentence, 10);
      }
      case 'per-address': {
        const { maxConnectionsPerAddress: max } = this.limits;
        const sentence = `There are ${max} connections from this address, as many as MAX_CONNECTIONS_PER_ADDRESS allows.`;
        return this.#refuse('connections-per-address', 429, sentence, 10);
      }
    }
  }

  /** Somebody comes in; whoever calls what comes back says that it has left. */
  enter(address: string): () => void {
    return this.#inside.add(address);
  }

  #refuse(limit: Limit, status: 429 | 503, message: string, retryAfterSeconds: number): Refusal {
    this.reached.add(limit);
    return { status, message, retryAfterSeconds };
  }

  /** Of too many addresses the one is forgotten that was silent for longest. */
  #bucketOf(group: string): TokenBucket {
    const bucket =
      this.#knocksByGroup.get(group) ??
      new TokenBucket(LIMITS.handshakesPerSecondPerAddress, LIMITS.handshakesAtOncePerAddress);
    this.#knocksByGroup.delete(group);
    this.#knocksByGroup.set(group, bucket);
    if (this.#knocksByGroup.size > LIMITS.addresses) {
      for (const oldest of this.#knocksByGroup.keys()) {
        this.#knocksByGroup.delete(oldest);
        break;
      }
    }
    return bucket;
  }
}
