import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { CloseCode } from '@relay/contracts';
import { EventLog } from '@relay/runtime';
import type { WebSocket } from 'ws';
import { dismiss } from './dismiss.js';

const log = new EventLog('reception');

/** A mistake of ours ends the connection, so that the publisher sends again. */
export function closeOnError(client: WebSocket, error: unknown): void {
  log.error('internal-error', 'a frame could not be taken in', { error });
  dismiss(client, CloseCode.internalError, 'internal error');
}

/** In place of Nest's own, which would send a frame that the protocol does not have. */
@Catch()
export class CloseOnError implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    closeOnError(host.switchToWs().getClient<WebSocket>(), error);
  }
}
