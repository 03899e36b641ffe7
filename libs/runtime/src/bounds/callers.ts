import type { Lack } from './connection-counts.js';

/** A connection of which nobody knows yet whose it is. */
export interface Caller {
  /** Those that are counted together, such as those of one address. */
  readonly group: string;
  /** Whether it is being answered; one that is not keeps the others waiting for nothing. */
  isAnswered: boolean;
  cut(): void;
}

/**
 * Bounds the connections that have not shown yet what they are worth. Nobody is turned away: whoever comes
 * when there are too many has the place of another, the one that is silent for longest in the group that
 * holds most. So strangers who hold places take them from each other, and who comes to say something can.
 */
export class Callers {
  #total = 0;
  /** Those of a group, the oldest first. */
  readonly #groups = new Map<string, Set<Caller>>();

  constructor(
    private readonly max: number,
    private readonly maxPerGroup: number,
  ) {}

  get total(): number {
    return this.#total;
  }

  /**
   * Takes one more in.
   *
   * @returns which room was used up, if another was cut for it
   */
  add(caller: Caller): Lack | undefined {
    const lack = this.#makeRoomFor(caller.group);
    const group = this.#groups.get(caller.group) ?? new Set();
    this.#groups.set(caller.group, group.add(caller));
    this.#total += 1;
    return lack;
  }

  /** It has ended, or is counted elsewhere now; may be said twice. */
  remove(caller: Caller): void {
    const group = this.#groups.get(caller.group);
    if (!group?.delete(caller)) return;
    this.#total -= 1;
    if (group.size === 0) this.#groups.delete(caller.group);
  }

  #makeRoomFor(name: string): Lack | undefined {
    const own = this.#groups.get(name);
    if (own && own.size >= this.maxPerGroup) {
      this.#cutOneOf(own);
      return 'per-address';
    }
    if (this.#total < this.max) return undefined;
    this.#cutOneOf(this.#fullest());
    return 'in-all';
  }

  /** Of groups that hold the same number one with a silent caller, and of these the one that came first. */
  #fullest(): Set<Caller> {
    const groups = [...this.#groups.values()];
    const size = Math.max(...groups.map((group) => group.size));
    const fullest = groups.filter((group) => group.size === size);
    return fullest.find((group) => silentOf(group)) ?? fullest[0] ?? new Set();
  }

  #cutOneOf(group: Set<Caller>): void {
    const [oldest] = group;
    const goes = silentOf(group) ?? oldest;
    if (!goes) return;
    this.remove(goes);
    goes.cut();
  }
}

/** The one that is silent for longest. */
function silentOf(group: Set<Caller>): Caller | undefined {
  return [...group].find(({ isAnswered }) => !isAnswered);
}
