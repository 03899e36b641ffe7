import { AddressRates, HTTP_LIMITS, type Refusal } from '@relay/runtime';
import { LIMITS, type LimitsReached } from '../limits.js';

/** How often somebody may try to log in, with whatever token: a wrong one is not told apart before. */
export class LogInAttempts {
  readonly #rates = new AddressRates(
    { perSecond: LIMITS.logInsPerSecond, atOnce: LIMITS.logInsPerSecond },
    { perSecond: 1000 / LIMITS.logInIntervalMs, atOnce: LIMITS.logInsAtOncePerAddress },
    HTTP_LIMITS.addresses,
  );

  constructor(private readonly reached: LimitsReached) {}

  /** Somebody tries; why it is too often, if so. */
  refusalOf(address: string, now: number): Refusal | undefined {
    if (this.#rates.take(address, now) === undefined) return undefined;
    this.reached.add('log-ins');
    const retryAfterSeconds = LIMITS.logInIntervalMs / 1000;
    return {
      status: 429,
      message: `Too many attempts to log in: try again in ${retryAfterSeconds} seconds.`,
      retryAfterSeconds,
    };
  }
}
