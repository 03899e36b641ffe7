import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { WsAdapter } from '@nestjs/platform-ws';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { End } from '../../ends/end.js';
import { MIN_PAYLOAD_BYTES } from '../../load/payload.js';

@WebSocketGateway({ path: '/relay' })
class RelayGateway {
  private readonly end = End.fromEnvironment();

  @SubscribeMessage('test_websocket')
  handle(@MessageBody() data: string): void {
    this.end.take(Buffer.from(data.slice(0, MIN_PAYLOAD_BYTES)), 0, data.length);
  }
}

@Module({ providers: [RelayGateway] })
class ConsumerModule {}

const app = await NestFactory.create(ConsumerModule);
app.useWebSocketAdapter(new WsAdapter(app));
await app.listen(Number(process.env['CONSUMER_PORT']), '127.0.0.1');
