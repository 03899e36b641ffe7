export { acknowledgedByAll } from './acknowledged-by-all.js';
export { randomisedExponentialBackoff, slowRetry } from './backoff.js';
export { Continuity } from './continuity.js';
export { Heartbeat, HEARTBEAT, type HeartbeatOptions, type HeartbeatVerdict } from './heartbeat.js';
export { MemoryOutbox, type OutboxBounds } from './memory-outbox.js';
export {
  type NewEntry,
  type NewGap,
  type NewMessage,
  type Outbox,
  type ReadLimit,
} from './outbox.js';
export {
  type HandedEntry,
  type LastHeard,
  OutboxPosition,
  type StartEntry,
} from './outbox-position.js';
export { type TrackedOutbox } from './outbox-register.js';
export { Receiver } from './receiver.js';
export { type Hand, type ReceiverAction, type ReceiverOptions } from './receiver-action.js';
export { Ring } from './ring.js';
export { entriesOf, type Run, runOf } from './run.js';
export { Sender, type SenderAction } from './sender.js';
