import { type CloseCode, closeReason } from '@relay/contracts';
import type { WebSocket } from 'ws';

const dismissed = new WeakSet<WebSocket>();

/** Closes a connection and hears nothing more from it: what came behind a violation is not to be trusted. */
export function dismiss(client: WebSocket, code: CloseCode, reason: string): void {
  dismissed.add(client);
  client.removeAllListeners('message');
  client.close(code, closeReason(reason));
}

/** Whether it was this side that closed it. */
export function wasDismissed(client: WebSocket): boolean {
  return dismissed.has(client);
}
