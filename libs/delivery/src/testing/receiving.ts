import type { CloseCode, Hello } from '@relay/contracts';
import { Receiver } from '../receiver.js';
import type { ReceiverAction, ReceiverOptions } from '../receiver-action.js';
import { hello } from './entries.js';

export type Action = ReceiverAction<string>;

export function receiverWith(changes: Partial<ReceiverOptions> = {}): Receiver<string> {
  const window = { entries: 100, bytes: 1_000 };
  return new Receiver({ name: 'c', window, maxEntryBytes: 1_000, maxOutboxes: 10, ...changes });
}

/** A receiver to which `connection` has come in. */
export function greeted(changes: Partial<ReceiverOptions> = {}): Receiver<string> {
  const receiver = receiverWith(changes);
  comeIn(receiver, 'connection', hello(100));
  return receiver;
}

/** Says hello, and the first status behind the welcome. */
export function comeIn(
  receiver: Receiver<string>,
  connection: string,
  from: Hello,
  now = 0,
): Action[] {
  const actions = receiver.hello(connection, from, now);
  const isWelcome = actions.some(({ kind }) => kind === 'send');
  return isWelcome ? [...actions, ...live(receiver, connection)] : actions;
}

/** Shows that the publisher of a connection lives. */
export function live(receiver: Receiver<string>, connection: string): Action[] {
  const status = { at: 0, subscribed: true, since: 0, waiting: 0, heardUntil: null };
  return receiver.status(connection, status, 0);
}

export function handed(actions: readonly Action[]): Extract<Action, { kind: 'hand' }> {
  const hand = actions.find((action) => action.kind === 'hand');
  if (hand === undefined) throw new Error('nothing is handed on');
  return hand;
}

export function welcomedWith(actions: readonly Action[]): unknown {
  const send = actions.find((action) => action.kind === 'send');
  return send?.frame.event === 'welcome' ? send.frame.data.position : 'no welcome';
}

export function closes(code: CloseCode, connection = 'connection'): object[] {
  return [{ kind: 'close', connection, code }];
}
