import { CloseCode } from '@relay/contracts';
import {
  type HandedEntry,
  Heartbeat,
  HEARTBEAT,
  type Receiver,
  type ReceiverAction,
  type TrackedOutbox,
} from '../src/index.js';
import type { Clock, Timer } from './clock.js';
import { type DeliveryFrame, frozen } from './frames.js';
import type { Setup } from './histories.js';
import type { Model } from './model.js';
import type { Connection, Parts } from './parts.js';
import { BROKEN, type Wire } from './wire.js';

const HELLO_DEADLINE_MS = 10_000;
const STOP_DEADLINE_MS = 5_000;
const MAX_RUN = 3;
/** Its clock is not the publisher's. */
const CLOCK_SKEW_MS = 7_777_777;

interface Session {
  readonly wire: Wire<DeliveryFrame>;
  readonly heartbeat: Heartbeat;
  readonly beats: { cancel: () => void };
  helloDeadline: Timer | undefined;
  outbox: string | undefined;
}

interface Handed {
  readonly from: TrackedOutbox<Connection>;
  readonly entry: HandedEntry;
}

/** How the handlers behave. */
export interface Handlers {
  ms: number;
  failures: number;
}

/** One process of a consumer: a server, a receiver, and handlers that take one entry after the other. */
export class Consumer {
  readonly #receiver: Receiver<Connection>;
  readonly #sessions = new Map<Connection, Session>();
  #queue: Handed[] = [];
  #running: Timer | undefined;
  #ackTimer: Timer | undefined;
  #stopDeadline: Timer | undefined;
  #onStopped: (() => void) | undefined;
  #hasEnded = false;
  #isMistaken = false;
  #fate: { left: number; readonly kill: () => void } | undefined;

  constructor(
    private readonly number: number,
    private readonly clock: Clock,
    private readonly model: Model,
    private readonly handlers: Handlers,
    parts: Parts,
    { window, maxEntryBytes, maxOutboxes }: Setup,
  ) {
    const name = `consumer-${number}`;
    this.#receiver = parts.receiver({ name, window, maxEntryBytes, maxOutboxes });
    model.accounts[number]?.restarted();
  }

  get isAtRest(): boolean {
    return this.#running === undefined && this.#receiver.deadline === undefined;
  }

  accept(wire: Wire<DeliveryFrame>): void {
    const { far } = wire;
    if (this.#onStopped) {
      far.close(CloseCode.goingAway);
      return;
    }
    const session: Session = {
      wire,
      heartbeat: new Heartbeat(HEARTBEAT, this.clock.now),
      beats: this.clock.every(HEARTBEAT.intervalMs, () => this.#beat(far, session)),
      helloDeadline: this.clock.after(HELLO_DEADLINE_MS, () =>
        this.#close(far, CloseCode.handshakeTimeout),
      ),
      outbox: undefined,
    };
    this.#sessions.set(far, session);
    far.onFrame = (frame) => {
      session.heartbeat.heard(this.clock.now);
      this.#take(far, session, frame);
    };
    far.onClose = () => this.#gone(far);
    far.send({ event: 'accepted' });
  }

  /** Lets the running handler end, acknowledges, and closes; at a deadline anyhow. */
  stop(onStopped: () => void): void {
    if (this.#onStopped || this.#hasEnded) return;
    this.#onStopped = onStopped;
    this.#queue = [];
    this.#stopDeadline = this.clock.after(STOP_DEADLINE_MS, () => this.#end(false));
    if (this.#running === undefined) this.#stopped();
  }

  kill(silently: boolean): void {
    this.#onStopped = undefined;
    this.#end(silently);
  }

  /** Calls `kill` in the worst moment: when the last of so many is handled and the receiver does not know. */
  killAfterHandling(entries: number, kill: () => void): void {
    if (entries > 0) this.#fate = { left: entries, kill };
    else kill();
  }

  /** The next entries are not handed on, and the connection that brought them ends. */
  makeMistake(): void {
    this.#isMistaken = true;
  }

  /** Takes both back. */
  spare(): void {
    this.#fate = undefined;
    this.#isMistaken = false;
  }

  #take(far: Connection, session: Session, frame: DeliveryFrame): void {
    const receiver = this.#receiver;
    const account = this.model.accounts[this.number];
    const isHeard = (actions: readonly ReceiverAction<Connection>[]): boolean =>
      far.isOpen && !actions.some(({ kind }) => kind === 'close');
    if (frame.event === 'hello') {
      this.clock.cancel(session.helloDeadline);
      session.outbox = frame.data.outbox.id;
      this.#perform(this.#unlessMistaken(far, receiver.hello(far, frame.data, this.#time)));
    } else if (frame.event === 'deliver') {
      const { data } = frame;
      const actions = this.#unlessMistaken(far, receiver.deliver(far, data, this.#time));
      if (isHeard(actions) && session.outbox !== undefined) {
        account?.received(this.model.outbox(session.outbox), data.entries);
      }
      this.#perform(actions);
      for (const { position } of receiver.publishers) {
        this.model.checkPending(position.pendingEntries, position.pendingBytes);
      }
    } else if (frame.event === 'status') {
      const actions = this.#unlessMistaken(far, receiver.status(far, frame.data, this.#time));
      if (isHeard(actions) && session.outbox !== undefined) {
        account?.toldStatus(this.model.outbox(session.outbox), this.model.heardUntil(frame.data));
      }
      this.#perform(actions);
    } else if (frame.event === 'goodbye') {
      const actions = this.#unlessMistaken(far, receiver.goodbye(far, frame.data, this.#time));
      if (isHeard(actions) && session.outbox !== undefined) {
        account?.toldGoodbye(this.model.outbox(session.outbox), frame.data.subscriptionEndedAt);
      }
      this.#perform(actions);
    } else if (frame.event === 'ping') far.send({ event: 'pong' });
  }

  /** By a mistake, what is to be handed on last is taken back, what is behind it left, and the connection ended. */
  #unlessMistaken(
    far: Connection,
    actions: readonly ReceiverAction<Connection>[],
  ): readonly ReceiverAction<Connection>[] {
    const at = actions.findLastIndex(({ kind }) => kind === 'hand');
    const hand = actions[at];
    if (!this.#isMistaken || hand?.kind !== 'hand') return actions;
    this.#isMistaken = false;
    this.#perform(actions.slice(0, at));
    this.#receiver.takeBack(hand);
    this.#close(far, CloseCode.internalError);
    this.#gone(far);
    return [];
  }

  get #time(): number {
    return this.clock.now + CLOCK_SKEW_MS;
  }

  #perform(actions: readonly ReceiverAction<Connection>[]): void {
    for (const action of actions) {
      if (action.kind === 'hand') {
        if (this.#onStopped) continue;
        for (const entry of action.entries) this.#queue.push({ from: action.from, entry });
        this.#handleNext();
      } else if (action.kind === 'close') {
        this.#close(action.connection, action.code, action.reason);
      } else if (action.kind === 'send') {
        const outbox = this.#sessions.get(action.connection)?.outbox;
        if (action.frame.event === 'welcome' && outbox !== undefined) {
          this.model.accounts[this.number]?.welcomed(this.model.outbox(outbox));
        }
        action.connection.send(frozen(action.frame));
      }
    }
    this.#setAckTimer();
  }

  #setAckTimer(): void {
    this.clock.cancel(this.#ackTimer);
    const { deadline } = this.#receiver;
    if (deadline === undefined) return;
    const delayMs = Math.max(0, deadline - this.#time);
    this.#ackTimer = this.clock.after(delayMs, () =>
      this.#perform(this.#receiver.timePassed(this.#time)),
    );
  }

  #handleNext(): void {
    if (this.#running) return;
    const run = this.#nextRun();
    const from = run[0]?.from;
    if (from === undefined) return;
    const { ms, failures } = this.handlers;
    this.#running = this.clock.after(ms * (1 + 2 * failures), () => {
      this.#running = undefined;
      for (const { entry } of run) {
        this.model.handled(this.number, from.position.outbox, entry);
        if (!this.#fate || --this.#fate.left > 0) continue;
        this.#fate.kill();
        return;
      }
      this.#perform(this.#receiver.handled(from, this.#time, run.length));
      if (this.#onStopped) this.#stopped();
      else this.#handleNext();
    });
  }

  /** What is told at once to be handled: several of one outbox where handlers take no time. */
  #nextRun(): Handed[] {
    const from = this.#queue[0]?.from;
    const end = this.#queue.findIndex((handed) => handed.from !== from);
    const ofOne = end < 0 ? this.#queue.length : end;
    return this.#queue.splice(0, this.handlers.ms > 0 ? 1 : Math.min(ofOne, MAX_RUN));
  }

  #stopped(): void {
    this.#perform(this.#receiver.flush(this.#time));
    this.#end(false);
  }

  #close(far: Connection, code: number, reason = ''): void {
    if (far.isOpen) this.model.closed(code, reason);
    far.close(code);
  }

  #beat(far: Connection, { heartbeat, wire }: Session): void {
    const verdict = heartbeat.check(this.clock.now);
    if (verdict === 'ask') far.send({ event: 'ping' });
    if (verdict !== 'dead') return;
    wire.blackHole();
    this.#gone(far);
  }

  #gone(far: Connection): void {
    this.#forget(far);
    this.#receiver.disconnected(far, this.#time);
    this.#setAckTimer();
  }

  #forget(far: Connection): void {
    const session = this.#sessions.get(far);
    if (session === undefined) return;
    session.beats.cancel();
    this.clock.cancel(session.helloDeadline);
    this.#sessions.delete(far);
  }

  #end(silently: boolean): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const timer of [this.#running, this.#ackTimer, this.#stopDeadline]) {
      this.clock.cancel(timer);
    }
    for (const [far, session] of [...this.#sessions]) {
      this.#forget(far);
      far.onFrame = far.onClose = () => undefined;
      if (silently) session.wire.blackHole();
      else far.close(this.#onStopped ? CloseCode.goingAway : BROKEN);
    }
    this.#onStopped?.();
  }
}
