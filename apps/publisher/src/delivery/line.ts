import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { CloseCode, closeReason, mayComeBack, SUB_PROTOCOL } from '@relay/contracts';
import { Heartbeat, HEARTBEAT } from '@relay/delivery';
import { answerPings, keepAlive, limitOfError, WEB_SOCKET_LIMITS } from '@relay/runtime';
import { WebSocket } from 'ws';
import { LIMITS, type LimitsReached } from '../limits.js';
import { BinaryFrames } from './binary-frames.js';
import type { ConsumerAccess, Passage } from './consumer-access.js';
import { generateMask } from './frame-mask.js';
import { type Failure, failureOfAnswer, failureOfError, failureOfProxy } from './failure.js';

const HANDSHAKE_TIMEOUT_MS = 10_000;

const NOTHING = Buffer.alloc(0);

/** What happens on a line. */
export interface LineEvents {
  opened(): void;
  received(bytes: Buffer, isBinary: boolean): void;
  /** The network has taken the frame that it was slow to take. */
  drained(): void;
  /** The line is no more, or never was. */
  ended(failure: Failure): void;
}

/** One WebSocket to a consumer, from the first attempt to its end. */
export class Line {
  /** The proxy on the way; undefined without one. */
  readonly proxy: string | undefined;
  /** Whether a frame waits for the network: what comes behind it is better kept where it is. */
  isCongested = false;
  readonly #socket: WebSocket;
  /** What is under it, once it stands. */
  #transport: Socket | undefined;
  readonly #frames = new BinaryFrames();
  /** What is known of the end, the first cause first. */
  #failure: Failure | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @throws PassageError when it cannot even be tried */
  constructor(
    url: string,
    access: ConsumerAccess,
    private readonly events: LineEvents,
    private readonly reached: LimitsReached,
  ) {
    const way = new AbortController();
    const passage = access.prepare(url, way.signal, (status) => {
      this.#failure ??= failureOfProxy(status);
    });
    this.proxy = passage.proxy;
    this.#socket = this.#dial(url, passage);
    // ws has such a timer, too, but it begins when a proxy has answered
    this.#timer = setTimeout(() => {
      this.#fail('does not answer in time');
      way.abort();
    }, HANDSHAKE_TIMEOUT_MS);
  }

  /** The handshake is over. */
  welcomed(): void {
    clearTimeout(this.#timer);
  }

  /** Says something short. */
  send(text: string): void {
    const socket = this.#socket;
    if (socket.readyState !== WebSocket.OPEN) return;
    if (!this.isCongested && socket.bufferedAmount > LIMITS.unreadBytes) {
      this.reached.add('unread-bytes');
      this.#fail('does not read');
      return;
    }
    socket.send(text);
  }

  /**
   * Sends a binary frame, past ws but in the same order: `head` and then `body`, whose memory may be written
   * to again as soon as this has returned. None while the line is congested.
   */
  deliver(head: Uint8Array, body: Uint8Array): void {
    const transport = this.#transport;
    if (this.#socket.readyState !== WebSocket.OPEN || transport === undefined) return;
    const frame = this.#frames.write(head, body);
    if (transport instanceof TLSSocket) {
      transport.write(frame, this.#onTaken);
    } else {
      transport.write(frame);
      if (transport.writableLength === 0) return; // as it mostly is, and nobody had to ask to be told
      transport.write(NOTHING, this.#onTaken);
    }
    this.isCongested = true;
  }

  readonly #onTaken = (): void => {
    if (!this.isCongested) return; // it has ended
    this.isCongested = false;
    this.events.drained();
  };

  /** Hears no more, and closes; does not wait for long for the consumer to agree. */
  close(code: CloseCode, reason: string): void {
    const needsPerson = !mayComeBack(code) || code === CloseCode.nameInUse;
    this.#failure = { text: `closed with ${code} ${reason}`, needsPerson };
    this.#socket.removeAllListeners('message');
    this.#socket.close(code, closeReason(reason));
    setTimeout(() => {
      if (this.#socket.readyState === WebSocket.CLOSED) return;
      this.reached.add('close-time');
      this.#socket.terminate();
    }, LIMITS.closeMs).unref();
  }

  /** Hears no more, not even what came in one reading with what it heard last, and ends at once. */
  terminate(): void {
    this.#socket.removeAllListeners('message');
    this.#socket.terminate();
  }

  #dial(url: string, { options, hasToken }: Passage): WebSocket {
    const socket = new WebSocket(url, SUB_PROTOCOL, {
      ...options,
      perMessageDeflate: false,
      maxPayload: LIMITS.frameBytes,
      maxFragments: WEB_SOCKET_LIMITS.fragments,
      maxBufferedChunks: WEB_SOCKET_LIMITS.chunks,
      autoPong: false,
      generateMask,
    });
    answerPings(socket, () => {
      this.reached.add('unread-pongs');
    });
    socket.on('upgrade', ({ socket: transport }) => {
      this.#transport = transport;
      keepAlive(socket, transport, new Heartbeat(HEARTBEAT, performance.now()), () => {
        this.#failure ??= { text: 'does not answer any more', needsPerson: false };
      });
    });
    socket.on('open', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        this.close(CloseCode.handshakeTimeout, 'no welcome came');
      }, HANDSHAKE_TIMEOUT_MS);
      this.events.opened();
    });
    socket.on('message', (bytes: Buffer, isBinary: boolean) => {
      this.events.received(bytes, isBinary);
    });
    socket.on('unexpected-response', (_request, { statusCode = 0 }) => {
      this.#failure ??= failureOfAnswer(statusCode, hasToken);
      socket.terminate();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const limit = limitOfError(error);
      if (limit) this.reached.add(limit);
      const isRefused = url.startsWith('ws:') && this.#transport === undefined;
      this.#failure ??= failureOfError(error, isRefused);
    });
    socket.on('close', (code, reason) => {
      clearTimeout(this.#timer);
      this.isCongested = false;
      this.events.ended(this.#failure ?? failureOfClose(code, reason.toString()));
    });
    return socket;
  }

  #fail(text: string): void {
    this.#failure ??= { text, needsPerson: false };
    this.#socket.terminate();
  }
}

function failureOfClose(code: number, reason: string): Failure {
  const text = code === 1006 ? 'the connection broke' : `closed with ${code} ${reason}`.trim();
  return { text, needsPerson: !mayComeBack(code) };
}
