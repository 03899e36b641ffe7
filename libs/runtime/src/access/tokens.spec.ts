import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { RecordedLog } from '@relay/testing';
import { tokenMistakes } from './token-mistakes.js';
import { parseTokens, Tokens } from './tokens.js';

let folder: string;
let log: RecordedLog;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-tokens-'));
  log = new RecordedLog();
  Logger.overrideLogger(log);
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function pathOf(name: string): string {
  return join(folder, name);
}

function write(name: string, content: string): string {
  writeFileSync(pathOf(name), content);
  return pathOf(name);
}

describe('tokens', () => {
  it('are accepted each, as Bearer', () => {
    const tokens = new Tokens({ relayToken: ['old', 'new'] });
    expect(tokens.judge('Bearer old')).toBe('accepted');
    expect(tokens.judge('bearer new')).toBe('accepted');
  });

  it.each([
    'Bearer other',
    'Bearer ol',
    'Bearer oldd',
    'Bearer old,new',
    'Basic old',
    'old',
    'Bearer',
    '',
  ])('do not let in %j', (authorization) => {
    expect(new Tokens({ relayToken: ['old', 'new'] }).judge(authorization)).toBe('wrong');
  });

  it('let nobody in when there are none', () => {
    const tokens = new Tokens({});
    expect(tokens.areSet).toBe(false);
    expect(tokens.judge('Bearer x')).toBe('wrong');
    expect(tokens.judge(undefined)).toBe('missing');
  });

  it('are read from their file anew each time', () => {
    const relayTokenFile = write('token', 'first\n');
    const tokens = new Tokens({ relayTokenFile });
    expect(tokens.judge('Bearer first')).toBe('accepted');
    write('token', 'second\nfirst\n');
    expect(tokens.read()).toEqual(['second', 'first']);
    write('token', 'second');
    expect(tokens.judge('Bearer first')).toBe('wrong');
    expect(tokens.judge('Bearer second')).toBe('accepted');
  });

  it.each([
    ['is gone', undefined],
    ['is empty', ''],
    ['holds no text that a header carries', 'schlüssel'],
  ])('are unknown while their file %s; that is said once, without them', (_, content) => {
    const relayTokenFile = content === undefined ? pathOf('token') : write('token', content);
    const tokens = new Tokens({ relayTokenFile });
    expect(tokens.areSet).toBe(true);
    expect(tokens.judge(undefined)).toBe('unknown');
    expect(tokens.judge('Bearer x')).toBe('unknown');
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toContain(relayTokenFile);
    expect(log.lines[0]).not.toContain('schlüssel');
    write('token', 'x');
    expect(tokens.judge('Bearer x')).toBe('accepted');
  });
});

describe('parseTokens', () => {
  it('takes commas and lines between them, and spaces around them', () => {
    expect(parseTokens(' a, b\r\nc\n\n')).toEqual(['a', 'b', 'c']);
  });

  it('makes no two tokens of one with a space, which would let in its halves', () => {
    expect(() => parseTokens('open sesame')).toThrow('printable ASCII');
  });
});

describe('the settings of the token', () => {
  it('are right when there is one of them, or none', () => {
    expect(tokenMistakes({})).toEqual([]);
    expect(tokenMistakes({ relayToken: ['x'] })).toEqual([]);
    expect(tokenMistakes({ relayTokenFile: write('token', 'x') })).toEqual([]);
  });

  it('are wrong when there are both, or the file is none or holds none', () => {
    const relayTokenFile = write('token', ' \n');
    expect(tokenMistakes({ relayToken: ['x'], relayTokenFile }).join()).toContain('give one');
    expect(tokenMistakes({ relayTokenFile }).join()).toContain('holds no token');
    expect(tokenMistakes({ relayTokenFile: pathOf('none') }).join()).toContain('ENOENT');
    expect(tokenMistakes({ relayTokenFile: pathOf('') }).join()).toContain('no file');
  });
});
