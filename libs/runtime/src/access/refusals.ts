import type { IncomingMessage } from 'node:http';
import { AddressRates } from '../bounds/address-rates.js';
import { HTTP_LIMITS, type HttpLimit } from '../bounds/http-limits.js';
import { EventLog } from '../log/event-log.js';
import { Tenfold } from '../log/tenfold.js';
import type { Metrics } from '../metrics/metrics.js';
import { Tally } from '../metrics/tally.js';
import type { Refusal } from './refusal.js';

const STATUSES = ['400', '401', '403', '404', '405', '429', '503'];

/** What a refusal is told of with. */
export interface RefusalOptions {
  /** Told each time that somebody is refused too often. */
  readonly onReached: (limit: HttpLimit) => void;
  /** Whom a request comes from; by default the other end of its connection. */
  readonly addressOf?: ((request: IncomingMessage) => string) | undefined;
}

/**
 * Every request that is refused, for a WebSocket or for anything else, goes through here: it is counted, told
 * at 1, 10, 100, … and, where strangers are too many, answered with less.
 */
export class Refusals {
  /** How many there were, by the HTTP status of the answer. */
  readonly byStatus = new Tally(STATUSES);
  readonly #rates = new AddressRates(
    { perSecond: HTTP_LIMITS.refusalsPerSecond, atOnce: HTTP_LIMITS.refusalsAtOnce },
    {
      perSecond: HTTP_LIMITS.refusalsPerSecondPerAddress,
      atOnce: HTTP_LIMITS.refusalsAtOncePerAddress,
    },
    HTTP_LIMITS.addresses,
  );
  readonly #told = new Map<number, { count: number; readonly tenfold: Tenfold }>();
  readonly #log = new EventLog('access');

  constructor(private readonly options: RefusalOptions) {}

  /** Whom a request comes from, as far as limits count by address. */
  addressOf(request: IncomingMessage): string {
    const { addressOf } = this.options;
    return addressOf ? addressOf(request) : (request.socket.remoteAddress ?? 'unknown');
  }

  /** Somebody is refused who may come in, but not now; gives what to answer. */
  refuse(request: IncomingMessage, refusal: Refusal): Refusal {
    const { status, message } = refusal;
    this.byStatus.add(String(status));
    const told = this.#told.get(status) ?? { count: 0, tenfold: new Tenfold() };
    this.#told.set(status, told);
    told.count += 1;
    if (told.tenfold.isDue(told.count)) {
      const from = this.addressOf(request);
      this.#log.warn(
        'connection-refused',
        `refused a connection from ${from} with HTTP ${status}, ${told.count} so far: ${message}`,
        { from, status, soFar: told.count },
      );
    }
    return refusal;
  }

  /** The same for somebody who may not come in at all: who is refused too often hears only that. */
  refuseStranger(request: IncomingMessage, refusal: Refusal): Refusal {
    return this.refuse(request, this.#lackFor(request) ?? refusal);
  }

  #lackFor(request: IncomingMessage): Refusal | undefined {
    switch (this.#rates.take(this.addressOf(request), performance.now())) {
      case undefined:
        return undefined;
      case 'per-address': {
        this.options.onReached('refusals-per-address');
        const rate = `${HTTP_LIMITS.refusalsPerSecondPerAddress} a second from one address`;
        return { status: 429, message: `Refused too often: ${rate}.`, retryAfterSeconds: 1 };
      }
      case 'in-all': {
        this.options.onReached('refusals');
        const rate = `${HTTP_LIMITS.refusalsPerSecond} a second`;
        return { status: 503, message: `Refused too often: ${rate}.`, retryAfterSeconds: 1 };
      }
    }
  }
}

/** Serves how many were refused. */
export function measureRefusals(metrics: Metrics, { byStatus }: Refusals): void {
  metrics.counter({
    name: 'relay_refused_connections_total',
    help: 'Requests that were refused, for a WebSocket or for what strangers may not see, by HTTP status.',
    labels: ['status'],
    read: () => Array.from(byStatus, ([status, count]) => [{ status }, count]),
  });
}
