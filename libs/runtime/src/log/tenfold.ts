/** Tells of a count that grows at 1, 10, 100, …, so that a flood is no flood of lines. */
export class Tenfold {
  #told = 0;

  /** Whether it is time to tell of `count`; then the next time is when it is ten times as much. */
  isDue(count: number): boolean {
    if (count < Math.max(1, this.#told * 10)) return false;
    this.#told = count;
    return true;
  }
}
