export { type BareFrame, decodeBare, type ErrorFrame } from './bare-frames.js';
export { CborWriter } from './cbor-writer.js';
export { CloseCode, closeReason, mayComeBack } from './close-codes.js';
export {
  type Ack,
  type ConsumerFrame,
  decodeFromConsumer,
  decodeFromPublisher,
  encodeControl,
  type Goodbye,
  type Hello,
  type PublisherFrame,
  type Status,
  type UnknownFrame,
  type Welcome,
} from './control-frames.js';
export {
  decodeBinary,
  type Deliver,
  deliverHead,
  encodeDeliver,
  MAX_DELIVER_ENTRIES,
} from './deliver-frame.js';
export { decodePayload, InvalidPayloadError, type PayloadDto } from './dto/payload-dto.js';
export { type TestWebsocket, testWebsocketDto } from './dto/test-websocket.dto.js';
export {
  decodeEntries,
  type EncodedEntries,
  encodeEntries,
  maxEncodedBytes,
  writeEntry,
} from './encoded-entries.js';
export { type Entry, entryBytes, type GapEntry, GapReason, type MessageEntry } from './entries.js';
export { InvalidFrameError } from './invalid-frame-error.js';
export {
  type Chain,
  type DeadLetterItem,
  decodeFromLive,
  decodeFromPage,
  encodeLive,
  type FeedItem,
  type Figures,
  type GapItem,
  type Items,
  LIVE_PATH,
  MAX_PUBLISHED_CHARACTERS,
  type LiveFrame,
  type LiveWelcome,
  type MessageItem,
  type PageFrame,
  PREVIEW_BYTES,
  type Publish,
  type StartItem,
  type Watch,
} from './live-frames.js';
export { BEFORE_ALL, compareOffsets, type Offset, sequenceOf, successor } from './offset.js';
export { RELAY_PATH, SUB_PROTOCOL } from './protocol.js';
