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
  type PublisherFrame,
  RELAY_PATH,
  SUB_PROTOCOL,
} from '@relay/contracts';
import {
  EventLog,
  isForWebSocket,
  type Metrics,
  type Refusal,
  type Refusals,
  WEB_SOCKET_LIMITS,
} from '@relay/runtime';
import type { WebSocket, WebSocketServer } from 'ws';
import { LIMITS, type Limits, type LimitsReached, maxFrameBytes } from '../limits.js';
import type { Admission } from './admission.js';
import { BareClient } from './bare-client.js';
import { boundWebSocket } from './bound-web-socket.js';
import { Doorway } from './doorway.js';
import { answerPlainly } from './plain-request.js';
import { dismiss } from './reception.js';
import { refuseUpgrade } from './refuse.js';

const CLOSE_TIMEOUT_MS = 2_000;

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

/** A frame as the gateway's handlers know it. */
interface RelayEvent {
  readonly event: 'bare' | 'deliver' | PublisherFrame['event'];
  readonly data: unknown;
}

/** Nest's WebSocket adapter, made strict: no frame is dropped in silence, and a close is polite. */
export class RelayAdapter extends WsAdapter {
  /** Frames with an event that this version does not know. */
  unknownEvents = 0;
  readonly #log = new EventLog('reception');
  readonly #admission: Admission;
  readonly #bounds: AdapterBounds;
  /** One for each server: who crowds at one path takes no room at another. */
  readonly #doorways = new WeakMap<WebSocketServer, Doorway>();

  constructor(app: INestApplicationContext, admission: Admission, bounds: AdapterBounds) {
    super(app);
    this.#admission = admission;
    this.#bounds = bounds;
  }

  override create(port: number, options: Record<string, unknown> = {}): WebSocketServer {
    const { limits, reached } = this.#bounds;
    return super.create(port, {
      ...options,
      WebSocket: boundWebSocket(reached),
      autoPong: false, // the class does
      perMessageDeflate: false,
      maxPayload: maxFrameBytes(limits),
      maxFragments: WEB_SOCKET_LIMITS.fragments,
      maxBufferedChunks: WEB_SOCKET_LIMITS.chunks,
      closeTimeout: LIMITS.closeMs,
      handleProtocols: (offered: Set<string>) => (offered.has(SUB_PROTOCOL) ? SUB_PROTOCOL : false),
    }) as WebSocketServer;
  }

  override bindMessageHandlers(client: WebSocket, handlers: MessageMappingProperties[]): void {
    const callbacks = new Map(
      handlers.map(({ message, callback }) => [message as unknown, callback]),
    );
    const { limits, reached } = this.#bounds;
    const bare =
      client.protocol === SUB_PROTOCOL ? undefined : new BareClient(client, limits, reached);
    client.on('message', (bytes: Buffer, isBinary: boolean) => {
      const frame = this.#read(client, bare, bytes, isBinary);
      if (!frame) return;
      Promise.resolve(callbacks.get(frame.event)?.(frame.data, frame.event)).catch(
        (error: unknown) => {
          this.#log.error('internal-error', 'a frame could not be taken in', { error });
        },
      );
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
    const refusal = server
      ? this.#admission.refusalOfUpgrade(request)
      : (this.#admission.refusalOf(request) ?? NO_WEB_SOCKET);
    if (!server || refusal) {
      refuseUpgrade(socket, refusals.refuseStranger(request, refusal ?? NO_WEB_SOCKET));
      return;
    }
    const doorway = this.#doorwayOf(server);
    const address = refusals.addressOf(request);
    const lack = doorway.knock(address, performance.now());
    if (lack) {
      refuseUpgrade(socket, refusals.refuse(request, lack));
      return;
    }
    const outcome = { isOpen: false };
    server.handleUpgrade(request, socket, head, (client) => {
      outcome.isOpen = true;
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

  #read(
    client: WebSocket,
    bare: BareClient | undefined,
    bytes: Buffer,
    isBinary: boolean,
  ): RelayEvent | undefined {
    if (bare) {
      const data = bare.read(bytes, isBinary);
      return data && { event: 'bare', data };
    }
    try {
      return this.#readRelay(bytes, isBinary);
    } catch (error) {
      if (!(error instanceof InvalidFrameError)) throw error;
      this.#refuse(client, error);
      return undefined;
    }
  }

  #readRelay(bytes: Buffer, isBinary: boolean): RelayEvent | undefined {
    const frame = isBinary ? decodeBinary(bytes) : decodeFromPublisher(bytes);
    if (frame.event !== 'unknown') return frame;
    if (this.unknownEvents === 0) {
      const sentence = `ignored the event ${frame.data}, which a newer publisher may know`;
      this.#log.info('event-ignored', sentence, { ignored: frame.data });
    }
    this.unknownEvents += 1;
    return undefined;
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
