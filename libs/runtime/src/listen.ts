import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import { StartError } from './run-app.js';

/** Where an app is to listen. */
export interface Place {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** What sets the port, whatever else is set. */
  readonly portFlag: `--${string}`;
}

/** Why an app must not listen at an address, if so. */
export type Objection = (address: string) => string | undefined;

/**
 * Listens and gives the port.
 * A name with addresses of both kinds means its IPv4 one, which every client of `localhost` tries.
 *
 * @throws StartError with a sentence that tells what to do.
 */
export async function listen(
  app: INestApplication,
  place: Place,
  objectionTo: Objection = () => undefined,
): Promise<number> {
  const server = app.getHttpServer() as Server;
  const { host, port } = place;
  await app.init();
  try {
    const { address } = await lookup(host, { order: 'ipv4first' });
    const objection = objectionTo(address);
    if (objection !== undefined) throw new StartError(objection);
    await once(server.listen(port, address), 'listening');
  } catch (cause) {
    if (cause instanceof StartError) throw cause;
    throw new StartError(sentence(place, (cause as NodeJS.ErrnoException).code), { cause });
  }
  return (server.address() as AddressInfo).port;
}

/** Takes no new connections; those that stand go on. */
export function stopListening(app: INestApplication): void {
  (app.getHttpServer() as Server).close();
}

/** Ends the requests that are not finished, which `close` would wait for; WebSockets are not among them. */
export function closeRequests(app: INestApplication): void {
  (app.getHttpServer() as HttpServer).closeAllConnections();
}

function sentence({ host, port, portFlag }: Place, code = 'unknown error'): string {
  if (code === 'EADDRINUSE') {
    return `Port ${port} on ${host} is taken: end what listens there, or choose another with ${portFlag}.`;
  }
  return `Cannot listen on ${host}:${port} (${code}): choose another address or port.`;
}
