export type LifecycleState = 'starting' | 'listening' | 'stopping';

/** Where an app is in its life, and since when. */
export class Lifecycle {
  #state: LifecycleState = 'starting';
  #since = new Date();

  get state(): LifecycleState {
    return this.#state;
  }

  get since(): Date {
    return this.#since;
  }

  enter(state: LifecycleState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#since = new Date();
  }
}
