import { expect, it } from '@jest/globals';
import { consumerLabels } from './consumer-labels.js';

it('calls a consumer what its URL is', () => {
  expect(consumerLabels(['ws://a/relay', 'ws://b/relay'])).toEqual([
    'ws://a/relay',
    'ws://b/relay',
  ]);
});

it('tells those apart that differ in their secrets alone', () => {
  expect(consumerLabels(['ws://a/relay?***', 'ws://b/relay', 'ws://a/relay?***'])).toEqual([
    'ws://a/relay?***',
    'ws://b/relay',
    'ws://a/relay?*** #2',
  ]);
});
