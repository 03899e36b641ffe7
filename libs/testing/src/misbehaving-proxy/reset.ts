import type { Socket } from 'node:net';

/** Ends a connection as a failure does. */
export function reset(socket: Socket): void {
  if (socket.destroyed) return;
  // While it says that it has ended, it cannot be reset.
  if (socket.writableEnded && !socket.writableFinished) socket.once('finish', () => reset(socket));
  else socket.resetAndDestroy();
}
