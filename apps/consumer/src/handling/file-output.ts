import { fstatSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';

const LF = 0x0a;
const LINE_END = Uint8Array.of(LF);

/** Where lines can be written. */
export interface Output {
  /** Whether a person sees it there, in colours. */
  readonly isTTY?: boolean;
  /** What still waits in this process to be written. */
  readonly writableLength: number;
  /** Why nothing can be written any more, as when whoever read has gone. */
  readonly errored?: Error | null;
  /** @param onWritten called when the system has the bytes, or will not take them */
  write(bytes: string | Uint8Array, onWritten: (error?: Error | null) => void): unknown;
}

/** Only the first bytes of what was to be written went. */
export class CutOffError extends Error {
  override readonly name = 'CutOffError';
  readonly code = 'cut-off';

  constructor(
    readonly writtenBytes: number,
    override readonly cause: Error,
  ) {
    super(cause.message);
  }
}

/**
 * A file, such as stdout after `> messages.log`, on a disk that may be full. Node's own stream reports that
 * as an event that ends the process, and does not see when only a part was written. This one can be tried
 * again: a line that was cut off by a full disk is ended before the next one.
 */
export class FileOutput implements Output {
  readonly writableLength = 0;
  #isWithinLine = false;

  constructor(
    private readonly fd: number,
    private readonly writeSome: (fd: number, bytes: Uint8Array) => number = writeSync,
  ) {}

  write(bytes: string | Uint8Array, onWritten: (error?: Error | null) => void): void {
    try {
      if (this.#isWithinLine) this.#writeAll(LINE_END);
      this.#writeAll(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    } catch (error) {
      onWritten(error as Error);
      return;
    }
    onWritten();
  }

  #writeAll(bytes: Uint8Array): void {
    let written = 0;
    try {
      while (written < bytes.length) {
        written += this.writeSome(this.fd, bytes.subarray(written));
        this.#isWithinLine = bytes[written - 1] !== LF;
      }
    } catch (error) {
      throw new CutOffError(written, error as Error);
    }
  }
}

/** `stream`, which writes to `fd`, or that file itself if it is one. */
export function outputTo(stream: NodeJS.WriteStream, fd: 1 | 2): Output {
  if (isatty(fd)) return stream;
  const stat = fstatSync(fd);
  return stat.isFile() || stat.isCharacterDevice() ? new FileOutput(fd) : stream;
}

/**
 * Done when the system has the bytes: what still waits in this process, because whoever reads is slower
 * than what comes, would be lost with it.
 *
 * @throws Error (or rejects with it) when they cannot be written
 */
export function print(output: Output, bytes: string | Uint8Array): void | Promise<void> {
  let result: { error: Error | undefined } | undefined;
  let onWritten = (error?: Error | null): void => {
    result = { error: error ?? undefined };
  };
  output.write(bytes, (error) => {
    onWritten(error);
  });
  if (result?.error) throw result.error;
  if (output.errored) throw output.errored;
  if (result || output.writableLength === 0) return undefined;
  return new Promise((resolve, reject) => {
    onWritten = (error) => {
      if (error) reject(error);
      else resolve();
    };
  });
}
