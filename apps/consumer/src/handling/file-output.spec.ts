import { openSync, closeSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestFolder } from '@relay/testing';
import { FileOutput, print } from './file-output.js';
import { formatMessage, type OutputFormat } from './format.js';
import { PrintMessages } from './print-messages.js';
import { message } from './testing/recording.js';

let folder: TestFolder;
let fds: number[];

beforeEach(() => {
  folder = new TestFolder();
  fds = [];
});

afterEach(() => {
  for (const fd of fds) closeSync(fd);
  folder.remove();
});

function open(path: string): number {
  const fd = openSync(path, 'a');
  fds.push(fd);
  return fd;
}

function formatLine(format: OutputFormat, text: string): string | Uint8Array {
  return formatMessage[format](message(text));
}

/** What writes as much as there is room for. */
class Disk {
  written = '';

  constructor(public room: number) {}

  readonly writeSome = (_fd: number, bytes: Uint8Array): number => {
    const count = Math.min(this.room, bytes.byteLength);
    if (count === 0) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
    this.room -= count;
    this.written += Buffer.from(bytes.subarray(0, count)).toString();
    return count;
  };
}

describe('a file', () => {
  it('has what is printed, in text or bytes', () => {
    const path = folder.write('out', '');
    const output = new FileOutput(open(path));
    expect(print(output, 'héllo\n')).toBeUndefined();
    expect(print(output, Buffer.from([0xff, 0x0a]))).toBeUndefined();
    expect(readFileSync(path)).toEqual(
      Buffer.concat([Buffer.from('héllo\n'), Buffer.from([0xff, 0x0a])]),
    );
  });
});

describe('a full disk', () => {
  it('is an error of the handler, for each message and not for the process', () => {
    const messages = new PrintMessages('raw', new FileOutput(open('/dev/full')));
    for (const text of ['a', 'b']) {
      expect(() => messages.handle(message(text))).toThrow('ENOSPC');
    }
  });

  it('does not keep what comes when there is room again', () => {
    const disk = new Disk(0);
    const output = new FileOutput(1, disk.writeSome);
    expect(() => print(output, 'lost for now\n')).toThrow('ENOSPC');
    disk.room = 100;
    void print(output, 'here\n');
    expect(disk.written).toBe('here\n');
  });

  it('cuts a line off at the most, which is ended before it is tried again', () => {
    const disk = new Disk(4);
    const output = new FileOutput(1, disk.writeSome);
    expect(() => print(output, 'message\n')).toThrow('ENOSPC');
    expect(() => print(output, 'message\n')).toThrow('ENOSPC');
    disk.room = 100;
    void print(output, 'message\n');
    void print(output, 'next\n');
    expect(disk.written).toBe('mess\nmessage\nnext\n');
  });

  it('has of several messages at once only those done that it holds whole', () => {
    for (const format of ['raw', 'json'] as const) {
      const lines = ['one', 'two', 'three'].map((text) => Buffer.from(formatLine(format, text)));
      const [first = 0, second = 0] = lines.map(({ byteLength }) => byteLength);
      const texts = ['one', 'two', 'three'].map((text) => message(text));
      const disk = new Disk(0);
      const messages = new PrintMessages(format, new FileOutput(1, disk.writeSome));
      for (const [room, done] of [
        [first - 1, 0],
        [first, 1],
        [first + second + 2, 2],
        [1000, 3],
      ] as const) {
        disk.room = room;
        disk.written = '';
        expect(messages.handleAhead(texts)).toBe(done);
        disk.room = 1;
        void messages.handleAhead([]); // ends a line that was cut off
      }
      expect(disk.written).toBe(Buffer.concat(lines).toString());
    }
  });

  it('that takes a part at a time gets all parts', () => {
    const parts: string[] = [];
    const output = new FileOutput(1, (_fd, bytes) => {
      parts.push(Buffer.from(bytes.subarray(0, 3)).toString());
      return Math.min(3, bytes.byteLength);
    });
    void print(output, 'message\n');
    expect(parts).toEqual(['mes', 'sag', 'e\n']);
  });
});
