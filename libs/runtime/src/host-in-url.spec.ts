import { expect, it } from '@jest/globals';
import { hostInUrl, localHostInUrl } from './host-in-url.js';

it.each([
  ['relay.example.com', 'relay.example.com'],
  ['10.0.0.1', '10.0.0.1'],
  ['0.0.0.0', '0.0.0.0'],
  ['::1', '[::1]'],
])('%s stands in a URL as %s', (host, inUrl) => {
  expect(hostInUrl(host)).toBe(inUrl);
});

it.each([
  ['0.0.0.0', 'localhost'],
  ['::', 'localhost'],
  ['::1', '[::1]'],
  ['10.0.0.1', '10.0.0.1'],
])('what listens on %s is opened as %s', (host, inUrl) => {
  expect(localHostInUrl(host)).toBe(inUrl);
});
