import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below those that systems give away by themselves (Linux from 32768, others from 49152): there it would soon be
 * somebody's, if only for a connection.
 */
const PORTS = { from: 20_000, before: 32_768 } as const;

/** A TCP port that nothing listens on at this moment; `wanted` if that one is free. */
export async function freePort(wanted = anyPort(), host = '127.0.0.1'): Promise<number> {
  let port = wanted;
  while (!(await isFree(port, host))) port = anyPort();
  return port;
}

function anyPort(): number {
  return randomInt(PORTS.from, PORTS.before);
}

async function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, host), 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  await once(server.close(), 'close');
  return true;
}
