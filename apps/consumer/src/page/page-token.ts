import type { TokenSettings } from '@relay/runtime';
import type { ConsumerConfig } from '../consumer.config.js';

/** Where the tokens that open the page come from, as `Tokens` has it. */
export function pageTokenOf(
  config: Partial<Pick<ConsumerConfig, 'pageToken' | 'pageTokenFile'>>,
): TokenSettings {
  return { relayToken: config.pageToken, relayTokenFile: config.pageTokenFile };
}
