import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { INestApplicationContext } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import type { MessageMappingProperties } from '@nestjs/websockets';
import {
  CloseCode,
  decodeBinary,
  decodeFromPublisher,
  InvalidFrameError,
  RELAY_PATH,
  SUB_PROTOCOL,
} from '@relay/contracts';
import {
  completed,
  EventLog,
  isForWebSocket,
  type Metrics,
  type Refusal,
  type Refusals,
  WEB_SOCKET_LIMITS,
} from '@relay/runtime';
import { fromEvent } from 'rxjs';
import type { WebSocket, WebSocketServer } from 'ws';
import { LIMITS, type Limits, type LimitsReached, maxFrameBytes } from '../limits.js';
import type { Admission } from './admission.js';
import { BareClient } from './bare-client.js';
import { boundWebSocket } from './bound-web-socket.js';
import { Doorway } from './doorway.js';
import { FramesInTurn, type RawFrame } from './frames-in-turn.js';
import { answerPlainly } from './plain-request.js';
import type { OtherPath } from './other-path.js';
import { dismiss } from './dismiss.js';
import { refuseUpgrade } from './refuse.js';

const CLOSE_TIMEOUT_MS = 2_000;

/** Characters of the event that a client made up. */
const MAX_SHOWN_EVENT = 100;

/** The limits of a consumer, and where it is counted that they were reached. */
export interface AdapterBounds {
  readonly limits: Limits;
  readonly reached: LimitsReached;
  /** Who is refused is counted here. */
  readonly refusals: Refusals;
}

/** A server with the path where it is reached. */
type ServerAtPath = WebSocketServer & { readonly path: string };

const NO_WEB_SOCKET: Refusal = {
  status: 404,
  message: `There is no WebSocket at this path; the relay's is ${RELAY_PATH}.`,
};
const BAD_HANDSHAKE: Refusal = { status: 400, message: 'no proper handshake of a WebSocket' };
const BAD_METHOD: Refusal = { status: 405, message: 'only GET becomes a WebSocket' };

/** A frame as the handlers of a gateway know it. */
interface GatewayEvent {
  readonly event: string;
  readonly data: unknown;
}

type Reader = (bytes: Buffer, isBinary: boolean) => GatewayEvent | undefined;

/** Nest's WebSocket adapter, made strict: no frame is dropped in silence, and a close is polite. */
export class RelayAdapter extends WsAdapter {
  /** Whether Nest has given it a gateway. */
  hasGateway = false;
  /** Frames with an event that this version does not know. */
  unknownEvents = 0;
  readonly #log = new EventLog('reception');
  readonly #admission: Admission;
  readonly #bounds: AdapterBounds;
  /** One for each server: who crowds at one path takes no room at another. */
  readonly #doorways = new WeakMap<WebSocketServer, Doorway>();
  readonly #otherPaths: ReadonlyMap<unknown, OtherPath>;
  /** Where each client connected that did not at the relay's path. */
  readonly #pathOf = new WeakMap<WebSocket, OtherPath>();

  /** @param otherPaths those besides the relay's */
  constructor(
    app: INestApplicationContext,
    admission: Admission,
    bounds: AdapterBounds,
    otherPaths: readonly OtherPath[] = [],
  ) {
    super(app);
    this.#admission = admission;
    this.#bounds = bounds;
    this.#otherPaths = new Map(otherPaths.map((other) => [other.path, other]));
  }

  override create(port: number, options: Record<string, unknown> = {}): WebSocketServer {
    const { limits, reached } = this.#bounds;
    const other = this.#otherPaths.get(options['path']);
    this.hasGateway ||= other === undefined;
    return super.create(port, {
      ...options,
      WebSocket: boundWebSocket(reached),
      autoPong: false, // the class does
      perMessageDeflate: false,
      maxPayload: other?.maxFrameBytes ?? maxFrameBytes(limits),
      maxFragments: WEB_SOCKET_LIMITS.fragments,
      maxBufferedChunks: WEB_SOCKET_LIMITS.chunks,
      closeTimeout: LIMITS.closeMs,
      handleProtocols: (offered: Set<string>) =>
        !other && offered.has(SUB_PROTOCOL) ? SUB_PROTOCOL : false,
    }) as WebSocketServer;
  }

  override bindMessageHandlers(client: WebSocket, handlers: MessageMappingProperties[]): void {
    const callbacks = new Map(
      handlers.map(({ message, callback }) => [message as unknown, callback]),
    );
    const isRelays = callbacks.has('bare');
    const read = this.#readerFor(client, isRelays);
    const hear = async ({ bytes, isBinary }: RawFrame): Promise<void> => {
      try {
        const frame = this.#read(client, read, bytes, isBinary);
        if (!frame) return;
        const callback = callbacks.get(frame.event);
        if (!callback) this.#tellUnhandled(frame.event);
        const given: unknown = await callback?.(frame.data, frame.event);
        const rest = completed(given, () => fromEvent(client, 'close'));
        if (rest) await rest;
      } catch (error) {
        this.#log.error('internal-error', 'a frame could not be taken in', { error });
      }
    };
    const turns = isRelays ? new FramesInTurn(client, hear) : undefined;
    client.on('message', (bytes: Buffer, isBinary: boolean) => {
      if (turns) turns.take({ bytes, isBinary });
      else void hear({ bytes, isBinary });
    });
  }

  /** A mistake of the peer, such as bytes that are no frame, is none of ours; Nest would log it as an error. */
  override bindErrorHandler(server: WebSocketServer): WebSocketServer {
    server.on('connection', (client) => {
      client.on('error', ({ message }) => {
        this.#log.warn('connection-closed', `closed a connection: ${message}`, {
          problem: message,
        });
      });
    });
    return server;
  }

  /** Says goodbye with 1001 and lets the clients finish the handshake of closing. */
  override async close(server: WebSocketServer): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
    for (const client of server.clients) client.close(CloseCode.goingAway, 'consumer shuts down');
    const giveUp = setTimeout(() => {
      for (const client of server.clients) client.terminate();
    }, CLOSE_TIMEOUT_MS);
    await closed;
    clearTimeout(giveUp);
  }

  protected override ensureHttpServerExists(
    port: number,
    httpServer: Server = createServer(),
  ): Server | undefined {
    if (this.httpServersRegistry.has(port)) return undefined;
    const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      if (isForWebSocket(request)) this.#upgrade(port, request, socket, head);
      else if (!answerPlainly(httpServer, request, socket)) {
        const message = 'There is no other protocol here: send this without Upgrade.';
        refuseUpgrade(
          socket,
          this.#bounds.refusals.refuseStranger(request, { status: 400, message }),
        );
      }
    };
    this.httpServersRegistry.set(port, httpServer);
    httpServer.on('upgrade', onUpgrade);
    return httpServer;
  }

  /**
   * A stranger is told so before anything is counted that those share who may come in: strangers who knock
   * too often are in the way of each other, and of nobody else.
   */
  #upgrade(port: number, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { refusals } = this.#bounds;
    const path = request.url?.split('?', 1)[0];
    const servers = (this.wsServersRegistry.get(port) ?? []) as ServerAtPath[];
    const server = servers.find((candidate) => candidate.path === path);
    const other = this.#otherPaths.get(path);
    const refusal =
      server && !other
        ? this.#admission.refusalOfUpgrade(request)
        : (this.#admission.refusalOf(request) ?? other?.refusalOfUpgrade(request));
    if (!server || refusal) {
      refuseUpgrade(socket, refusals.refuseStranger(request, refusal ?? NO_WEB_SOCKET));
      return;
    }
    const doorway = other ?? this.#doorwayOf(server);
    const address = refusals.addressOf(request);
    const lack = doorway.knock(address, performance.now());
    if (lack) {
      refuseUpgrade(socket, refusals.refuse(request, lack));
      return;
    }
    const outcome = { isOpen: false };
    server.handleUpgrade(request, socket, head, (client) => {
      outcome.isOpen = true;
      if (other) this.#pathOf.set(client, other);
      client.once('close', doorway.enter(address));
      server.emit('connection', client, request);
    });
    if (outcome.isOpen || socket.destroyed) return;
    // ws has answered
    refusals.refuse(request, request.method === 'GET' ? BAD_HANDSHAKE : BAD_METHOD);
  }

  #doorwayOf(server: WebSocketServer): Doorway {
    const { limits, reached } = this.#bounds;
    const doorway = this.#doorways.get(server) ?? new Doorway(limits, reached);
    this.#doorways.set(server, doorway);
    return doorway;
  }

  /**
   * How the frames of a client are read; at a gateway that is not the relay's, bare ones are the events of its
   * handlers. An InvalidFrameError that is thrown there closes its connection.
   */
  #readerFor(client: WebSocket, takesBare: boolean): Reader {
    const other = this.#pathOf.get(client);
    if (other) return (bytes, isBinary) => other.read(bytes, isBinary);
    if (client.protocol === SUB_PROTOCOL) {
      return (bytes, isBinary) => this.#readRelay(bytes, isBinary);
    }
    const { limits, reached } = this.#bounds;
    const bare = new BareClient(client, limits, reached);
    return (bytes, isBinary) => {
      const data = bare.read(bytes, isBinary);
      return takesBare && data ? { event: 'bare', data } : data;
    };
  }

  #read(
    client: WebSocket,
    read: Reader,
    bytes: Buffer,
    isBinary: boolean,
  ): GatewayEvent | undefined {
    try {
      return read(bytes, isBinary);
    } catch (error) {
      if (!(error instanceof InvalidFrameError)) throw error;
      this.#refuse(client, error);
      return undefined;
    }
  }

  #readRelay(bytes: Buffer, isBinary: boolean): GatewayEvent | undefined {
    const frame = isBinary ? decodeBinary(bytes) : decodeFromPublisher(bytes);
    if (frame.event !== 'unknown') return frame;
    if (this.unknownEvents === 0) {
      const sentence = `ignored the event ${frame.data}, which a newer publisher may know`;
      this.#log.info('event-ignored', sentence, { ignored: frame.data });
    }
    this.unknownEvents += 1;
    return undefined;
  }

  #tellUnhandled(event: string): void {
    const unhandled = event.slice(0, MAX_SHOWN_EVENT);
    const sentence = `no gateway has a handler for the event ${unhandled}`;
    this.#log.warn('event-unhandled', sentence, { unhandled });
  }

  /** A publisher that breaks the protocol is cut off. */
  #refuse(client: WebSocket, { message: reason }: InvalidFrameError): void {
    const code = CloseCode.invalidFrame;
    const sentence = `closed a connection: ${reason} (${code})`;
    this.#log.warn('connection-closed', sentence, { code, reason });
    dismiss(client, code, reason);
  }
}

/** Serves what an adapter counts. */
export function measureAdapter(metrics: Metrics, adapter: RelayAdapter): void {
  metrics.counter({
    name: 'relay_unknown_events_total',
    help: 'Frames with an event that only a newer version knows; they are ignored.',
    read: () => adapter.unknownEvents,
  });
}
