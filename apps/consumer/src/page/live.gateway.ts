import type { IncomingMessage } from 'node:http';
import { UseFilters } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import { CloseCode, encodeLive, LIVE_PATH, type Publish, type Watch } from '@relay/contracts';
import { Heartbeat, HEARTBEAT } from '@relay/delivery';
import { keepAlive } from '@relay/runtime';
import { WebSocket } from 'ws';
import { LIMITS, LimitsReached } from '../limits.js';
import { CloseOnError } from '../reception/close-on-error.js';
import { dismiss } from '../reception/dismiss.js';
import { LivePage } from './live-page.js';
import { PageAccess } from './page-access.js';
import type { Publishing } from './publishing.js';

/** How long a page may stay connected when its session is over. */
const SESSION_CHECK_MS = 10_000;

/** Where viewers publish test messages. */
export abstract class PublishingDesk {
  /** The channels to which these may go; null: nowhere. */
  abstract channels(): string[] | null;
  /** Begins the publishing of a viewer that has connected. */
  abstract open(): Publishing;
}

interface Viewer {
  readonly publishing: Publishing;
  /** Until it says `watch`, and for looking whether its session is over. */
  readonly timers: readonly NodeJS.Timeout[];
  isWatching: boolean;
}

/** Where live pages connect. The adapter has checked who they are and what they say. */
@UseFilters(CloseOnError)
@WebSocketGateway({ path: LIVE_PATH })
export class LiveGateway implements OnGatewayConnection<WebSocket>, OnGatewayDisconnect<WebSocket> {
  readonly #viewers = new Map<WebSocket, Viewer>();

  constructor(
    private readonly page: LivePage,
    private readonly access: PageAccess,
    private readonly desk: PublishingDesk,
    private readonly reached: LimitsReached,
  ) {}

  handleConnection(client: WebSocket, request: IncomingMessage): void {
    keepAlive(client, request.socket, new Heartbeat(HEARTBEAT, performance.now()), () => undefined);
    this.#viewers.set(client, {
      publishing: this.desk.open(),
      timers: [this.#awaitWatch(client), this.#checkSession(client, request)],
      isWatching: false,
    });
  }

  handleDisconnect(client: WebSocket): void {
    const viewer = this.#viewers.get(client);
    this.#viewers.delete(client);
    for (const timer of viewer?.timers ?? []) clearTimeout(timer);
    this.page.leave(client);
  }

  /** A page says what it has seen already. */
  @SubscribeMessage('watch')
  watch(@ConnectedSocket() client: WebSocket, @MessageBody() watch: Watch): void {
    const viewer = this.#viewers.get(client);
    if (!viewer) return;
    if (viewer.isWatching) {
      dismiss(client, CloseCode.unexpectedFrame, 'watch was said already');
      return;
    }
    viewer.isWatching = true;
    this.page.watch(client, watch);
  }

  /** Somebody publishes a test message. */
  @SubscribeMessage('publish')
  async publish(
    @ConnectedSocket() client: WebSocket,
    @MessageBody() publish: Publish,
  ): Promise<void> {
    const viewer = this.#viewers.get(client);
    if (!viewer?.isWatching) {
      dismiss(client, CloseCode.unexpectedFrame, 'publish is not allowed before watch');
      return;
    }
    const answer = await viewer.publishing.publish(publish, performance.now());
    this.#answer(client, encodeLive(answer));
  }

  /** Who asks on and reads no answers is not listened to until it does, or is cut off as a page that reads nothing. */
  #answer(client: WebSocket, text: string): void {
    if (client.readyState !== WebSocket.OPEN) return;
    if (client.bufferedAmount <= LIMITS.viewerUnreadBytes) {
      client.send(text);
      return;
    }
    client.pause();
    client.send(text, () => {
      client.resume();
    });
  }

  #awaitWatch(client: WebSocket): NodeJS.Timeout {
    return setTimeout(() => {
      if (this.#viewers.get(client)?.isWatching) return;
      this.reached.add('hello-time');
      dismiss(client, CloseCode.handshakeTimeout, 'no watch came');
    }, LIMITS.helloMs);
  }

  /** It ends with its time, or when its token was taken away. */
  #checkSession(client: WebSocket, request: IncomingMessage): NodeJS.Timeout {
    return setInterval(() => {
      if (!this.access.refusalOfStranger(request)) return;
      dismiss(client, CloseCode.policyViolation, 'the session is over: log in again');
    }, SESSION_CHECK_MS);
  }
}
