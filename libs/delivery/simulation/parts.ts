import {
  acknowledgedByAll,
  Continuity,
  MemoryOutbox,
  type OutboxBounds,
  Receiver,
  type ReceiverOptions,
  Sender,
} from '../src/index.js';
import type { Clock } from './clock.js';
import type { DeliveryFrame } from './frames.js';
import type { WireEnd } from './wire.js';

/** What stands for a connection at a consumer. */
export type Connection = WireEnd<DeliveryFrame>;

/** What a world is built of, so that a part can be put in that breaks a rule. */
export interface Parts {
  outbox(id: string, bounds: OutboxBounds): MemoryOutbox;
  continuity(clock: Clock): Continuity;
  sender(publisher: string, process: string): Sender;
  receiver(options: ReceiverOptions): Receiver<Connection>;
  acknowledgedByAll: typeof acknowledgedByAll;
}

/** The parts that keep the promise. */
export const REAL_PARTS: Parts = {
  outbox: (id, bounds) => new MemoryOutbox(id, bounds),
  continuity: () => new Continuity(),
  sender: (publisher, process) => new Sender(publisher, process),
  receiver: (options) => new Receiver(options),
  acknowledgedByAll,
};
