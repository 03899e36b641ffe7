/** How much of an HTTP server a client may take up. `docs/operations.md` says the same. */
export const HTTP_LIMITS = Object.freeze({
  /** Connections that are no WebSocket, or not yet. */
  httpConnections: 200,
  /** Those of them from one address. */
  httpConnectionsPerAddress: 50,
  /** Requests that are refused, by strangers, whoever they are; and how many at once. */
  refusalsPerSecond: 500,
  refusalsAtOnce: 1000,
  /** The same from one address. */
  refusalsPerSecondPerAddress: 50,
  refusalsAtOncePerAddress: 200,
  /** Addresses that are counted. */
  addresses: 10_000,
  /** Until TLS stands. */
  tlsHandshakeMs: 10_000,
  /** Until the headers of a request are there: as long as somebody may stay unknown. */
  headersMs: 10_000,
  /** Until a request is there as a whole. */
  requestMs: 30_000,
  /** Between two requests of a connection. */
  keepAliveMs: 5_000,
  /** In which nothing is read or written, within a request or an answer. */
  idleMs: 30_000,
  /** Headers of a request; those beyond are left out. */
  headers: 100,
  /** Bytes of them all, as Node has it. */
  headerBytes: 16_384,
});

export type HttpLimits = Readonly<Record<keyof typeof HTTP_LIMITS, number>>;

/** Names of the limits that are counted when they are reached. */
export const HTTP_LIMITS_COUNTED = [
  'http-connections',
  'http-connections-per-address',
  'http-time',
  'http-header-size',
  'refusals',
  'refusals-per-address',
] as const;

export type HttpLimit = (typeof HTTP_LIMITS_COUNTED)[number];
