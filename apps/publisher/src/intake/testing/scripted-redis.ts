import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** A Redis that says its `run_id`, and to each SUBSCRIBE the answer and a first message, all in one breath. */
export class ScriptedRedis {
  readonly #sockets = new Set<Socket>();
  #processes = 1;

  private constructor(
    private readonly server: Server,
    private readonly channels: number,
  ) {
    server.on('connection', (socket) => {
      this.#serve(socket);
    });
  }

  /** @param channels how many will be subscribed to */
  static async start(channels = 1): Promise<ScriptedRedis> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new ScriptedRedis(server, channels);
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on it is another process. */
  restart(): void {
    this.#processes += 1;
    for (const socket of this.#sockets) socket.destroy();
  }

  stop(): void {
    this.server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => undefined);
    let owed = '';
    let subscribed = 0;
    socket.on('data', (commands: Buffer) => {
      for (const command of namesOf(commands.toString())) {
        if (command === 'info server') owed += bulk(`run_id:process${this.#processes}`);
        else if (command === 'info') socket.write(bulk('loading:0'));
        else if (command === 'ping') socket.write('*2\r\n$4\r\npong\r\n$0\r\n\r\n');
        else if (!command.startsWith('subscribe ')) socket.write('+OK\r\n');
        else {
          const channel = command.slice('subscribe '.length);
          subscribed += 1;
          owed += `*3\r\n${bulk('subscribe')}${bulk(channel)}:${subscribed}\r\n`;
          owed += `*3\r\n${bulk('message')}${bulk(channel)}${bulk('hello')}`;
          if (subscribed === this.channels) socket.write(owed);
        }
      }
    });
  }
}

function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

/** What clients say, each command in a line. */
function namesOf(text: string): string[] {
  return [...text.matchAll(/\*\d+\r\n((?:\$\d+\r\n[^\r]*\r\n)+)/g)].map(([, items = '']) =>
    [...items.matchAll(/\$\d+\r\n([^\r]*)\r\n/g)]
      .map(([, item]) => item)
      .join(' ')
      .toLowerCase(),
  );
}
