import { usePage } from '../live-page.js';
import { count, duration, number } from '../words/numbers.js';
import { Figure } from './figure.js';
import { most, seconds, sum } from './figures-history.js';
import { Tally } from './tally.js';

const UNKNOWN = '–';

/** The figures of the last minutes. */
export function FiguresPanel() {
  const page = usePage();
  const history = page.figures.value;
  const isLive = page.connection.value.kind === 'live';
  const all = seconds(history);
  const times = all.map(({ at }) => at);
  const rates = all.map(({ messagesPerSecond }) => messagesPerSecond);
  const p50s = all.map(({ p50Ms }) => p50Ms);
  const p99s = all.map(({ p99Ms }) => p99Ms);
  const waiting = all.map((each) => each.waiting);
  const reconnects = all.map((each) => each.reconnects);
  const last = isLive ? all.at(-1) : undefined; // what it is now nobody knows while disconnected
  const lastTimed = isLive ? all.findLast(({ p99Ms }) => p99Ms !== null) : undefined;
  return (
    <section class="figures" aria-label="Figures of the last five minutes">
      <Figure
        title="Messages"
        now={last === undefined ? UNKNOWN : number(last.messagesPerSecond ?? 0)}
        unit="a second"
        words={`most ${number(most(rates))} in 5 minutes`}
        times={times}
        lines={[{ values: rates, style: 'solid' }]}
        at={(index) => `${number(rates[index] ?? 0)} a second`}
      />
      <Figure
        title="Latency"
        now={lastTimed === undefined ? UNKNOWN : duration(lastTimed.p50Ms ?? 0)}
        unit={lastTimed === undefined ? '' : `p50 · ${duration(lastTimed.p99Ms ?? 0)} p99`}
        words={`from intake to handled${lastTimed === undefined ? '' : `; p99 most ${duration(most(p99s))}`}`}
        times={times}
        lines={[
          { values: p50s, style: 'solid' },
          { values: p99s, style: 'dashed' },
        ]}
        at={(index) => latencyWords(p50s[index], p99s[index])}
      />
      <Figure
        title="Outbox"
        now={last === undefined ? UNKNOWN : number(last.waiting)}
        unit="waiting"
        words={`most ${number(most(waiting))} in 5 minutes`}
        times={times}
        lines={[{ values: waiting, style: 'solid' }]}
        at={(index) => `${number(waiting[index] ?? 0)} waiting`}
      />
      <Figure
        title="Reconnects"
        now={number(sum(reconnects))}
        unit="in 5 minutes"
        words={`${number(history.at(-1)?.reconnects ?? 0)} since the consumer started`}
        times={times}
        lines={[{ values: reconnects, style: 'bars' }]}
        at={(index) => count(reconnects[index] ?? 0, 'reconnect')}
      />
      <Tally figures={history.at(-1)} />
    </section>
  );
}

function latencyWords(p50: number | null | undefined, p99: number | null | undefined): string {
  if (typeof p50 !== 'number' || typeof p99 !== 'number') return 'no message';
  return `p50 ${duration(p50)}, p99 ${duration(p99)}`;
}
