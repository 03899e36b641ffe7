export { CloseCode } from './close-codes.js';
export { decodePayload, InvalidPayloadError, type PayloadDto } from './dto/payload-dto.js';
export { type TestWebsocket, testWebsocketDto } from './dto/test-websocket.dto.js';
export {
  type BareFrame,
  decodeBare,
  decodeDeliver,
  type DeliverFrame,
  encodeDeliver,
  type ErrorFrame,
  InvalidFrameError,
  type MessageEntry,
  RELAY_PATH,
  SUB_PROTOCOL,
} from './frames.js';
