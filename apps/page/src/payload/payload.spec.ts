import { describe, expect, it } from '@jest/globals';
import { hexLines } from './hex-lines.js';
import { jsonTree } from './json-tree.js';
import { hexLine, inLines, oneLine } from './shown-text.js';
import { isWhole, payloadOf, wholePayload } from './payload.js';

describe('payload', () => {
  it('is text or bytes, and knows whether it is all', () => {
    const text = payloadOf({ preview: 'grüße', encoding: 'utf8', size: 7 });
    expect(text.text).toBe('grüße');
    expect(isWhole(text)).toBe(true);
    const binary = payloadOf({ preview: 'iVBORw==', encoding: 'base64', size: 5000 });
    expect([...binary.bytes]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    expect(binary.text).toBeUndefined();
    expect(isWhole(binary)).toBe(false);
    expect(isWhole(payloadOf({ preview: '', encoding: 'utf8', size: 0 }))).toBe(true);
  });

  it('is read as text where it can be, byte order mark and all', () => {
    expect(wholePayload(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)).text).toBe('\ufeffa');
    expect(wholePayload(Uint8Array.of(0xff, 0x61)).text).toBeUndefined();
  });

  it('stands in a row in one line, with nothing hidden', () => {
    expect(oneLine('a\r\nb\nc\td\u0000\u001b[31m\u202egpj.exe')).toBe('a↵b↵c␉d␀␛[31m\ufffdgpj.exe');
    expect(oneLine('x'.repeat(5000))).toHaveLength(300);
    expect(hexLine(Uint8Array.of(0x89, 0x50, 0x4e), 2)).toBe('89 50 …');
    expect(hexLine(new Uint8Array())).toBe('');
  });

  it('stands in its lines, with nothing hidden or turned round', () => {
    expect(inLines('a\r\nb\n\tc\u0000\u001b[31m\u202egpj.exe')).toBe(
      'a\r\nb\n\tc␀␛[31m\ufffdgpj.exe',
    );
    expect(inLines('שלום 👋')).toBe('שלום 👋');
  });

  it('is shown as hex in lines of sixteen', () => {
    const lines = hexLines(
      Uint8Array.from({ length: 18 }, (_, at) => 0x3c + at),
      1000,
    );
    expect(lines).toEqual([
      {
        offset: '00000000',
        bytes: '3c 3d 3e 3f 40 41 42 43  44 45 46 47 48 49 4a 4b',
        text: '<=>?@ABCDEFGHIJK',
      },
      { offset: '00000010', bytes: '4c 4d', text: 'LM' },
    ]);
    expect(hexLines(new Uint8Array(100), 32)).toHaveLength(2);
  });

  it('is shown as a tree where it is a JSON object or array', () => {
    expect(jsonTree(' {"a":[1,"x",null],"__proto__":{"b":true}}')).toEqual({
      kind: 'object',
      entries: [
        [
          'a',
          {
            kind: 'array',
            entries: [
              ['0', { kind: 'number', text: '1' }],
              ['1', { kind: 'string', text: '"x"' }],
              ['2', { kind: 'word', text: 'null' }],
            ],
          },
        ],
        ['__proto__', { kind: 'object', entries: [['b', { kind: 'word', text: 'true' }]] }],
      ],
    });
    for (const none of ['12', '"text"', 'hello', '{broken', '', '['.repeat(300)])
      expect(jsonTree(none)).toBeUndefined();
    expect(jsonTree(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).toBeUndefined();
  });
});
