import * as z from 'zod/mini';
import type { PayloadDto } from './payload-dto.js';

/** What is published on `test_websocket`: plain text. */
export type TestWebsocket = string;

export const testWebsocketDto: PayloadDto<TestWebsocket> = {
  channel: 'test_websocket',
  format: 'text',
  schema: z.string(),
};
