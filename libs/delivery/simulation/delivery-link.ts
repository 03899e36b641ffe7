import { mayComeBack, type Offset } from '@relay/contracts';
import {
  entriesOf,
  Heartbeat,
  HEARTBEAT,
  type MemoryOutbox,
  randomisedExponentialBackoff,
  type Run,
  type Sender,
  type SenderAction,
  slowRetry,
} from '../src/index.js';
import type { Clock, Timer } from './clock.js';
import type { DeliveryFrame } from './frames.js';
import { frozen } from './frames.js';
import type { Model } from './model.js';
import { BROKEN, type Wire } from './wire.js';

const WELCOME_DEADLINE_MS = 10_000;
const STATUS_INTERVAL_MS = 5_000;

/** What a delivery needs of its publisher. */
export interface DeliveryContext {
  readonly clock: Clock;
  readonly model: Model;
  readonly outbox: MemoryOutbox;
  readonly random: () => number;
  readonly readMs: number;
  readonly readsLate: boolean;
  connect(consumer: number): Wire<DeliveryFrame>;
  nextConnectionNumber(): number;
  /** What a status frame says besides the time. */
  subscription(): { subscribed: boolean; since: number };
  heardUntil(sent: Offset): number | null;
  /** The cursor of one of the senders moved. */
  progress(): void;
  finished(): void;
}

/** Outbox → wire for one consumer: connects again and again, and does what the sender says. */
export class DeliveryLink {
  #wire: Wire<DeliveryFrame> | undefined;
  #heartbeat: Heartbeat | undefined;
  #attempt = 0;
  #timer: Timer | undefined;
  #hasEnded = false;
  readonly #periodic: { cancel: () => void }[];

  constructor(
    readonly consumer: number,
    readonly sender: Sender,
    private readonly context: DeliveryContext,
  ) {
    const { clock } = context;
    this.#periodic = [
      clock.every(HEARTBEAT.intervalMs, () => this.#beat()),
      clock.every(STATUS_INTERVAL_MS, () => this.sendStatus()),
    ];
    this.#connect();
  }

  perform(actions: readonly SenderAction[]): void {
    for (const action of actions) this.#perform(action);
  }

  sendStatus(): void {
    const { sender, consumer } = this;
    const { clock, model, outbox } = this.context;
    if (sender.state !== 'delivering') return;
    const heardUntil = this.context.heardUntil(sender.sent);
    const waiting =
      model.outbox(outbox.id).next - 1 - (model.outbox(outbox.id).acknowledged[consumer] ?? 0);
    const data = { at: clock.now, ...this.context.subscription(), waiting, heardUntil };
    model.statusSent(outbox.id, sender.sent, data);
    this.#send({ event: 'status', data });
  }

  /** The process ends; its machine too, if nobody is to be told. */
  end(silently: boolean): void {
    this.#hasEnded = true;
    for (const { cancel } of this.#periodic) cancel();
    if (silently) this.#wire?.blackHole();
    this.#detach(BROKEN);
  }

  #connect(): void {
    const { clock, outbox } = this.context;
    const wire = this.context.connect(this.consumer);
    this.#wire = wire;
    this.#timer = clock.after(WELCOME_DEADLINE_MS, () => this.#lost(BROKEN));
    wire.near.onClose = (code) => this.#lost(code);
    wire.near.onFrame = (frame) => {
      this.#heartbeat?.heard(clock.now);
      if (frame.event === 'accepted') {
        this.#heartbeat = new Heartbeat(HEARTBEAT, clock.now);
        this.perform(this.sender.connected(this.context.nextConnectionNumber(), outbox));
      } else this.#take(frame);
    };
    wire.near.send({ event: 'open' });
  }

  #take(frame: DeliveryFrame): void {
    const { sender, consumer } = this;
    const { clock, model, outbox } = this.context;
    if (frame.event === 'welcome') {
      clock.cancel(this.#timer);
      this.#attempt = 0;
      model.resumed(consumer, outbox.id, frame.data);
      this.perform(sender.welcomed(frame.data));
      this.sendStatus();
    } else if (frame.event === 'ack') {
      model.acknowledged(consumer, outbox.id, frame.data.cursor);
      this.perform(sender.acknowledgedUpTo(frame.data.cursor));
    } else if (frame.event === 'ping') this.#send({ event: 'pong' });
  }

  #perform(action: SenderAction): void {
    const { clock, model, outbox, readMs, readsLate } = this.context;
    if (action.kind === 'send') {
      if (action.frame.event === 'goodbye') model.finished(this.consumer, outbox.id);
      this.#send(action.frame);
    } else if (action.kind === 'deliver') {
      const { after, run } = action;
      const entries = entriesOf(kept(run));
      model.delivered(this.consumer, entries);
      this.#send({ event: 'deliver', data: { after, entries } });
    } else if (action.kind === 'read') {
      const { after, limit } = action;
      const early = readsLate ? undefined : kept(outbox.read(after, limit));
      const answer = (): void => {
        if (this.#hasEnded) return;
        this.perform(this.sender.entriesRead(after, early ?? outbox.read(after, limit)));
      };
      if (readMs === 0) answer();
      else clock.after(readMs, answer);
    } else if (action.kind === 'progress') {
      this.context.progress();
    } else {
      model.closed(action.code, action.reason);
      this.#lost(action.code);
    }
  }

  #send(frame: DeliveryFrame): void {
    this.#wire?.near.send(frozen(frame));
  }

  #beat(): void {
    const verdict = this.#heartbeat?.check(this.context.clock.now);
    if (verdict === 'ask') this.#send({ event: 'ping' });
    else if (verdict === 'dead') this.#lost(BROKEN);
  }

  #lost(code: number): void {
    const { clock, random } = this.context;
    this.#detach(code);
    this.sender.disconnected();
    if (this.sender.state === 'finished') {
      this.context.finished();
      return;
    }
    this.#attempt += 1;
    const delayMs = mayComeBack(code)
      ? randomisedExponentialBackoff(this.#attempt, random())
      : slowRetry(random());
    this.#timer = clock.after(delayMs, () => this.#connect());
  }

  #detach(code: number): void {
    this.context.clock.cancel(this.#timer);
    this.#heartbeat = undefined;
    const wire = this.#wire;
    if (wire === undefined) return;
    this.#wire = undefined;
    wire.near.onFrame = wire.near.onClose = () => undefined;
    wire.near.close(code);
  }
}

/** A run that stays as it is, whatever becomes of the outbox. */
function kept(run: Run): Run {
  return { ...run, items: run.items.slice() };
}
