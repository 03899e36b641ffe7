/** Payloads that something on the way might parse, trim or re-encode, each with what it is. */
export const awkwardPayloads: readonly [string, Buffer][] = [
  ['text', Buffer.from('hello')],
  ['nothing', Buffer.alloc(0)],
  ['a number', Buffer.from('1.0')],
  ['a number beyond what a double holds', Buffer.from('12345678901234567890')],
  ['a quoted string', Buffer.from('"quoted"')],
  ['an object with a data member', Buffer.from('{"data":1,"other":2}')],
  ['a request of the transport', Buffer.from('{"id":"1","pattern":"test_websocket","data":1}')],
  ['bytes that are not UTF-8', Buffer.from([0xff, 0xfe, 0x80, 0xc3, 0x28])],
  ['NUL bytes', Buffer.from('a\0b\0')],
  ['1 MiB', Buffer.alloc(1024 * 1024, 'relay')],
  ['emoji', Buffer.from('👋 👩‍🚀')],
  ['newlines', Buffer.from('one\ntwo\r\nthree\n')],
];
