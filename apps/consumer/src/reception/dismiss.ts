import { type CloseCode, closeReason } from '@relay/contracts';
import type { WebSocket } from 'ws';

/** Closes a connection and hears nothing more from it: what came behind a violation is not to be trusted. */
export function dismiss(client: WebSocket, code: CloseCode, reason: string): void {
  client.removeAllListeners('message');
  client.close(code, closeReason(reason));
}
