export { awkwardPayloads } from './awkward-payloads.js';
export { boundsOf, type DocumentedBounds } from './documented-bounds.js';
export { type Certificate, TestAuthority, TestFolder } from './certificates.js';
export {
  RecordedProcess,
  type Exit,
  type RecordedProcessOptions,
  type StreamName,
} from './child.js';
export { chromiumFlags, chromiumIsMissing, findChromium } from './chromium.js';
export {
  type Flag,
  FlagError,
  parseFlags,
  partOf,
  positiveInteger,
  positiveNumber,
  readFlags,
  seed,
} from './flags.js';
export { freePort } from './free-port.js';
export {
  MisbehavingProxy,
  type BlackHoleOptions,
  type ProxyTarget,
} from './misbehaving-proxy/misbehaving-proxy.js';
export { findNginx, nginxIsMissing, NginxServer } from './nginx-server.js';
export { RecordedLog } from './recorded-log.js';
export {
  findRedisServer,
  RedisServer,
  redisIsMissing,
  type RedisServerOptions,
} from './redis-server.js';
