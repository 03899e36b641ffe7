import type { Clock } from './clock.js';

/** The code that an end sees when a connection breaks without a word. */
export const BROKEN = 1006;

type Item<F> = { readonly frame: F; readonly code?: never } | { readonly code: number };

/** One end of a connection. */
export class WireEnd<F> {
  onFrame: (frame: F) => void = () => undefined;
  onClose: (code: number) => void = () => undefined;
  /** Whether it may send. */
  isOpen = true;
  /** Whether what arrives is heard: until the other end has closed, too. */
  hears = true;

  constructor(private readonly put: (item: Item<F>) => void) {}

  send(frame: F): void {
    if (this.isOpen) this.put({ frame });
  }

  /** Ends this end; the other learns of it behind everything that was sent. */
  close(code: number): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.put({ code });
  }

  /** The connection has ended under this end. */
  closed(code: number): void {
    if (!this.hears) return;
    this.hears = false;
    this.close(code);
    this.onClose(code);
  }
}

/** A link between two places. While it is held in a direction, what is under way there waits. */
export class Link {
  readonly #wires = new Set<{ flow: () => void }>();
  #isHeldUp = false;
  #isHeldDown = false;

  isHeld(direction: 'up' | 'down'): boolean {
    return direction === 'up' ? this.#isHeldUp : this.#isHeldDown;
  }

  hold(direction: 'up' | 'down'): void {
    if (direction === 'up') this.#isHeldUp = true;
    else this.#isHeldDown = true;
  }

  release(): void {
    this.#isHeldUp = false;
    this.#isHeldDown = false;
    for (const wire of [...this.#wires]) wire.flow();
  }

  add(wire: { flow: () => void }): void {
    this.#wires.add(wire);
  }

  remove(wire: { flow: () => void }): void {
    this.#wires.delete(wire);
  }
}

/** A connection as TCP has it: each direction in order, and when it breaks, each has got a prefix. */
export class Wire<F> {
  /** The end that connected; what it sends goes up. */
  readonly near: WireEnd<F>;
  readonly far: WireEnd<F>;
  readonly #up: { item: Item<F>; at: number }[] = [];
  readonly #down: { item: Item<F>; at: number }[] = [];
  #isDead = false;
  #isStuck = false;
  #isBrokenNear = false;
  #cutAfter: number | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly link: Link,
    private readonly latencyMs: number,
  ) {
    this.near = new WireEnd((item) => this.#put(this.#up, item));
    this.far = new WireEnd((item) => this.#put(this.#down, item));
    link.add(this);
  }

  /** What can arrive, arrives. */
  flow(): void {
    if (!this.#isStuck) this.#flow(this.#up, 'up', this.far);
    if (!this.#isBrokenNear) this.#flow(this.#down, 'down', this.near);
  }

  /** Breaks once `frames` more have arrived, whichever direction; what is under way then is lost. */
  cut(frames: number): void {
    if (frames > 0) this.#cutAfter = frames;
    else this.#cut();
  }

  /**
   * What goes up from now on is stuck. The near end breaks after `afterMs`; `lateMs` later what it sent
   * arrives all the same, and the far end breaks.
   */
  breakNear(afterMs: number, lateMs: number): void {
    if (this.#isStuck) return;
    this.#isStuck = true;
    this.clock.after(afterMs, () => {
      this.near.close(BROKEN);
      this.#isBrokenNear = true;
      this.near.closed(BROKEN);
      this.clock.after(lateMs, () => {
        this.#isStuck = false;
        this.flow();
      });
    });
  }

  /** Nothing passes any more, and no end is told. */
  blackHole(): void {
    this.#isDead = true;
    this.link.remove(this);
  }

  #put(queue: { item: Item<F>; at: number }[], item: Item<F>): void {
    if (this.#isDead || this.#isBrokenNear) return;
    queue.push({ item, at: this.clock.now + this.latencyMs });
    this.clock.after(this.latencyMs, () => this.flow());
  }

  #flow(queue: { item: Item<F>; at: number }[], direction: 'up' | 'down', end: WireEnd<F>): void {
    while (!this.#isDead && !this.link.isHeld(direction)) {
      const first = queue[0];
      if (first === undefined || first.at > this.clock.now) return;
      queue.shift();
      if (first.item.code === undefined) {
        if (end.hears) end.onFrame(first.item.frame);
      } else {
        end.closed(first.item.code);
        if (!this.near.hears && !this.far.hears) this.link.remove(this);
      }
      this.#count();
    }
  }

  #count(): void {
    if (this.#cutAfter === undefined) return;
    this.#cutAfter -= 1;
    if (this.#cutAfter === 0) this.#cut();
  }

  #cut(): void {
    if (this.#isDead) return;
    this.blackHole();
    this.clock.after(0, () => this.near.closed(BROKEN));
    this.clock.after(this.latencyMs, () => this.far.closed(BROKEN));
  }
}
