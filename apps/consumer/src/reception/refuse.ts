import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Refusal } from '@relay/runtime';

/** Answers a request to become a WebSocket with an HTTP response, and ends its connection. */
export function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  const { status, message } = refusal;
  const head = Object.entries(headersOf(refusal)).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy()); // the other end may keep its half open
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${head.join('')}\r\n${bodyOf(message)}`,
  );
}

/** Answers any other request, and ends its connection. */
export function refuseRequest(response: ServerResponse, refusal: Refusal): void {
  response.writeHead(refusal.status, headersOf(refusal)).end(bodyOf(refusal.message));
}

function headersOf({ status, message, retryAfterSeconds }: Refusal): Record<string, string> {
  return {
    Connection: 'close',
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(bodyOf(message))),
    'X-Content-Type-Options': 'nosniff',
    ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
    ...(status === 401 && { 'WWW-Authenticate': 'Bearer realm="relay"' }),
  };
}

function bodyOf(message: string): string {
  return `${message}\n`;
}
