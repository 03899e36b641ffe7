import type { IncomingMessage } from 'node:http';

/** Whether a request with `Upgrade` asks for a WebSocket, and not for something else such as `h2c`. */
export function isForWebSocket({ headers }: IncomingMessage): boolean {
  const protocols = (headers.upgrade ?? '').split(',');
  return protocols.some((protocol) => protocol.trim().toLowerCase() === 'websocket');
}
