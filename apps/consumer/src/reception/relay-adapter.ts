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
import { EventLog } from '@relay/runtime';
import type { WebSocket, WebSocketServer } from 'ws';
import { LIMITS, type Limits, type LimitsReached, maxFrameBytes } from '../limits.js';
import type { Admission, Refusal } from './admission.js';
import type { ClientAddress } from './client-address.js';
import { BareClient } from './bare-client.js';
import { Doorway } from './doorway.js';
import { dismiss } from './reception.js';
import { refuseUpgrade } from './refuse.js';

const CLOSE_TIMEOUT_MS = 2_000;

/** The limits of a consumer, and where it is counted that they were reached. */
export interface AdapterBounds {
  readonly limits: Limits;
  readonly reached: LimitsReached;
}

/** A frame as the gateway's handlers know it. */
interface RelayEvent {
  readonly event: 'bare' | 'deliver' | PublisherFrame['event'];
  readonly data: unknown;
}

/** Nest's WebSocket adapter, made strict: no frame is dropped in silence, and a close is polite. */
export class RelayAdapter extends WsAdapter {
  /** Frames with an event that this version does not know. */
  unknownEvents = 0;
  /** Requests to connect that were refused before there was a WebSocket. */
  refusedUpgrades = 0;
  readonly #log = new EventLog('reception');
  readonly #admission: Admission;
  readonly #clientAddress: ClientAddress;
  readonly #bounds: AdapterBounds;
  readonly #doorway: Doorway;

  constructor(
    app: INestApplicationContext,
    admission: Admission,
    clientAddress: ClientAddress,
    bounds: AdapterBounds,
  ) {
    super(app);
    this.#admission = admission;
    this.#clientAddress = clientAddress;
    this.#bounds = bounds;
    this.#doorway = new Doorway(bounds.limits, bounds.reached);
  }

  override create(port: number, options: Record<string, unknown> = {}): WebSocketServer {
    return super.create(port, {
      ...options,
      perMessageDeflate: false,
      maxPayload: maxFrameBytes(this.#bounds.limits),
      maxFragments: LIMITS.fragments,
      maxPendingAutoPongs: LIMITS.unreadPongs,
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
      client.on('error', ({ code, message }: NodeJS.ErrnoException) => {
        if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') this.#bounds.reached.add('frame-size');
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
      const address = this.#clientAddress(request);
      const tooOften = this.#doorway.knock(address, performance.now());
      if (tooOften) {
        refuseUpgrade(socket, tooOften);
        this.#tellRefused(request, tooOften);
        return;
      }
      const path = request.url?.split('?', 1)[0];
      const servers = (this.wsServersRegistry.get(port) ?? []) as (WebSocketServer & {
        path: string;
      })[];
      const server = servers.find((candidate) => candidate.path === path);
      if (server === undefined) {
        const message = `There is no WebSocket at this path; the relay's is ${RELAY_PATH}.`;
        refuseUpgrade(socket, this.#admission.refusalOf(request) ?? { status: 404, message });
        return;
      }
      const refusal =
        this.#admission.refusalOfUpgrade(request) ?? this.#doorway.lackOfRoomFor(address);
      if (refusal) {
        refuseUpgrade(socket, refusal);
        this.#tellRefused(request, refusal);
        return;
      }
      server.handleUpgrade(request, socket, head, (client) => {
        client.once('close', this.#doorway.enter(address));
        server.emit('connection', client, request);
      });
    };
    this.httpServersRegistry.set(port, httpServer);
    httpServer.on('upgrade', onUpgrade);
    return httpServer;
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

  /** Says it at 1, 10, 100, …: whoever tries again and again does not fill the log. */
  #tellRefused(request: IncomingMessage, { status, message }: Refusal): void {
    this.refusedUpgrades += 1;
    if (!Number.isInteger(Math.log10(this.refusedUpgrades))) return;
    const from = this.#clientAddress(request);
    this.#log.warn(
      'connection-refused',
      `refused a connection from ${from} with HTTP ${status}, ` +
        `${this.refusedUpgrades} so far: ${message}`,
      { from, status, soFar: this.refusedUpgrades },
    );
  }

  /** A publisher that breaks the protocol is cut off. */
  #refuse(client: WebSocket, { message: reason }: InvalidFrameError): void {
    const code = CloseCode.invalidFrame;
    const sentence = `closed a connection: ${reason} (${code})`;
    this.#log.warn('connection-closed', sentence, { code, reason });
    dismiss(client, code, reason);
  }
}
