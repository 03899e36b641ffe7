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
import {
  type BareFrame,
  type Deliver,
  type Goodbye,
  type Hello,
  RELAY_PATH,
  type Status,
  SUB_PROTOCOL,
} from '@relay/contracts';
import { Heartbeat, HEARTBEAT } from '@relay/delivery';
import { keepAlive } from '@relay/runtime';
import type { WebSocket } from 'ws';
import { Dispatcher } from '../handling/dispatcher.js';
import { Message } from '../handling/message.js';
import { LimitsReached } from '../limits.js';
import { CloseOnError } from './close-on-error.js';
import { Reception } from './reception.js';

/** Where messages come in from the wire. Its adapter has checked the frames. */
@UseFilters(CloseOnError)
@WebSocketGateway({ path: RELAY_PATH })
export class RelayGateway
  implements OnGatewayConnection<WebSocket>, OnGatewayDisconnect<WebSocket>
{
  constructor(
    private readonly reception: Reception,
    private readonly dispatcher: Dispatcher,
    private readonly reached: LimitsReached,
  ) {}

  handleConnection(client: WebSocket, { socket }: IncomingMessage): void {
    if (client.protocol === SUB_PROTOCOL) this.reception.connected(client, socket);
    else keepAlive(client, socket, new Heartbeat(HEARTBEAT, performance.now()), () => undefined);
  }

  handleDisconnect(client: WebSocket): void {
    this.reception.disconnected(client);
  }

  /** A publisher says who it is and what it has. */
  @SubscribeMessage('hello')
  hello(@ConnectedSocket() client: WebSocket, @MessageBody() hello: Hello): void {
    this.reception.hello(client, hello);
  }

  /** Entries of a publisher's outbox. */
  @SubscribeMessage('deliver')
  deliver(@ConnectedSocket() client: WebSocket, @MessageBody() deliver: Deliver): void {
    this.reception.deliver(client, deliver);
  }

  @SubscribeMessage('status')
  status(@ConnectedSocket() client: WebSocket, @MessageBody() status: Status): void {
    this.reception.status(client, status);
  }

  /** A publisher ends, and everything is acknowledged. */
  @SubscribeMessage('goodbye')
  goodbye(@ConnectedSocket() client: WebSocket, @MessageBody() goodbye: Goodbye): void {
    this.reception.goodbye(client, goodbye);
  }

  /** A message that somebody typed into a WebSocket tool. Reads no further while too many wait. */
  @SubscribeMessage('bare')
  bare(@ConnectedSocket() client: WebSocket, @MessageBody() { event, data }: BareFrame): void {
    const payload = Buffer.from(data);
    const message = new Message({ channel: event, payload, receivedAt: Date.now() });
    this.dispatcher.dispatch({ items: [message] });
    if (!this.dispatcher.isFull || client.isPaused) return;
    this.reached.add('bare-waiting');
    client.pause();
    void this.dispatcher.room().then(() => {
      client.resume();
    });
  }
}
