import { connect, type Socket } from 'node:net';
import {
  elapsedUs,
  LAST,
  NO_TIME,
  nowUs,
  PROBE_LETTER,
  readSequence,
  readTime,
  wrapped,
} from '../load/payload.js';
import { type Account, Arrivals } from './arrivals.js';

/** A line that the end of a pipeline sends to the harness. */
export interface EndReport {
  readonly account: Account;
  /** When the report was made, by `nowUs`. */
  readonly atUs: number;
  readonly probes: number;
  /** From the intended sending of each message that carried its time, since the last report. */
  readonly latenciesUs: readonly number[];
}

/** What has not been reported after that long is. */
const REPORT_INTERVAL_MS = 200;

/**
 * The end of every pipeline that is measured: counts, checks, and reports over a socket of its own every
 * `BENCH_REPORT_MESSAGES` or `BENCH_REPORT_BYTES`, so that the load can be held against what has arrived.
 */
export class End {
  readonly #arrivals = new Arrivals();
  readonly #socket: Socket;
  #probes = 0;
  #latenciesUs: number[] = [];
  #unreported = 0;
  #unreportedBytes = 0;
  #isReported = true;

  constructor(
    port: number,
    private readonly every: { readonly messages: number; readonly bytes: number },
  ) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true }).unref();
    setInterval(() => this.#report(), REPORT_INTERVAL_MS).unref();
  }

  /** @throws Error when the harness did not start this process */
  static fromEnvironment(env = process.env): End {
    const port = Number(env['BENCH_REPORT_PORT']);
    const messages = Number(env['BENCH_REPORT_MESSAGES']);
    const bytes = Number(env['BENCH_REPORT_BYTES']);
    if (port > 0 && messages > 0 && bytes > 0) return new End(port, { messages, bytes });
    throw new Error('BENCH_REPORT_PORT, _MESSAGES or _BYTES is not set: start it with nx bench');
  }

  /**
   * @param at where the payload begins
   * @param length of the payload, of which more than its beginning need not be there
   */
  take(bytes: Uint8Array, at = 0, length = bytes.length): void {
    this.#isReported = false;
    if (bytes[at] === PROBE_LETTER) return this.#probed();
    this.#arrivals.take(readSequence(bytes, at));
    const time = readTime(bytes, at);
    if (time !== NO_TIME) this.#timed(time);
    this.#unreported += 1;
    this.#unreportedBytes += length;
    const { messages, bytes: limit } = this.every;
    if (this.#unreported >= messages || this.#unreportedBytes >= limit) this.#report();
  }

  gap(count: number | null): void {
    this.#isReported = false;
    this.#arrivals.gap(count);
  }

  #probed(): void {
    this.#probes += 1;
    this.#report();
  }

  #timed(time: number): void {
    if (time === LAST) return this.#report();
    this.#latenciesUs.push(elapsedUs(time, wrapped(nowUs())));
  }

  #report(): void {
    if (this.#isReported) return;
    this.#isReported = true;
    this.#unreported = this.#unreportedBytes = 0;
    const report: EndReport = {
      account: this.#arrivals.account(),
      atUs: nowUs(),
      probes: this.#probes,
      latenciesUs: this.#latenciesUs,
    };
    this.#latenciesUs = [];
    this.#socket.write(`${JSON.stringify(report)}\n`);
  }
}
