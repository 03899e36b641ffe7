import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Buckets } from './buckets.js';
import { BucketHistogram } from './bucket-histogram.js';

export type Labels = Readonly<Record<string, string>>;

/** The values of a metric now: one, or one for each set of labels. */
export type Samples<T> = T | Iterable<readonly [Labels, T]>;

interface Description<T> {
  readonly name: `relay_${string}`;
  readonly help: string;
  readonly labels?: readonly string[];
  /** Looks up the values; called when somebody asks for the metrics, and never otherwise. */
  readonly read: () => Samples<T>;
}

/**
 * What an app can be asked for at `/metrics`. The parts count with plain numbers of their own; these are
 * read when somebody asks, so that nothing is paid for metrics on the way of a message.
 */
export class Metrics {
  readonly #registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** @param description.name ends in `_total` */
  counter({ name, help, labels = [], read }: Description<number>): void {
    new Counter({
      name,
      help,
      labelNames: [...labels],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [labelled, value] of each(read())) this.inc(labelled, value);
      },
    });
  }

  gauge({ name, help, labels = [], read }: Description<number>): void {
    new Gauge({
      name,
      help,
      labelNames: [...labels],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [labelled, value] of each(read())) this.set(labelled, value);
      },
    });
  }

  histogram({ name, help, labels = [], read }: Description<Buckets>): void {
    this.#registry.registerMetric(new BucketHistogram(name, help, labels, () => each(read())));
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** In the text format of Prometheus. */
  async text(): Promise<string> {
    return await this.#registry.metrics();
  }
}

function* each<T extends object | number>(samples: Samples<T>): Iterable<readonly [Labels, T]> {
  if (isLabelled(samples)) yield* samples;
  else yield [{}, samples];
}

function isLabelled<T>(samples: Samples<T>): samples is Iterable<readonly [Labels, T]> {
  return Array.isArray(samples);
}
