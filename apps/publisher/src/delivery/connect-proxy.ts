import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';

/** For specs: an HTTP proxy that does CONNECT, to 127.0.0.1 whatever host is asked for. */
export class ConnectProxy {
  /** The hosts and ports that were asked for. */
  readonly asked: string[] = [];
  /** What came along as `Proxy-Authorization`. */
  readonly credentials: (string | undefined)[] = [];
  /** Answers everybody with this HTTP status, if set; 0 answers nobody. */
  refusal: number | undefined;
  readonly #events = new EventEmitter();
  readonly #sockets = new Set<Duplex>();

  private constructor(private readonly server: Server) {
    server.on('connect', (request: IncomingMessage, socket: Duplex) => {
      this.#onConnect(request, socket);
    });
  }

  static async start(): Promise<ConnectProxy> {
    const server = createServer((_, response) => response.writeHead(405).end());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new ConnectProxy(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Waits until it was asked. */
  async wasAsked(): Promise<Duplex> {
    const [socket] = (await once(this.#events, 'asked')) as [Duplex];
    return socket;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #onConnect(request: IncomingMessage, socket: Duplex): void {
    this.asked.push(request.url ?? '');
    this.credentials.push(request.headers['proxy-authorization']);
    this.#keep(socket);
    this.#events.emit('asked', socket);
    if (this.refusal === 0) return;
    if (this.refusal !== undefined) {
      socket.end(`HTTP/1.1 ${this.refusal} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const port = Number(request.url?.split(':').at(-1));
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    this.#keep(onward);
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
