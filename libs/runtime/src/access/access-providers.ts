import type { FactoryProvider } from '@nestjs/common';
import { Tokens, type TokenSettings } from './tokens.js';
import { Trust } from './trust.js';

/** What an app's module provides for those who ask whom to let see what: `Tokens` and `Trust`. */
export function accessProviders(
  config: TokenSettings & { readonly metricsPublic: boolean },
): FactoryProvider[] {
  return [
    { provide: Tokens, useFactory: () => new Tokens(config) },
    {
      provide: Trust,
      inject: [Tokens],
      useFactory: (tokens: Tokens) => new Trust(tokens, config.metricsPublic),
    },
  ];
}
