/** What became of the messages of a run, as the end of a pipeline saw it. */
export interface Account {
  /** Messages that arrived, whatever their number. */
  readonly handled: number;
  /** The highest sequence number that arrived; they begin with 1. */
  readonly highest: number;
  /** Numbers below the highest that are missing, where a gap said so. */
  readonly lostAnnounced: number;
  /** … where nobody said so. */
  readonly lostSilently: number;
  readonly doubled: number;
  /** Those that came after a higher number. */
  readonly disordered: number;
  readonly gaps: number;
  /** A gap was told, and no message came since: what is missing after the highest is announced. */
  readonly isGapOpen: boolean;
}

interface Hole {
  from: number;
  /** Exclusive. */
  to: number;
  readonly isAnnounced: boolean;
}

/** Older holes are given up: what still comes for them counts as doubled. */
const MAX_HOLES = 1000;

/** Checks sequence numbers for loss, doubles and order. */
export class Arrivals implements Account {
  handled = 0;
  highest = 0;
  lostAnnounced = 0;
  lostSilently = 0;
  doubled = 0;
  disordered = 0;
  gaps = 0;
  isGapOpen = false;
  #announced = 0;
  readonly #holes: Hole[] = [];

  take(sequence: number): void {
    this.handled += 1;
    if (sequence > this.highest) this.#reach(sequence);
    else if (this.#fill(sequence)) this.disordered += 1;
    else this.doubled += 1;
  }

  /** @param count how many messages the gap says are missing; null: it does not know */
  gap(count: number | null): void {
    this.gaps += 1;
    this.isGapOpen = true;
    this.#announced += count ?? Infinity;
  }

  /** As plain data. */
  account(): Account {
    const { handled, highest, lostAnnounced, lostSilently, doubled, disordered, gaps } = this;
    const { isGapOpen } = this;
    return { handled, highest, lostAnnounced, lostSilently, doubled, disordered, gaps, isGapOpen };
  }

  #reach(sequence: number): void {
    if (sequence === this.highest + 1 && !this.isGapOpen) {
      this.highest = sequence;
      return;
    }
    const from = this.highest + 1;
    const firstAnnounced = Math.max(from, sequence - this.#announced);
    this.#addHole({ from, to: firstAnnounced, isAnnounced: false });
    this.#addHole({ from: firstAnnounced, to: sequence, isAnnounced: true });
    this.highest = sequence;
    this.isGapOpen = false;
    this.#announced = 0;
  }

  #addHole(hole: Hole): void {
    if (hole.to <= hole.from) return;
    this.#lose(hole, hole.to - hole.from);
    this.#holes.push(hole);
    if (this.#holes.length > MAX_HOLES) this.#holes.shift();
  }

  #fill(sequence: number): boolean {
    const hole = this.#holes.find(({ from, to }) => sequence >= from && sequence < to);
    if (hole === undefined) return false;
    this.#lose(hole, -1);
    if (sequence + 1 < hole.to) this.#holes.push({ ...hole, from: sequence + 1 });
    hole.to = sequence;
    return true;
  }

  #lose({ isAnnounced }: Hole, count: number): void {
    if (isAnnounced) this.lostAnnounced += count;
    else this.lostSilently += count;
  }
}

/** The account of a run in which `sent` numbers were sent: what is missing at its end included. */
export function settled(account: Account, sent: number): Account {
  const missing = Math.max(sent - account.highest, 0);
  return {
    ...account,
    lostAnnounced: account.lostAnnounced + (account.isGapOpen ? missing : 0),
    lostSilently: account.lostSilently + (account.isGapOpen ? 0 : missing),
  };
}

/** What went against the promise; nothing when all is well. */
export function violations(account: Account): string[] {
  const { lostSilently, doubled, disordered } = account;
  return Object.entries({ 'lost silently': lostSilently, doubled, 'out of order': disordered })
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${what}`);
}
