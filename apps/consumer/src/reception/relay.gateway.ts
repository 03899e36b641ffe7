import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import { type BareFrame, type DeliverFrame, RELAY_PATH } from '@relay/contracts';
import type { WebSocket } from 'ws';
import { Dispatcher } from '../handling/dispatcher.js';
import { Message } from '../handling/message.js';

/** Where messages come in from the wire. Its adapter has checked the frames. */
@WebSocketGateway({ path: RELAY_PATH })
export class RelayGateway {
  constructor(private readonly dispatcher: Dispatcher) {}

  /** Entries of a publisher's outbox. */
  @SubscribeMessage('deliver')
  deliver(
    @ConnectedSocket() client: WebSocket,
    @MessageBody() { entries }: DeliverFrame['data'],
  ): void {
    this.#dispatch(
      client,
      entries.map(
        ({ channel, payload, receivedAt, offset, pattern }) =>
          new Message(channel, payload, new Date(receivedAt), offset, pattern),
      ),
    );
  }

  /** A message that somebody typed into a WebSocket tool. */
  @SubscribeMessage('bare')
  bare(@ConnectedSocket() client: WebSocket, @MessageBody() { event, data }: BareFrame): void {
    this.#dispatch(client, [
      new Message(event, Buffer.from(data), new Date(), undefined, undefined),
    ]);
  }

  /** Reads no further from a client whose messages come faster than they are handled. */
  #dispatch(client: WebSocket, messages: readonly Message[]): void {
    this.dispatcher.dispatch(messages);
    if (!this.dispatcher.isFull || client.isPaused) return;
    client.pause();
    void this.dispatcher.drained().then(() => {
      client.resume();
    });
  }
}
