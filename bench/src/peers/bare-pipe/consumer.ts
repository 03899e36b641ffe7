import { WebSocketServer } from 'ws';
import { End } from '../../ends/end.js';

const end = End.fromEnvironment();
const server = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(process.env['CONSUMER_PORT']),
  perMessageDeflate: false,
});

server.on('connection', (socket) => {
  socket.on('message', (payload: Buffer) => {
    end.take(payload);
  });
});
