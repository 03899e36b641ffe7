import { Arrivals } from './arrivals.js';
import type { Arriving } from '../load/arriving.js';
import { nowUs, PROBE_LETTER, readSequence } from '../load/payload.js';

/** Reads what a consumer prints with `--output=raw`: payloads of one size, a line each. */
export class RawOutput implements Arriving {
  readonly arrivals = new Arrivals();
  atUs = 0;
  probes = 0;
  onProgress: () => void = () => undefined;
  #rest: Buffer = Buffer.alloc(0);

  constructor(private readonly payloadBytes: number) {}

  get highest(): number {
    return this.arrivals.highest;
  }

  add(chunk: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const lineBytes = this.payloadBytes + 1;
    let at = 0;
    for (; at + lineBytes <= bytes.length; at += lineBytes) {
      if (bytes[at] === PROBE_LETTER) this.probes += 1;
      else this.arrivals.take(readSequence(bytes, at));
    }
    this.#rest = bytes.subarray(at);
    this.atUs = nowUs();
    this.onProgress();
  }
}
