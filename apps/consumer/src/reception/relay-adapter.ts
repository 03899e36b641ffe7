import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Logger } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import type { MessageMappingProperties } from '@nestjs/websockets';
import {
  CloseCode,
  decodeBare,
  decodeBinary,
  decodeFromPublisher,
  type ErrorFrame,
  InvalidFrameError,
  type PublisherFrame,
  SUB_PROTOCOL,
} from '@relay/contracts';
import type { WebSocket, WebSocketServer } from 'ws';
import { dismiss, MAX_ENTRY_BYTES } from './reception.js';

const CLOSE_TIMEOUT_MS = 2_000;

/** Room for the largest entry, whatever script its channel is written in, and what is around it. */
const MAX_FRAME_BYTES = 3 * MAX_ENTRY_BYTES + 64 * 1024;

/** A frame as the gateway's handlers know it. */
interface RelayEvent {
  readonly event: 'bare' | 'deliver' | PublisherFrame['event'];
  readonly data: unknown;
}

/** Nest's WebSocket adapter, made strict: no frame is dropped in silence, and a close is polite. */
export class RelayAdapter extends WsAdapter {
  /** Frames with an event that this version does not know. */
  unknownEvents = 0;
  readonly #logger = new Logger('reception');

  override create(port: number, options: Record<string, unknown> = {}): WebSocketServer {
    return super.create(port, {
      ...options,
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
      handleProtocols: (offered: Set<string>) => (offered.has(SUB_PROTOCOL) ? SUB_PROTOCOL : false),
    }) as WebSocketServer;
  }

  override bindMessageHandlers(client: WebSocket, handlers: MessageMappingProperties[]): void {
    const callbacks = new Map(
      handlers.map(({ message, callback }) => [message as unknown, callback]),
    );
    client.on('message', (bytes: Buffer, isBinary: boolean) => {
      const frame = this.#read(client, bytes, isBinary);
      if (!frame) return;
      Promise.resolve(callbacks.get(frame.event)?.(frame.data, frame.event)).catch(
        (error: unknown) => {
          this.#logger.error(error);
        },
      );
    });
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
      const path = request.url?.split('?', 1)[0];
      const servers = (this.wsServersRegistry.get(port) ?? []) as (WebSocketServer & {
        path: string;
      })[];
      const server = servers.find((candidate) => candidate.path === path);
      if (server === undefined) {
        socket.on('error', () => socket.destroy());
        socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, (client) =>
        server.emit('connection', client, request),
      );
    };
    this.httpServersRegistry.set(port, httpServer);
    httpServer.on('upgrade', onUpgrade);
    return httpServer;
  }

  #read(client: WebSocket, bytes: Buffer, isBinary: boolean): RelayEvent | undefined {
    const speaksRelay = client.protocol === SUB_PROTOCOL;
    try {
      if (speaksRelay) return this.#readRelay(bytes, isBinary);
      if (isBinary)
        throw new InvalidFrameError(`binary frames need the sub-protocol ${SUB_PROTOCOL}`);
      return { event: 'bare', data: decodeBare(bytes) };
    } catch (error) {
      if (!(error instanceof InvalidFrameError)) throw error;
      this.#refuse(client, error, speaksRelay);
      return undefined;
    }
  }

  #readRelay(bytes: Buffer, isBinary: boolean): RelayEvent | undefined {
    const frame = isBinary ? decodeBinary(bytes) : decodeFromPublisher(bytes);
    if (frame.event !== 'unknown') return frame;
    if (this.unknownEvents === 0) {
      this.#logger.log(`ignored the event ${frame.data}, which a newer publisher may know`);
    }
    this.unknownEvents += 1;
    return undefined;
  }

  /** A person at a WebSocket tool gets an answer; a publisher that breaks the protocol is cut off. */
  #refuse(client: WebSocket, error: InvalidFrameError, speaksRelay: boolean): void {
    if (speaksRelay) {
      this.#logger.warn(`closed a connection: ${error.message}`);
      dismiss(client, CloseCode.invalidFrame, error.message);
      return;
    }
    const answer: ErrorFrame = {
      event: 'error',
      data: { code: error.code, message: error.message },
    };
    client.send(JSON.stringify(answer));
  }
}
