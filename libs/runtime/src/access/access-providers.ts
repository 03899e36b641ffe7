import type { IncomingMessage } from 'node:http';
import type { FactoryProvider, Type } from '@nestjs/common';
import type { HttpLimit } from '../bounds/http-limits.js';
import { Refusals } from './refusals.js';
import { Tokens, type TokenSettings } from './tokens.js';
import { Trust } from './trust.js';

/** How an app behind proxies knows who is who. */
export interface ProxyKnowledge {
  readonly addressOf?: (request: IncomingMessage) => string;
  readonly isProxy?: (address: string) => boolean;
}

/**
 * What an app's module provides for those who ask whom to let see what: `Tokens`, `Refusals` and `Trust`.
 *
 * @param reached the provider that counts how often limits are reached
 */
export function accessProviders(
  config: TokenSettings & { readonly metricsPublic: boolean },
  reached: Type<{ add(limit: HttpLimit): void }>,
  { addressOf, isProxy }: ProxyKnowledge = {},
): FactoryProvider[] {
  return [
    { provide: Tokens, useFactory: () => new Tokens(config) },
    {
      provide: Refusals,
      inject: [reached],
      useFactory: (limits: { add(limit: HttpLimit): void }) =>
        new Refusals({ onReached: (limit) => limits.add(limit), addressOf }),
    },
    {
      provide: Trust,
      inject: [Tokens, Refusals],
      useFactory: (tokens: Tokens, refusals: Refusals) =>
        new Trust(tokens, refusals, { isPublic: config.metricsPublic, isProxy }),
    },
  ];
}
