import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeBare } from './bare-frames.js';
import { InvalidFrameError } from './invalid-frame-error.js';

const utf8 = new TextEncoder();

describe('a bare frame', () => {
  it('is an event and a string', () => {
    expect(decodeBare(utf8.encode('{"event":"test_websocket","data":"hello"}'))).toEqual({
      event: 'test_websocket',
      data: 'hello',
    });
  });

  it('carries any channel and any text', () => {
    const event = fc.string({ unit: 'binary', minLength: 1 });
    fc.assert(
      fc.property(event, fc.string({ unit: 'binary' }), (channel, data) => {
        const frame = { event: channel, data };
        expect(decodeBare(utf8.encode(JSON.stringify(frame)))).toEqual(frame);
      }),
    );
  });

  it('may have the name of an event of relay.v1, or of a property that objects have', () => {
    for (const event of ['hello', 'deliver', '__proto__', 'constructor']) {
      expect(decodeBare(utf8.encode(`{"event":"${event}","data":""}`))).toEqual({
        event,
        data: '',
      });
    }
  });

  it.each(['', 'hello', 'null', '[]', '{"event":"x"}', '{"event":"x","data":1}', '{"event":""}'])(
    'is refused when it is %j',
    (text) => {
      expect(() => decodeBare(utf8.encode(text))).toThrow(InvalidFrameError);
    },
  );

  it('is refused when it is not UTF-8', () => {
    const bytes = Buffer.from('{"event":"x","data":"\xff"}', 'latin1');
    expect(() => decodeBare(bytes)).toThrow('the frame is not JSON');
  });

  it('is refused with words that show a person what to type', () => {
    expect(() => decodeBare(utf8.encode('{"event":"x","data":{"a":1}}'))).toThrow(
      /^expected {"event":"<channel>","data":"<payload as a string>"}; wrong at \$\.data: /,
    );
  });
});
