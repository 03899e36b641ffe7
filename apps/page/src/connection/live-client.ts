import {
  decodeFromLive,
  encodeLive,
  LIVE_PATH,
  type LiveFrame,
  type PageFrame,
  type Watch,
} from '@relay/contracts';
import { remember } from '../remembered.js';
import { session } from '../session/session.js';
import {
  atFirst,
  type Connection,
  type ConnectionAction,
  type ConnectionEvent,
  step,
} from './connection.js';

/** A consumer that says nothing for so long is gone: it tells figures every second. */
const SILENCE_MS = 15_000;

export interface LiveListener {
  changed(connection: Connection): void;
  received(frame: LiveFrame): void;
  /** Where to go on. */
  seen(): Watch['seen'];
}

/** Keeps the WebSocket to the consumer: does what `connection.ts` says. */
export class LiveClient {
  #state = atFirst.state;
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watchdog: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly listener: LiveListener) {}

  start(): void {
    this.listener.changed(this.#state);
    this.act(atFirst.actions);
    addEventListener('online', () => this.retryNow());
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.retryNow();
    });
  }

  /** Whether it could be sent. */
  send(frame: PageFrame): boolean {
    if (this.#state.kind !== 'live' || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(encodeLive(frame));
    return true;
  }

  retryNow(): void {
    this.handle({ kind: 'retry' });
  }

  async logIn(token: string): Promise<void> {
    this.handle({ kind: 'login-sent' });
    const problem = await session.logIn(token);
    if (problem === null) remember('relay-logged-in', 'yes');
    this.handle(problem === null ? { kind: 'login-granted' } : { kind: 'login-refused', problem });
  }

  async logOut(): Promise<void> {
    if (!(await session.logOut())) return;
    remember('relay-logged-in', 'no');
    this.handle({ kind: 'logged-out' });
  }

  private handle(event: ConnectionEvent): void {
    const { state, actions } = step(this.#state, event, { now: Date.now(), random: Math.random() });
    if (state === this.#state) return;
    this.#state = state;
    this.act(actions);
    this.listener.changed(state);
  }

  private act(actions: readonly ConnectionAction[]): void {
    clearTimeout(this.#timer);
    for (const action of actions) {
      if (action.kind === 'ask') void this.ask();
      if (action.kind === 'open') this.open();
      if (action.kind === 'close') this.close();
      if (action.kind === 'wait') this.#timer = setTimeout(() => this.retryNow(), action.ms);
    }
  }

  private async ask(): Promise<void> {
    try {
      this.handle({ kind: 'asked', access: await session.ask() });
    } catch {
      this.handle({ kind: 'ask-failed' });
    }
  }

  private open(): void {
    const url = new URL(LIVE_PATH.slice(1), document.baseURI);
    url.protocol = url.protocol.replace('http', 'ws');
    url.hash = '';
    url.search = '';
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.expectSign();
    socket.onopen = () =>
      socket.send(encodeLive({ event: 'watch', data: { seen: this.listener.seen() } }));
    socket.onmessage = ({ data }) => {
      if (socket === this.#socket) this.receive(String(data));
    };
    socket.onclose = ({ reason }) => {
      if (socket === this.#socket) this.lose(reason === '' ? null : reason);
    };
  }

  private receive(text: string): void {
    this.expectSign();
    let frame: LiveFrame;
    try {
      frame = decodeFromLive(text);
    } catch {
      this.lose('The consumer speaks another version than this page: reload the page.');
      return;
    }
    if (frame.event === 'welcome') this.handle({ kind: 'welcomed' });
    this.listener.received(frame);
  }

  private expectSign(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.lose('The consumer fell silent.'), SILENCE_MS);
  }

  private lose(problem: string | null): void {
    this.handle({ kind: 'closed', problem });
  }

  private close(): void {
    clearTimeout(this.#watchdog);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }
}
