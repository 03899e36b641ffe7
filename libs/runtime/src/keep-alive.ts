/** A WebSocket as `ws` has it, as far as it matters here. */
export interface PingableSocket {
  readonly isPaused: boolean;
  on(event: 'message' | 'ping' | 'pong' | 'close', listener: () => void): unknown;
  ping(): void;
  terminate(): void;
}

/** Judges the silence of a peer by the times that it is told. */
export interface Silence {
  /** How often `check` is due. */
  readonly intervalMs: number;
  heard(now: number): void;
  check(now: number): 'alive' | 'ask' | 'dead';
}

/**
 * Pings a peer that is silent, and ends the connection when it stays so: a half-open connection would
 * stand for ever. Whoever reads no further for now is not judged.
 */
export function keepAlive(socket: PingableSocket, silence: Silence, onDead: () => void): void {
  const heard = (): void => {
    silence.heard(performance.now());
  };
  for (const event of ['message', 'ping', 'pong'] as const) socket.on(event, heard);
  const timer = setInterval(() => {
    if (socket.isPaused) heard();
    const verdict = silence.check(performance.now());
    if (verdict === 'ask') socket.ping();
    if (verdict !== 'dead') return;
    onDead();
    socket.terminate();
  }, silence.intervalMs);
  socket.on('close', () => {
    clearInterval(timer);
  });
}
