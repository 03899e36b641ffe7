import type { MisbehavingProxy, RecordedProcess } from '@relay/testing';
import { freePort } from '@relay/testing';
import type { Stage } from '../stage.js';
import { Printed } from './printed.js';

/** Where one consumer process after the other sits: its name, its port, the network to it, what was printed. */
export class ConsumerSeat {
  readonly printed: Printed;
  /** Everyone who sat here, the newest last. */
  readonly processes: RecordedProcess[] = [];

  private constructor(
    readonly name: string,
    private readonly stage: Stage,
    private readonly port: number,
    readonly proxy: MisbehavingProxy,
  ) {
    this.printed = new Printed(name);
  }

  static async open(name: string, stage: Stage): Promise<ConsumerSeat> {
    const port = await freePort();
    return new ConsumerSeat(name, stage, port, await stage.proxy(port));
  }

  /** What the publisher connects to. */
  get url(): string {
    return `ws://127.0.0.1:${this.proxy.port}/relay`;
  }

  get process(): RecordedProcess {
    const process = this.processes.at(-1);
    if (process === undefined) throw new Error(`Nobody sits at ${this.name}.`);
    return process;
  }

  /** Starts a consumer; resolves when it listens. */
  async start(): Promise<void> {
    const process = this.stage.runWith(
      {
        unkept: 'stdout',
        onLine: (stream, line) => {
          if (stream === 'stdout') this.printed.add(line);
        },
      },
      'consumer',
      '--host=127.0.0.1',
      `--port=${this.port}`,
      `--consumer-name=${this.name}`,
      '--output=json',
    );
    this.processes.push(process);
    await process.waitForLine('stderr', 'listening on');
  }

  /** Ends the consumer; gives how it went once all that it printed was read. */
  async end(
    signal: 'SIGKILL' | 'SIGTERM',
  ): Promise<{ code: number | null; signal: string | null }> {
    this.process.signal(signal);
    const exit = await this.process.exited;
    this.printed.processEnded(exit.code === 0 ? 'cleanly' : 'early');
    return exit;
  }
}
