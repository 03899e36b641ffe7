import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { Arrivals, type Account } from './arrivals.js';
import type { EndReport } from './end.js';

/** What the end of a pipeline reports to the harness. */
export class EndReports {
  account: Account = new Arrivals().account();
  atUs = 0;
  probes = 0;
  onReport: () => void = () => undefined;
  #latenciesUs: number[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      // An end that is killed may reset the connection.
      socket.on('error', () => undefined);
      createInterface({ input: socket }).on('line', (line) => this.#take(line));
    });
  }

  static async open(): Promise<EndReports> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new EndReports(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The latencies that were reported since this was called last. */
  takeLatencies(): number[] {
    const latencies = this.#latenciesUs;
    this.#latenciesUs = [];
    return latencies;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
  }

  #take(line: string): void {
    const report = JSON.parse(line) as EndReport;
    this.account = report.account;
    this.atUs = report.atUs;
    this.probes = report.probes;
    for (const latency of report.latenciesUs) this.#latenciesUs.push(latency);
    this.onReport();
  }
}
