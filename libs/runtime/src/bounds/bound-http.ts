import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { addressGroup } from './address-group.js';
import { type Caller, Callers } from './callers.js';
import { isForWebSocket } from './for-web-socket.js';
import { HTTP_LIMITS, type HttpLimit, type HttpLimits } from './http-limits.js';

/** How often it looks for requests that take too long; Node's default is every 30 s. */
const CHECK_INTERVAL_MS = 1_000;
/** A connection whose other end has gone without a word is found by TCP's own probes. */
const PROBE_AFTER_MS = 60_000;

export interface HttpBounds {
  /** Told each time that a client was cut off at a limit. */
  readonly onReached: (limit: HttpLimit) => void;
  /** Whether connections may become WebSockets, which are then counted elsewhere. */
  readonly hasUpgrades?: boolean;
  /** Addresses that stand for many clients, such as a proxy: each connection counts as one of its own. */
  readonly isExempt?: (address: string) => boolean;
  readonly limits?: Partial<HttpLimits>;
}

/** Bounds what clients may take up of an HTTP server. To be called before it listens. */
export function boundHttp(server: Server, bounds: HttpBounds): void {
  const limits = { ...HTTP_LIMITS, ...bounds.limits };
  server.headersTimeout = limits.headersMs;
  server.requestTimeout = limits.requestMs;
  server.keepAliveTimeout = limits.keepAliveMs;
  server.maxHeadersCount = limits.headers;
  server.setTimeout(limits.idleMs); // WebSockets lift it
  // an option of createServer, which Nest calls; Node reads it when the server begins to listen
  Object.assign(server, { connectionsCheckingInterval: CHECK_INTERVAL_MS });
  boundConnections(server, bounds, limits);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    answerError(error.code, socket, bounds.onReached);
  });
  // without a listener whoever fails here stays connected until idle
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ERR_TLS_HANDSHAKE_TIMEOUT') bounds.onReached('http-time');
    socket.destroy();
  });
}

/** One connection is known by the same address and port before and after TLS has taken it over. */
function boundConnections(
  server: Server,
  { onReached, hasUpgrades = false, isExempt = () => false }: HttpBounds,
  limits: HttpLimits,
): void {
  const callers = new Callers(limits.httpConnections, limits.httpConnectionsPerAddress);
  const open = new Map<string, Caller>();
  server.on('connection', (socket) => {
    const { remoteAddress: address } = socket;
    if (address === undefined) {
      socket.destroy(); // it has gone already
      return;
    }
    socket.setKeepAlive(true, PROBE_AFTER_MS);
    const key = keyOf(socket);
    const group = isExempt(address) ? key : addressGroup(address);
    const caller = { group, isAnswered: false, cut: () => socket.destroy() };
    const lack = callers.add(caller);
    if (lack) onReached(lack === 'in-all' ? 'http-connections' : 'http-connections-per-address');
    open.set(key, caller);
    socket.once('close', () => {
      callers.remove(caller);
      if (open.get(key) === caller) open.delete(key); // the port may be in use again
    });
  });
  server.on('request', ({ socket }, response) => {
    const caller = open.get(keyOf(socket));
    if (!caller) return;
    caller.isAnswered = true;
    response.once('close', () => {
      caller.isAnswered = false;
    });
  });
  // a listener makes Node hand over every request with `Upgrade`
  if (hasUpgrades) {
    server.on('upgrade', (request: IncomingMessage) => {
      const caller = open.get(keyOf(request.socket));
      if (caller && isForWebSocket(request)) callers.remove(caller);
    });
  }
  server.on('timeout', (socket: Socket) => {
    if (open.get(keyOf(socket))?.isAnswered) onReached('http-time');
    socket.destroy();
  });
}

function keyOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** As Node answers where nobody listens, and counted. */
function answerError(
  code: string | undefined,
  socket: Duplex,
  onReached: HttpBounds['onReached'],
): void {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') onReached('http-time');
  if (code === 'HPE_HEADER_OVERFLOW') onReached('http-header-size');
  const status =
    code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? '408 Request Timeout'
      : code === 'HPE_HEADER_OVERFLOW'
        ? '431 Request Header Fields Too Large'
        : '400 Bad Request';
  if (!socket.writable || code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
    socket.destroy(),
  );
}
