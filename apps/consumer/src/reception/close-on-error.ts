import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { CloseCode } from '@relay/contracts';
import { EventLog } from '@relay/runtime';
import type { WebSocket } from 'ws';
import { dismiss } from './reception.js';

/** A mistake of ours ends the connection, so that the publisher sends again; Nest would send it a frame that the protocol does not have. */
@Catch()
export class CloseOnError implements ExceptionFilter {
  readonly #log = new EventLog('reception');

  catch(error: unknown, host: ArgumentsHost): void {
    this.#log.error('internal-error', 'a frame could not be taken in', { error });
    dismiss(host.switchToWs().getClient<WebSocket>(), CloseCode.internalError, 'internal error');
  }
}
