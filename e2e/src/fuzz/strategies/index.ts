import type { Strategy } from '../attack.js';
import { floodStrategies } from './floods.js';
import { frameStrategies } from './frames.js';
import { handshakeStrategies } from './handshakes.js';
import { httpStrategies } from './http.js';
import { pageStrategies } from './pages.js';
import { payloadStrategies } from './payloads.js';
import { sessionStrategies } from './sessions.js';

/** Everything that is tried against the consumer. */
export const strategies: readonly Strategy[] = [
  ...payloadStrategies,
  ...sessionStrategies,
  ...frameStrategies,
  ...handshakeStrategies,
  ...floodStrategies,
  ...httpStrategies,
  ...pageStrategies,
];
