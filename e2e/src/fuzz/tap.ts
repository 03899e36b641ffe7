import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { decodeFromPublisher } from '@relay/contracts';
import type { Victim } from './attack.js';
import { FrameReader } from './wire.js';

/** A line between a publisher and the consumer on which somebody listens, to know whom to imitate. */
export class Tap {
  /** Who said hello on this line. */
  readonly victim: Promise<Victim>;
  /** Connections of the publisher so far. */
  connections = 0;

  private constructor(
    private readonly server: Server,
    consumerPort: number,
  ) {
    this.victim = new Promise((resolve) => {
      server.on('connection', (socket) => {
        this.connections += 1;
        const onward = connect(consumerPort, '127.0.0.1');
        socket.pipe(onward).pipe(socket);
        for (const end of [socket, onward]) {
          end.on('error', () => undefined); // 'close' follows
          end.on('close', () => {
            socket.destroy();
            onward.destroy();
          });
        }
        let request = '';
        const reader = new FrameReader();
        const listen = (chunk: Buffer): void => {
          const end = request.indexOf('\r\n\r\n');
          if (end === -1) request += chunk.toString('latin1');
          const rest = end === -1 ? (request.split('\r\n\r\n')[1] ?? '') : chunk;
          const [hello] = reader.push(Buffer.from(rest as string, 'latin1'));
          if (hello === undefined) return;
          socket.off('data', listen);
          const frame = decodeFromPublisher(hello.payload);
          if (frame.event !== 'hello') return;
          const { publisher, process, outbox } = frame.data;
          resolve({ publisher, process, outbox: outbox.id });
        };
        socket.on('data', listen);
      });
    });
  }

  static async start(consumerPort: number): Promise<Tap> {
    const server = createServer();
    const tap = new Tap(server, consumerPort);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return tap;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  stop(): void {
    this.server.close();
  }
}
