/** Remembers since when a condition is as it is; it knows of a change when it is asked. */
export class Watched {
  #is: boolean | undefined;
  #since = new Date();

  /** Since when the condition is `is`, as far as it was watched. */
  since(is: boolean): Date {
    if (is !== this.#is) {
      this.#is = is;
      this.#since = new Date();
    }
    return this.#since;
  }
}
