import { compareOffsets, type Deliver, type Hello, type Offset, successor } from '@relay/contracts';
import {
  Continuity,
  entriesOf,
  MemoryOutbox,
  type NewGap,
  type ReadLimit,
  Receiver,
  type ReceiverAction,
  type Run,
  runOf,
  Sender,
  type SenderAction,
} from '../src/index.js';
import type { Clock } from './clock.js';
import { type Connection, type Parts, REAL_PARTS } from './parts.js';
import type { Rule } from './violation.js';

type Action = ReceiverAction<Connection>;
type Welcome = Parameters<Sender['welcomed']>[0];
type Tracked = Parameters<Receiver<Connection>['handled']>[0];

/** A rule of the protocol broken, and the rules of the promise by which that is noticed. */
export interface Break {
  readonly name: string;
  readonly parts: Parts;
  readonly noticedBy: readonly Rule[];
}

class AcknowledgesBeforeHandling extends Receiver<Connection> {
  override deliver(connection: Connection, frame: Deliver, now: number): Action[] {
    return super
      .deliver(connection, frame, now)
      .flatMap((action) =>
        action.kind === 'hand'
          ? [action, ...action.entries.flatMap(() => super.handled(action.from, 0))]
          : [action],
      );
  }

  override handled(): Action[] {
    return [];
  }
}

class SkipsOneWhenItResumes extends Sender {
  #asked: { readonly after: Offset; readonly instead: Offset } | undefined;

  override welcomed(welcome: Welcome): readonly SenderAction[] {
    return super.welcomed(welcome).map((action) => {
      if (action.kind !== 'read' || welcome.position === null) return action;
      this.#asked = { after: action.after, instead: successor(action.after) };
      return { ...action, after: this.#asked.instead };
    });
  }

  override entriesRead(after: Offset, run: Run): readonly SenderAction[] {
    const asked = this.#asked;
    this.#asked = undefined;
    return super.entriesRead(asked?.instead === after ? asked.after : after, run);
  }
}

class DoesNotRecogniseWhatItHad extends Receiver<Connection> {
  /** What each connection has brought. */
  readonly #brought = new Map<Connection, Offset>();

  override hello(connection: Connection, hello: Hello, now: number): Action[] {
    return super.hello(connection, hello, now).map((action) => {
      if (action.kind !== 'send' || action.frame.event !== 'welcome') return action;
      const { position } = action.frame.data;
      if (position === null) return action;
      const data = {
        ...action.frame.data,
        position: { ...position, received: position.cursor },
      };
      return { ...action, frame: { event: 'welcome', data } };
    });
  }

  override deliver(connection: Connection, frame: Deliver, now: number): Action[] {
    this.#brought.set(connection, frame.entries.at(-1)?.offset ?? frame.after);
    const from = [...this.publishers].find((tracked) => tracked.connection === connection);
    const received = from?.position.position?.received;
    const actions = super.deliver(connection, frame, now);
    if (from === undefined || received === undefined) return actions;
    const again = frame.entries.filter(({ offset }) => compareOffsets(offset, received) <= 0);
    return again.length === 0
      ? actions
      : [{ kind: 'hand', from, entries: again, isDelivered: true }, ...actions];
  }

  override handled(from: Tracked, now: number, count?: number): Action[] {
    return this.#credible(super.handled(from, now, count));
  }

  override timePassed(now: number): Action[] {
    return this.#credible(super.timePassed(now));
  }

  /** Without acknowledgements of what the sender does not know to be sent. */
  #credible(actions: Action[]): Action[] {
    return actions.filter((action) => {
      if (action.kind !== 'send' || action.frame.event !== 'ack') return true;
      const brought = this.#brought.get(action.connection);
      return brought !== undefined && compareOffsets(action.frame.data.cursor, brought) <= 0;
    });
  }
}

class HearsWhomItClosed extends Receiver<Connection> {
  readonly #outboxes = new Map<Connection, string>();

  override hello(connection: Connection, hello: Hello, now: number): Action[] {
    this.#outboxes.set(connection, hello.outbox.id);
    return super.hello(connection, hello, now);
  }

  override deliver(connection: Connection, frame: Deliver, now: number): Action[] {
    const outbox = this.#outboxes.get(connection);
    const tracked = [...this.publishers].find(({ position }) => position.outbox === outbox);
    return super.deliver(tracked?.connection ?? connection, frame, now);
  }
}

class ForgetsThePublisher extends Receiver<Connection> {
  override deliver(connection: Connection, frame: Deliver, now: number): Action[] {
    return super.deliver(connection, frame, now).map((action) => {
      if (action.kind !== 'hand') return action;
      const entries = action.entries.map((entry) =>
        entry.kind === 'gap' && entry.reason.startsWith('publisher-')
          ? ({ kind: 'start', offset: entry.offset, at: entry.to } as const)
          : entry,
      );
      return { ...action, entries };
    });
  }
}

class OwesTheLastAcknowledgement extends Receiver<Connection> {
  override handled(from: Tracked, now: number, count?: number): Action[] {
    return super.handled(from, now, count).length === 0 ? [] : [];
  }

  override flush(): Action[] {
    return [];
  }
}

class DropsWithoutGap extends MemoryOutbox {
  override read(after: Offset, limit: ReadLimit): Run {
    const run = super.read(after, limit);
    const [first, ...rest] = entriesOf(run);
    if (first?.kind !== 'gap' || first.reason !== 'overflow') return run;
    return rest.length > 0 ? runOf(rest) : this.read(first.offset, limit);
  }
}

class CountsOneTooMany extends MemoryOutbox {
  override read(after: Offset, limit: ReadLimit): Run {
    const entries = entriesOf(super.read(after, limit));
    return runOf(
      entries.map((entry) =>
        entry.kind === 'gap' && entry.count !== null ? { ...entry, count: entry.count + 1 } : entry,
      ),
    );
  }
}

class KeepsMoreThanItMay extends MemoryOutbox {
  constructor(id: string, { maxMessages, maxBytes }: { maxMessages: number; maxBytes: number }) {
    super(id, { maxMessages: maxMessages + 1, maxBytes });
  }
}

class SaysThatAllMayBeMissing extends Continuity {
  override subscribed(now: number): NewGap | undefined {
    const gap = super.subscribed(now);
    return gap && gap.from !== null ? { ...gap, from: 0 } : gap;
  }
}

class SaysNothingOfABreak extends Continuity {
  override subscribed(now: number): NewGap | undefined {
    const gap = super.subscribed(now);
    return gap?.reason === 'start' ? gap : undefined;
  }
}

/** Believes that all was heard when the answer came, not when the question went. */
class TrustsTheTimeOfReceipt extends Continuity {
  constructor(private readonly clock: Clock) {
    super();
  }

  override proven(_at: number, next: Offset): void {
    super.proven(this.clock.now, next);
  }
}

class ExceedsTheWindow extends Sender {
  override welcomed(welcome: Welcome): readonly SenderAction[] {
    const { entries, bytes } = welcome.window;
    return super.welcomed({ ...welcome, window: { entries: entries + 2, bytes: bytes * 2 } });
  }
}

class SaysGoodbyeAtOnce extends Sender {
  override get isDrained(): boolean {
    return true;
  }
}

class StartsFromTheOldestForTheForgetful extends Sender {
  override welcomed(welcome: Welcome): readonly SenderAction[] {
    const position = welcome.position ?? { received: '0-0', cursor: '0-0' };
    return super.welcomed({ ...welcome, position });
  }
}

const lastOf = (offsets: readonly Offset[]): Offset =>
  offsets.reduce((last, offset) => (compareOffsets(offset, last) > 0 ? offset : last));

/** Every one of them has to be noticed. */
export const BREAKS: readonly Break[] = [
  {
    name: 'acknowledges before handling',
    parts: { ...REAL_PARTS, receiver: (options) => new AcknowledgesBeforeHandling(options) },
    noticedBy: ['lost without a gap', 'goodbye too soon'],
  },
  {
    name: 'skips one when it resumes',
    parts: { ...REAL_PARTS, sender: (...names) => new SkipsOneWhenItResumes(...names) },
    noticedBy: ['lost without a gap', 'does not come to rest'],
  },
  {
    name: 'does not recognise what it had',
    parts: { ...REAL_PARTS, receiver: (options) => new DoesNotRecogniseWhatItHad(options) },
    noticedBy: ['twice or out of order', 'wrong count'],
  },
  {
    name: 'drops without a gap',
    parts: { ...REAL_PARTS, outbox: (id, bounds) => new DropsWithoutGap(id, bounds) },
    noticedBy: ['lost without a gap'],
  },
  {
    name: 'says in one huge gap that all may be missing',
    parts: { ...REAL_PARTS, continuity: () => new SaysThatAllMayBeMissing() },
    noticedBy: ['gap too wide'],
  },
  {
    name: 'says nothing of a break',
    parts: { ...REAL_PARTS, continuity: () => new SaysNothingOfABreak() },
    noticedBy: ['lost without a gap'],
  },
  {
    name: 'begins a gap at the time of receipt',
    parts: { ...REAL_PARTS, continuity: (clock) => new TrustsTheTimeOfReceipt(clock) },
    noticedBy: ['lost without a gap'],
  },
  {
    name: 'releases before all have acknowledged',
    parts: {
      ...REAL_PARTS,
      acknowledgedByAll: (senders) => lastOf(senders.map(({ acknowledged }) => acknowledged)),
    },
    noticedBy: ['memory exceeded', 'lost without a gap', 'wrong gap'],
  },
  {
    name: 'sends more than the window',
    parts: { ...REAL_PARTS, sender: (...names) => new ExceedsTheWindow(...names) },
    noticedBy: ['window exceeded'],
  },
  {
    name: 'hears a connection that it closed',
    parts: { ...REAL_PARTS, receiver: (options) => new HearsWhomItClosed(options) },
    noticedBy: ['wrong count', 'gap without a loss', 'lost without a gap', 'protocol violated'],
  },
  {
    name: 'forgets that it knew the publisher',
    parts: { ...REAL_PARTS, receiver: (options) => new ForgetsThePublisher(options) },
    noticedBy: ['start instead of a gap'],
  },
  {
    name: 'counts one too many',
    parts: { ...REAL_PARTS, outbox: (id, bounds) => new CountsOneTooMany(id, bounds) },
    noticedBy: ['wrong count'],
  },
  {
    name: 'keeps more than it may',
    parts: { ...REAL_PARTS, outbox: (id, bounds) => new KeepsMoreThanItMay(id, bounds) },
    noticedBy: ['memory exceeded'],
  },
  {
    name: 'says goodbye before all is acknowledged',
    parts: { ...REAL_PARTS, sender: (...names) => new SaysGoodbyeAtOnce(...names) },
    noticedBy: ['goodbye too soon'],
  },
  {
    name: 'does not acknowledge',
    parts: { ...REAL_PARTS, receiver: (options) => new OwesTheLastAcknowledgement(options) },
    noticedBy: ['does not come to rest', 'acknowledgement missing'],
  },
  {
    name: 'sends everything again to a consumer that remembers nothing',
    parts: {
      ...REAL_PARTS,
      sender: (...names) => new StartsFromTheOldestForTheForgetful(...names),
    },
    noticedBy: ['twice or out of order', 'wrong gap', 'lost without a gap', 'protocol violated'],
  },
];
