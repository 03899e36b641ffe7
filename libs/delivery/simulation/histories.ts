import fc from 'fast-check';

/** What does not change in a history. */
export interface Setup {
  /** Of everything that is random in the world: backoff and the order of small delays. */
  readonly seed: number;
  readonly consumers: number;
  readonly window: { readonly entries: number; readonly bytes: number };
  readonly maxEntryBytes: number;
  readonly maxOutboxes: number;
  readonly bounds: { readonly maxMessages: number; readonly maxBytes: number };
  /** Of the network, one way. */
  readonly latencyMs: number;
  readonly redisLatencyMs: number;
  /** Between the SUBSCRIBE of one channel and that of the next. */
  readonly subscribeSpreadMs: number;
  /** How long the outbox takes to answer a read. */
  readonly readMs: number;
  /** Whether it looks when it answers, or when it is asked. */
  readonly readsLate: boolean;
  /** How long handlers take unless a step says otherwise. */
  readonly handlerMs: number;
  /** How long all is well at first. */
  readonly settleMs: number;
  /** How long a publisher that stops waits for acknowledgements. */
  readonly drainMs: number;
}

/** One thing that happens; whatever is down comes back after `ms`. */
export type Step =
  | { readonly do: 'publish'; readonly count: number; readonly bytes: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'cut'; readonly consumer: number; readonly frames: number }
  | {
      /** What is sent from now on is stuck, then the publisher's end breaks; and yet it arrives, late. */
      readonly do: 'break-near';
      readonly consumer: number;
      readonly afterMs: number;
      readonly lateMs: number;
    }
  | { readonly do: 'black-hole'; readonly consumer: number }
  | {
      readonly do: 'hold';
      readonly consumer: number;
      readonly direction: 'up' | 'down' | 'both';
      readonly ms: number;
    }
  | { readonly do: 'stop-consumer'; readonly consumer: number; readonly ms: number }
  | {
      readonly do: 'kill-consumer';
      readonly consumer: number;
      readonly ms: number;
      /** When it has handled so many more, and has not said so yet; 0: now. */
      readonly afterHandling: number;
      /** Its machine went: nobody is told that the connections are gone. */
      readonly silently: boolean;
    }
  /** The next entries do not get to its handlers, by a mistake of its own. */
  | { readonly do: 'mistake'; readonly consumer: number }
  | { readonly do: 'stop-publisher'; readonly ms: number }
  | { readonly do: 'kill-publisher'; readonly ms: number; readonly silently: boolean }
  | { readonly do: 'redis-cut'; readonly frames: number }
  | { readonly do: 'redis-black-hole' }
  | { readonly do: 'redis-freeze'; readonly ms: number }
  | { readonly do: 'redis-restart'; readonly ms: number }
  | { readonly do: 'redis-refuse'; readonly ms: number }
  | {
      readonly do: 'handlers';
      readonly consumer: number;
      /** How long each takes. */
      readonly ms: number;
      /** How many times it fails first; it is tried again after as long as it took. */
      readonly failures: number;
    };

export interface History {
  readonly setup: Setup;
  readonly steps: readonly Step[];
}

/** A message was handled by two processes of a consumer. */
export const HANDLED_AGAIN = 'handled again';

const MAX_CONSUMERS = 3;

const setup: fc.Arbitrary<Setup> = fc.record({
  seed: fc.nat(),
  consumers: fc.constantFrom(1, 1, 2, MAX_CONSUMERS),
  window: fc.record({
    entries: fc.constantFrom(1000, 8, 4, 3, 2, 1),
    bytes: fc.constantFrom(1_000_000, 400, 60, 1),
  }),
  maxEntryBytes: fc.constantFrom(1_000_000, 1_000_000, 100),
  maxOutboxes: fc.constantFrom(100, 3, 2, 1),
  bounds: fc.record({
    maxMessages: fc.constantFrom(1_000_000, 1_000_000, 1_000_000, 20, 5, 2, 1),
    maxBytes: fc.constantFrom(1_000_000_000, 1_000_000_000, 1_000_000_000, 500, 50),
  }),
  latencyMs: fc.constantFrom(1, 0, 10, 200),
  redisLatencyMs: fc.constantFrom(1, 0, 20, 300),
  subscribeSpreadMs: fc.constantFrom(0, 0, 0, 50),
  readMs: fc.constantFrom(0, 0, 1, 30),
  readsLate: fc.boolean(),
  handlerMs: fc.constantFrom(0, 0, 20),
  settleMs: fc.constantFrom(2_000, 2_000, 2_000, 0),
  drainMs: fc.constantFrom(5_000, 100),
});

const consumer = fc.nat({ max: MAX_CONSUMERS - 1 });
const shortMs = fc.constantFrom(0, 1, 5, 20, 60, 250, 1_000);
const anyMs = fc.constantFrom(0, 10, 300, 1_000, 6_000, 20_000);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('publish' as const),
      count: fc.constantFrom(1, 1, 2, 3, 5, 12),
      bytes: fc.constantFrom(4, 20, 20, 200),
    }),
  },
  { weight: 7, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: shortMs }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(3_000, 5_000, 11_000, 16_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('cut' as const),
      consumer,
      frames: fc.nat({ max: 6 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('break-near' as const),
      consumer,
      afterMs: fc.constantFrom(0, 5, 20, 400),
      lateMs: fc.constantFrom(20, 70, 300, 800),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('black-hole' as const), consumer }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('hold' as const),
      consumer,
      direction: fc.constantFrom('up' as const, 'down' as const, 'both' as const),
      ms: anyMs,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('stop-consumer' as const), consumer, ms: anyMs }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('kill-consumer' as const),
      consumer,
      ms: anyMs,
      afterHandling: fc.constantFrom(0, 1, 2, 5),
      silently: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('mistake' as const), consumer }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('stop-publisher' as const), ms: anyMs }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('kill-publisher' as const),
      ms: anyMs,
      silently: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('redis-cut' as const), frames: fc.nat({ max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('redis-black-hole' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('redis-freeze' as const), ms: anyMs }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('redis-restart' as const), ms: anyMs }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('redis-refuse' as const), ms: anyMs }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('handlers' as const),
      consumer,
      ms: fc.constantFrom(0, 1, 15, 20, 20, 300, 4_000),
      failures: fc.constantFrom(0, 0, 0, 2),
    }),
  },
);

function steps(maxLength: number): fc.Arbitrary<Step[]> {
  return fc.array(step, { minLength: 1, maxLength, size: 'max' });
}

/** Histories, most of them with several faults. */
export const histories: fc.Arbitrary<History> = fc.record({
  setup,
  steps: fc.oneof({ weight: 19, arbitrary: steps(25) }, { weight: 1, arbitrary: steps(150) }),
});

/** What may happen to handlers in a history: its gaps by their reasons, and whether anything comes again. */
export function excused({ setup, steps }: History): ReadonlySet<string> {
  const done = new Set<string>();
  for (const step of steps) {
    // what Redis is asked for within its deadline, it answers
    if (step.do !== 'redis-freeze' || step.ms > 1_000) done.add(step.do);
  }
  const result = new Set<string>(['start']);
  const excuse = (faults: readonly string[], ...what: readonly string[]): void => {
    if (faults.some((fault) => done.has(fault))) what.forEach((each) => result.add(each));
  };
  excuse(['redis-cut', 'redis-restart', 'redis-refuse'], 'redis-connection-lost');
  excuse(['redis-refuse'], 'redis-refused');
  excuse(['redis-restart'], 'redis-restarted');
  excuse(['redis-black-hole', 'redis-freeze'], 'redis-silent');
  excuse(['stop-publisher'], 'publisher-restarted', 'publisher-lost');
  excuse(['kill-publisher'], 'publisher-lost');
  excuse(['kill-consumer'], HANDLED_AGAIN);
  // an acknowledgement on the way out is lost with its connection, or the handler exceeds the deadline
  const disturbances = ['cut', 'break-near', 'black-hole', 'hold', 'mistake', 'handlers'];
  if (done.has('stop-consumer')) excuse(disturbances, HANDLED_AGAIN);
  if (setup.bounds.maxMessages < 1_000 || setup.bounds.maxBytes < 1_000) result.add('overflow');
  if (setup.maxEntryBytes < 1_000) result.add('too-large');
  return result;
}
