import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** A TCP port that nothing listens on at this moment; `wanted` if that one is free. */
export async function freePort(wanted = 0, host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  try {
    await once(server.listen(wanted, host), 'listening');
  } catch (error) {
    if (wanted === 0) throw error;
    return freePort(0, host);
  }
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}
