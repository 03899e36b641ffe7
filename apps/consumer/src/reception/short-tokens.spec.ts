import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { RecordedLog, TestFolder } from '@relay/testing';
import { warnOfShortTokens } from './short-tokens.js';

const long = '0123456789abcdef';
let folder: TestFolder;
let log: RecordedLog;

beforeEach(() => {
  folder = new TestFolder();
  log = new RecordedLog();
  Logger.overrideLogger(log);
});

afterEach(() => {
  folder.remove();
});

describe('a short token', () => {
  it.each(['RELAY_TOKEN', 'PAGE_TOKEN'])('of %s is warned of, and not shown', (setting) => {
    warnOfShortTokens({ relayToken: [long, 'hunter2'] }, setting);
    expect(log.lines).toEqual([expect.stringMatching(`^${setting} .*openssl rand -hex 32`)]);
    expect(log.lines.join()).not.toContain('hunter2');
  });

  it('in a file is warned of', () => {
    warnOfShortTokens({ relayTokenFile: folder.write('tokens', `${long}\nhunter2\n`) });
    expect(log.lines).toEqual([expect.stringMatching('^RELAY_TOKEN_FILE ')]);
  });

  it.each([
    ['long ones', { relayToken: [long] }],
    ['none', {}],
  ])('is not warned of where there are %s', (_, settings) => {
    warnOfShortTokens(settings);
    expect(log.lines).toEqual([]);
  });
});
