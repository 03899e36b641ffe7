import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Answers a request that would upgrade to something else than a WebSocket, such as `h2c`, as if it would not:
 * a server may ignore `Upgrade` (RFC 9110, section 7.8). Node has let go of the connection and reads no body
 * any more, so the connection ends with the answer.
 *
 * @returns whether it did; false if there is a body
 */
export function answerPlainly(server: Server, request: IncomingMessage, socket: Duplex): boolean {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  if (length !== '0' || encoding !== undefined) return false;
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  response.once('finish', () => {
    response.detachSocket(socket as Socket);
    (socket as Socket).destroySoon();
  });
  socket.on('error', () => socket.destroy());
  server.emit('request', request, response);
  return true;
}
