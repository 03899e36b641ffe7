/** What Redis said of a number: how many subscribers got it, or … */
const PENDING = -1;
/** … that it does not take it, … */
const REFUSED = -2;
/** … or nothing, for the connection broke before its answer. It may have been published or not. */
const UNKNOWN = -3;

/** When a number was published, by the clock of this machine: Redis did it between the two. */
export interface PublishedAt {
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** The half of the ledger that says what was published: the numbers from 1 on, and what Redis said of each. */
export class Published {
  readonly #sentAt: number[] = [];
  readonly #answeredAt: number[] = [];
  readonly #answers: number[] = [];
  #lastTaken = 0;

  constructor(private readonly now: () => number = Date.now) {}

  /** The newest number that was sent. */
  get last(): number {
    return this.#sentAt.length;
  }

  /** The newest number that Redis took. */
  get lastTaken(): number {
    return this.#lastTaken;
  }

  /** Gives the number that is sent now. */
  send(): number {
    this.#sentAt.push(this.now());
    this.#answeredAt.push(Infinity);
    this.#answers.push(PENDING);
    return this.last;
  }

  taken(n: number, receivers: number): void {
    this.#answer(n, receivers);
    this.#lastTaken = n;
  }

  refused(n: number): void {
    this.#answer(n, REFUSED);
  }

  unknown(n: number): void {
    this.#answer(n, UNKNOWN);
  }

  /** Whether Redis took it, so that it has to be accounted for. */
  isTaken(n: number): boolean {
    return (this.#answers[n - 1] ?? PENDING) >= 0;
  }

  /** Whether nobody knows if Redis took it. */
  isUnknown(n: number): boolean {
    const answer = this.#answers[n - 1];
    return answer === UNKNOWN || answer === PENDING;
  }

  at(n: number): PublishedAt {
    return { sentAt: this.#sentAt[n - 1] ?? NaN, answeredAt: this.#answeredAt[n - 1] ?? NaN };
  }

  /** How many Redis took, and of how many nobody knows. */
  count(): { taken: number; unknown: number } {
    let taken = 0;
    let unknown = 0;
    for (let n = 1; n <= this.last; n++) {
      if (this.isTaken(n)) taken += 1;
      else if (this.isUnknown(n)) unknown += 1;
    }
    return { taken, unknown };
  }

  #answer(n: number, answer: number): void {
    this.#answers[n - 1] = answer;
    this.#answeredAt[n - 1] = this.now();
  }
}
