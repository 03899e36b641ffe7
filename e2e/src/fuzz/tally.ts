/** How far a connection had come when an input was sent on it. */
export const STATES = ['tcp', 'upgrade', 'opened', 'greeted', 'delivering', 'closing'] as const;

/**
 * - `tcp`: nothing but a connection; the input is HTTP, or nothing at all
 * - `upgrade`: the input is a request to become a WebSocket, or part of one
 * - `opened`: a WebSocket, before `hello` or `watch`, and `welcome`
 * - `greeted`: the consumer has said `welcome`, to a publisher or to a page
 * - `delivering`: and has acknowledged an entry
 * - `closing`: the same, and one side has said that it closes
 */
export type State = (typeof STATES)[number];

const PAST_HANDSHAKE: readonly State[] = ['greeted', 'delivering', 'closing'];
/** How much of what is sent has to get past `hello` and `welcome`: behind them is most of the code. */
const LEAST_SHARE_PAST_HANDSHAKE = 0.5;
const KEPT_INPUTS = 400;
const KEPT_BYTES = 4_096;

/** Counts inputs by who made them and how far they came, and keeps the last ones. */
export class Tally {
  readonly #counts = new Map<string, Map<State, number>>();
  readonly #outcomes = new Map<string, number>();
  readonly #last: string[] = [];
  #total = 0;

  count(strategy: string, round: string, state: State, bytes: Uint8Array): void {
    const states = this.#counts.get(strategy) ?? new Map<State, number>();
    states.set(state, (states.get(state) ?? 0) + 1);
    this.#counts.set(strategy, states);
    this.#total += 1;
    const hex = Buffer.from(bytes.subarray(0, KEPT_BYTES)).toString('hex');
    this.#last.push(`${strategy} ${round} ${state} ${bytes.length} ${hex}`);
    if (this.#last.length > KEPT_INPUTS) this.#last.shift();
  }

  /** Something that came of an attack, such as `closed 4500`. */
  outcome(name: string): void {
    this.#outcomes.set(name, (this.#outcomes.get(name) ?? 0) + 1);
  }

  get total(): number {
    return this.#total;
  }

  /** How many inputs got past `hello` and `welcome`. */
  get pastHandshake(): number {
    return PAST_HANDSHAKE.reduce((sum, state) => sum + this.inState(state), 0);
  }

  /** The share of these, from 0 to 1. */
  get sharePastHandshake(): number {
    return this.#total === 0 ? 0 : this.pastHandshake / this.#total;
  }

  /** Why the attacks, as a whole, prove little. */
  get complaints(): string[] {
    if (this.sharePastHandshake >= LEAST_SHARE_PAST_HANDSHAKE) return [];
    return [
      `only ${this.pastHandshake} of ${this.#total} inputs got past the handshake, ` +
        `less than ${LEAST_SHARE_PAST_HANDSHAKE * 100} %`,
    ];
  }

  inState(state: State): number {
    return [...this.#counts.values()].reduce((sum, states) => sum + (states.get(state) ?? 0), 0);
  }

  of(strategy: string): number {
    return [...(this.#counts.get(strategy)?.values() ?? [])].reduce((sum, n) => sum + n, 0);
  }

  /** The last inputs, one a line: strategy, round, state, length, the first bytes as hex. */
  get lastInputs(): string {
    return `${this.#last.join('\n')}\n`;
  }

  get outcomes(): string {
    return [...this.#outcomes]
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]) => `${String(count).padStart(9)} × ${name}`)
      .join('\n');
  }

  table(): string {
    const rows = [...this.#counts].map(([strategy, states]) => [
      strategy,
      ...STATES.map((state) => states.get(state) ?? 0),
      this.of(strategy),
    ]);
    const sums = ['all', ...STATES.map((state) => this.inState(state)), this.#total];
    const lines = [['inputs', ...STATES, 'all'], ...rows, sums].map(([first, ...rest]) =>
      [String(first).padEnd(32), ...rest.map((cell) => String(cell).padStart(10))].join(' '),
    );
    return lines.join('\n');
  }
}
