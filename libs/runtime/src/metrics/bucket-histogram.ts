import { Histogram } from 'prom-client';
import type { Buckets } from './buckets.js';

type Served = Awaited<ReturnType<Histogram['get']>>;
type Read = () => Iterable<readonly [Readonly<Record<string, string>>, Buckets]>;

/** A histogram whose values were counted elsewhere. */
export class BucketHistogram extends Histogram {
  readonly #description: { readonly name: string; readonly help: string };
  readonly #read: Read;

  constructor(name: string, help: string, labels: readonly string[], read: Read) {
    super({ name, help, labelNames: [...labels], registers: [] });
    this.#description = { name, help };
    this.#read = read;
  }

  override get(): Promise<Served> {
    const { name } = this.#description;
    const values = Array.from(this.#read()).flatMap(([labels, buckets]) => [
      ...Array.from(buckets, ([le, value]) => ({
        metricName: `${name}_bucket`,
        labels: { ...labels, le },
        value,
      })),
      { metricName: `${name}_sum`, labels, value: buckets.sum },
      { metricName: `${name}_count`, labels, value: buckets.count },
    ]);
    const served = { ...this.#description, type: 'histogram', aggregator: 'sum', values };
    return Promise.resolve(served as unknown as Served); // prom-client's type of `type` is an enum that it does not export as a value
  }

  /** What the registry asks for where it is there. */
  getForPromString(): Promise<Served> {
    return this.get();
  }
}
