import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload, Transport } from '@nestjs/microservices';
import { WebSocket } from 'ws';

@Controller()
class RelayController {
  private readonly socket = new WebSocket(process.env['CONSUMER_URL'] ?? '', {
    perMessageDeflate: false,
  });

  @EventPattern('test_websocket')
  relay(@Payload() data: string): void {
    this.socket.send(JSON.stringify({ event: 'test_websocket', data }));
  }
}

@Module({ controllers: [RelayController] })
class PublisherModule {}

const { hostname, port } = new URL(process.env['REDIS_URL'] ?? '');
const app = await NestFactory.createMicroservice(PublisherModule, {
  transport: Transport.REDIS,
  options: { host: hostname, port: Number(port) },
});
await app.listen();
