import { AddressRates, ConnectionCounts, HTTP_LIMITS, type Refusal } from '@relay/runtime';
import { type Limit, LIMITS, type Limits, type LimitsReached } from '../limits.js';

type DoorLimits = Pick<Limits, 'maxConnections' | 'maxConnectionsPerAddress'>;

/** How often those who may come in may do so, and how many may be inside: WebSockets in all and from each address. */
export class Doorway {
  readonly #rates = new AddressRates(
    { perSecond: LIMITS.handshakesPerSecond, atOnce: LIMITS.handshakesAtOnce },
    {
      perSecond: LIMITS.handshakesPerSecondPerAddress,
      atOnce: LIMITS.handshakesAtOncePerAddress,
    },
    HTTP_LIMITS.addresses,
  );
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

  /** Somebody may come in; why not now, if so. */
  knock(address: string, now: number): Refusal | undefined {
    return this.#tooOften(address, now) ?? this.#lackOfRoomFor(address);
  }

  /** Somebody comes in; whoever calls what comes back says that it has left. */
  enter(address: string): () => void {
    return this.#inside.add(address);
  }

  #tooOften(address: string, now: number): Refusal | undefined {
    switch (this.#rates.take(address, now)) {
      case undefined:
        return undefined;
      case 'per-address': {
        const rate = `${LIMITS.handshakesPerSecondPerAddress} a second from one address`;
        return this.#refuse('handshakes-per-address', 429, `Too many requests: ${rate}.`, 1);
      }
      case 'in-all': {
        const rate = `${LIMITS.handshakesPerSecond} a second`;
        return this.#refuse('handshakes', 503, `Too many requests: ${rate}.`, 1);
      }
    }
  }

  #lackOfRoomFor(address: string): Refusal | undefined {
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

  #refuse(limit: Limit, status: 429 | 503, message: string, retryAfterSeconds: number): Refusal {
    this.reached.add(limit);
    return { status, message, retryAfterSeconds };
  }
}
