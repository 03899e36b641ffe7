import { spawn, type ChildProcess } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';

export type StreamName = 'stdout' | 'stderr';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RecordedProcessOptions {
  /** Set beside the environment of this process; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly onLine?: (stream: StreamName, line: string) => void;
  /** A stream that only `onLine` gets, and nobody keeps: for output without end. */
  readonly unkept?: StreamName;
}

interface Waiter {
  readonly pattern: RegExp | string;
  readonly after: number;
  readonly resolve: (line: string) => void;
  readonly reject: (error: Error) => void;
}

/** What one stream has said, as bytes and as lines, and who waits for a line of it. */
class Recording {
  readonly chunks: Buffer[] = [];
  readonly lines: string[] = [];
  readonly waiters = new Set<Waiter>();
  private readonly decoder = new StringDecoder('utf8');
  private unfinished = '';

  constructor(
    private readonly isKept: boolean,
    private readonly onLine: (line: string) => void,
  ) {}

  add(chunk: Buffer): void {
    if (this.isKept) this.chunks.push(chunk);
    // Only what is new is searched: a line may be megabytes long, and come in a thousand chunks.
    const [rest = '', ...others] = this.decoder.write(chunk).split('\n');
    const lines = [this.unfinished + rest, ...others];
    this.unfinished = lines.pop() ?? '';
    for (const line of lines) this.addLine(line.endsWith('\r') ? line.slice(0, -1) : line);
  }

  end(): void {
    const rest = this.unfinished + this.decoder.end();
    this.unfinished = '';
    if (rest !== '') this.addLine(rest);
  }

  find({ pattern, after }: Pick<Waiter, 'pattern' | 'after'>): string | undefined {
    return this.lines.slice(after).find((line) => matches(line, pattern));
  }

  private addLine(line: string): void {
    if (this.isKept) this.lines.push(line);
    this.onLine(line);
    for (const waiter of this.waiters) {
      if (this.lines.length <= waiter.after || !matches(line, waiter.pattern)) continue;
      this.waiters.delete(waiter);
      waiter.resolve(line);
    }
  }
}

/**
 * A process in a group of its own whose output is kept, so that waiting for a line can not miss it.
 * A Ctrl-C in the terminal does not reach it: whoever started it ends it.
 */
export class RecordedProcess {
  /** Settles when the process has ended and all its output has been read. */
  readonly exited: Promise<Exit>;
  private readonly child: ChildProcess;
  private readonly recordings: Record<StreamName, Recording>;
  private end: Exit | undefined;

  private constructor(
    private readonly command: string,
    args: readonly string[],
    { env, cwd, onLine, unkept }: RecordedProcessOptions,
  ) {
    this.recordings = {
      stdout: new Recording(unkept !== 'stdout', (line) => onLine?.('stdout', line)),
      stderr: new Recording(unkept !== 'stderr', (line) => onLine?.('stderr', line)),
    };
    this.child = spawn(command, args, {
      cwd,
      detached: process.platform !== 'win32',
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    this.child.stdout?.on('data', (chunk: Buffer) => this.recordings.stdout.add(chunk));
    this.child.stderr?.on('data', (chunk: Buffer) => this.recordings.stderr.add(chunk));
    this.child.on('error', (error) =>
      this.recordings.stderr.add(Buffer.from(`${error.message}\n`)),
    );
    this.exited = new Promise((resolve) => {
      this.child.once('close', (code, signal) => resolve(this.close({ code, signal })));
    });
  }

  static start(
    command: string,
    args: readonly string[] = [],
    options: RecordedProcessOptions = {},
  ): RecordedProcess {
    return new RecordedProcess(command, args, options);
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`${this.command} could not be started.`);
    return this.child.pid;
  }

  get running(): boolean {
    return this.end === undefined;
  }

  get stdout(): Buffer {
    return Buffer.concat(this.recordings.stdout.chunks);
  }

  get stderr(): Buffer {
    return Buffer.concat(this.recordings.stderr.chunks);
  }

  lines(stream: StreamName): readonly string[] {
    return this.recordings[stream].lines;
  }

  /** Everything it said, for the message of a failed test. */
  get output(): string {
    return `${this.stdout.toString()}${this.stderr.toString()}`;
  }

  /** The first line that matches, said already (but not among the first `after`) or to come. */
  waitForLine(stream: StreamName, pattern: RegExp | string, after = 0): Promise<string> {
    const recording = this.recordings[stream];
    const line = recording.find({ pattern, after });
    if (line !== undefined) return Promise.resolve(line);
    if (!this.running) return Promise.reject(this.endedBefore(pattern));
    return new Promise((resolve, reject) => {
      recording.waiters.add({ pattern, after, resolve, reject });
    });
  }

  /** Reads no more of what it says until it has ended: it has to wait when the pipe is full. */
  pauseReading(stream: StreamName): void {
    this.child[stream]?.pause();
  }

  /** Goes on after `pauseReading`. */
  resumeReading(stream: StreamName): void {
    this.child[stream]?.resume();
  }

  /** Sends a signal to the process alone, as `kill PID` does. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Sends a signal to the whole group, as Ctrl-C in a terminal does. */
  signalGroup(signal: NodeJS.Signals): void {
    if (process.platform === 'win32') return this.signal(signal);
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  /** Ends the group and leaves nothing of it behind; gives the exit code, null after a signal. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (!this.running) return (await this.exited).code;
    this.child.once('exit', () => this.signalGroup('SIGKILL'));
    if (this.child.exitCode === null && this.child.signalCode === null) this.signalGroup(signal);
    else this.signalGroup('SIGKILL');
    return (await this.exited).code;
  }

  private close(end: Exit): Exit {
    this.end = end;
    for (const recording of Object.values(this.recordings)) {
      recording.end();
      for (const { pattern, reject } of recording.waiters) reject(this.endedBefore(pattern));
      recording.waiters.clear();
    }
    return end;
  }

  private endedBefore(pattern: RegExp | string): Error {
    const how = this.end?.signal ?? `code ${String(this.end?.code)}`;
    return new Error(
      `${this.command} ended (${how}) before it said ${String(pattern)}:\n${this.output}`,
    );
  }
}

function matches(line: string, pattern: RegExp | string): boolean {
  return typeof pattern === 'string' ? line.includes(pattern) : line.search(pattern) !== -1;
}
