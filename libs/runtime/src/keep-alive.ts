/** A WebSocket as `ws` has it, as far as it matters here. */
export interface PingableSocket {
  readonly isPaused: boolean;
  on(event: 'close', listener: () => void): unknown;
  ping(): void;
  terminate(): void;
}

/** What counts the bytes that came: the socket under a WebSocket. */
export interface Transport {
  readonly bytesRead: number;
}

/** Judges the silence of a peer by the times that it is told. */
export interface Silence {
  /** How often `check` is due. */
  readonly intervalMs: number;
  heard(now: number): void;
  check(now: number): 'ask' | 'dead';
}

/**
 * Pings a peer, and ends the connection when nothing at all comes from it any more: a half-open connection
 * would stand for ever. Every byte is a sign of life: on a slow line a single frame may take minutes, and
 * the answer to a ping waits behind it. Whoever reads no further for now is not judged.
 */
export function keepAlive(
  socket: PingableSocket,
  transport: Transport,
  silence: Silence,
  onDead: () => void,
): void {
  let { bytesRead } = transport;
  const timer = setInterval(() => {
    const now = performance.now();
    if (socket.isPaused || transport.bytesRead !== bytesRead) silence.heard(now);
    ({ bytesRead } = transport);
    if (silence.check(now) === 'ask') {
      socket.ping();
      return;
    }
    onDead();
    socket.terminate();
  }, silence.intervalMs);
  socket.on('close', () => {
    clearInterval(timer);
  });
}
