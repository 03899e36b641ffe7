import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/mini';
import { decodePayload, type PayloadDto } from './payload-dto.js';
import { testWebsocketDto } from './test-websocket.dto.js';

const orders: PayloadDto<{ id: number }> = {
  channel: 'orders',
  format: 'json',
  schema: z.object({ id: z.number() }),
};

describe('decodePayload', () => {
  it('gives text as it is', () => {
    expect(decodePayload(testWebsocketDto, Buffer.from('"1.0"'))).toBe('"1.0"');
  });

  it('gives the parsed and checked value of JSON', () => {
    expect(decodePayload(orders, Buffer.from('{"id":7}'))).toEqual({ id: 7 });
  });

  it.each([
    ['not JSON', Buffer.from('{'), 'payload on orders is not JSON'],
    ['of another shape', Buffer.from('{"id":"7"}'), /payload on orders does not fit: id: /],
    ['not UTF-8', Buffer.from([0xff]), 'payload on orders is not JSON'],
  ])('says what is wrong with a payload that is %s', (_, payload, message) => {
    expect(() => decodePayload(orders, payload)).toThrow(message);
  });
});
