import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { CloseCode } from '@relay/contracts';
import type { WebSocket } from 'ws';
import { dismiss } from './reception.js';

/** A mistake of ours ends the connection, so that the publisher sends again; Nest would send it a frame that the protocol does not have. */
@Catch()
export class CloseOnError implements ExceptionFilter {
  readonly #logger = new Logger('reception');

  catch(error: unknown, host: ArgumentsHost): void {
    this.#logger.error(error);
    dismiss(host.switchToWs().getClient<WebSocket>(), CloseCode.internalError, 'internal error');
  }
}
