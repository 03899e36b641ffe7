/** The page's way to the consumer, as one value. Times are the page's clock, in milliseconds since 1970. */
export type Connection =
  /** Asks whether it may look. */
  | { readonly kind: 'asking'; readonly attempt: number; readonly downSince: number | null }
  /** Has to log in first. */
  | { readonly kind: 'login'; readonly problem: string | null; readonly isSending: boolean }
  /** The WebSocket is on its way. */
  | { readonly kind: 'opening'; readonly attempt: number; readonly downSince: number | null }
  /** Welcomed: what happens comes. */
  | { readonly kind: 'live'; readonly since: number }
  /** Tries again at `retryAt`. */
  | {
      readonly kind: 'waiting';
      readonly attempt: number;
      readonly retryAt: number;
      readonly downSince: number;
      readonly problem: string | null;
    };

export type ConnectionEvent =
  | { readonly kind: 'asked'; readonly access: 'granted' | 'login' }
  | { readonly kind: 'ask-failed' }
  | { readonly kind: 'login-sent' }
  | { readonly kind: 'login-granted' }
  | { readonly kind: 'login-refused'; readonly problem: string }
  | { readonly kind: 'logged-out' }
  | { readonly kind: 'welcomed' }
  /** The WebSocket is gone; `problem` where the page knows more than that. */
  | { readonly kind: 'closed'; readonly problem: string | null }
  /** The time to try again has come, or somebody wants it now. */
  | { readonly kind: 'retry' };

/** What is to be done after an event; the timer of an earlier one is void. */
export type ConnectionAction =
  | { readonly kind: 'ask' }
  | { readonly kind: 'open' }
  | { readonly kind: 'close' }
  | { readonly kind: 'wait'; readonly ms: number };

export interface Chance {
  /** The page's clock. */
  readonly now: number;
  /** From 0 up to 1. */
  readonly random: number;
}

export interface Step {
  readonly state: Connection;
  readonly actions: readonly ConnectionAction[];
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

export const atFirst: Step = {
  state: { kind: 'asking', attempt: 0, downSince: null },
  actions: [{ kind: 'ask' }],
};

/** What an event makes of a connection. Events that come too late for the state change nothing. */
export function step(state: Connection, event: ConnectionEvent, chance: Chance): Step {
  switch (event.kind) {
    case 'asked':
      return state.kind === 'asking' ? asked(state, event.access) : unchanged(state);
    case 'ask-failed':
      return state.kind === 'asking' ? waiting(state, null, chance) : unchanged(state);
    case 'login-sent':
      if (state.kind !== 'login') return unchanged(state);
      return { state: { kind: 'login', problem: null, isSending: true }, actions: [] };
    case 'login-refused':
      if (state.kind !== 'login') return unchanged(state);
      return { state: { kind: 'login', problem: event.problem, isSending: false }, actions: [] };
    case 'login-granted':
      return state.kind === 'login' ? ask(0, null) : unchanged(state);
    case 'logged-out':
      return { state: login, actions: [{ kind: 'close' }] };
    case 'welcomed':
      if (state.kind !== 'opening') return unchanged(state);
      return { state: { kind: 'live', since: chance.now }, actions: [] };
    case 'closed':
      if (state.kind !== 'opening' && state.kind !== 'live') return unchanged(state);
      return waiting(state, event.problem, chance);
    case 'retry':
      return state.kind === 'waiting' ? ask(state.attempt, state.downSince) : unchanged(state);
  }
}

/**
 * How long to wait before the next attempt: at random between half and all of a time that doubles up to
 * 15 s, so that many pages do not come back at the same moment.
 */
export function backoffMs(attempt: number, random: number): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 10));
  return Math.round(longest / 2 + (random * longest) / 2);
}

const login: Connection = { kind: 'login', problem: null, isSending: false };

function unchanged(state: Connection): Step {
  return { state, actions: [] };
}

function ask(attempt: number, downSince: number | null): Step {
  return { state: { kind: 'asking', attempt, downSince }, actions: [{ kind: 'ask' }] };
}

function asked(state: Connection & { kind: 'asking' }, access: 'granted' | 'login'): Step {
  if (access === 'login') return { state: login, actions: [] };
  return { state: { ...state, kind: 'opening' }, actions: [{ kind: 'open' }] };
}

function waiting(
  state: Connection & { kind: 'asking' | 'opening' | 'live' },
  problem: string | null,
  { now, random }: Chance,
): Step {
  const attempt = state.kind === 'live' ? 0 : state.attempt;
  const downSince = state.kind === 'live' ? now : (state.downSince ?? now);
  const ms = backoffMs(attempt, random);
  return {
    state: { kind: 'waiting', attempt: attempt + 1, retryAt: now + ms, downSince, problem },
    actions: [{ kind: 'close' }, { kind: 'wait', ms }],
  };
}
