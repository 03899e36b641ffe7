import type { IncomingMessage } from 'node:http';
import { UseFilters } from '@nestjs/common';
import {
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
import { keepAlive, RawArguments } from '@relay/runtime';
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
  @RawArguments()
  hello(client: WebSocket, hello: Hello): void {
    this.reception.hello(client, hello);
  }

  /** Entries of a publisher's outbox. */
  @SubscribeMessage('deliver')
  @RawArguments()
  deliver(client: WebSocket, deliver: Deliver): void {
    this.reception.deliver(client, deliver);
  }

  @SubscribeMessage('status')
  @RawArguments()
  status(client: WebSocket, status: Status): void {
    this.reception.status(client, status);
  }

  /** A publisher ends, and everything is acknowledged. */
  @SubscribeMessage('goodbye')
  @RawArguments()
  goodbye(client: WebSocket, goodbye: Goodbye): void {
    this.reception.goodbye(client, goodbye);
  }

  /** A message that somebody typed into a WebSocket tool. Reads no further while too many wait. */
  @SubscribeMessage('bare')
  @RawArguments()
  bare(client: WebSocket, { event, data }: BareFrame): void {
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
