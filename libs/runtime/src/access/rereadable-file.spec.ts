import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { RereadableFile } from './rereadable-file.js';

let folder: string;
let path: string;
let reads: number;
let file: RereadableFile;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-file-'));
  path = join(folder, 'token');
  reads = 0;
  file = new RereadableFile(path, (name) => {
    reads += 1;
    return readFileSync(name, 'utf8');
  });
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Long after everything that the test writes. */
function later(): number {
  return Date.now() + 60_000;
}

it('is read once as long as it stays as it is', () => {
  writeFileSync(path, 'first');
  expect([file.text(later()), file.text(later()), file.text(later())]).toEqual(
    new Array(3).fill('first'),
  );
  expect(reads).toBe(1);
});

it('is read again when it was written, or another took its place', () => {
  writeFileSync(path, 'first');
  expect(file.text(later())).toBe('first');
  writeFileSync(path, 'second');
  expect(file.text(later())).toBe('second');
  writeFileSync(`${path}.new`, 'third!');
  renameSync(`${path}.new`, path);
  expect(file.text(later())).toBe('third!');
});

it('is read each time just after it was written: its times may not show that it was once more', () => {
  writeFileSync(path, 'first');
  expect([file.text(), file.text()]).toEqual(['first', 'first']);
  expect(reads).toBe(2);
});

it('is read again when it was away', () => {
  writeFileSync(path, 'first');
  file.text(later());
  rmSync(path);
  expect(() => file.text(later())).toThrow('ENOENT');
  writeFileSync(path, 'again');
  expect(file.text(later())).toBe('again');
});
