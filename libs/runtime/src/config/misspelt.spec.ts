import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { RecordedLog } from '@relay/testing';
import * as z from 'zod';
import { warnOfMisspelt } from './misspelt.js';

const setting = { schema: z.string(), default: '', meaning: '', expected: '' };
const settings = {
  PAGE: setting,
  APP_HOST: setting,
  APP_PORT: setting,
  REDIS_CHANNELS: setting,
  REDIS_URL: setting,
};
let log: RecordedLog;

beforeEach(() => {
  log = new RecordedLog();
  Logger.overrideLogger(log);
});

describe('a variable of the environment that is no setting', () => {
  it.each([
    ['REDIS_CHANEL', 'REDIS_CHANNELS'],
    ['REDIS_URI', 'REDIS_URL'],
    ['redis_url', 'REDIS_URL'],
    ['APP_PORTS', 'APP_PORT'],
    ['APP_PROT', 'APP_PORT'],
  ])('and looks like one is told, with the one that was meant: %s', (given, meant) => {
    warnOfMisspelt(settings, { [given]: 'secret' });
    expect(log.lines).toEqual([expect.stringMatching(`^${given} is set.*${meant} is not`)]);
    expect(log.lines.join()).not.toContain('secret');
  });

  it.each([
    ['is like one that is given, too', { REDIS_URI: 'a', REDIS_URL: 'b' }],
    ['is empty itself', { REDIS_URI: '' }],
    ['is like no other', { REDIS_HOST: 'a', REDIS_PORT: '1', HOME: '/' }],
    ['is like one of a single word', { PATH: '/bin', PAGER: 'less' }],
  ])('is not told where it %s', (_, env) => {
    warnOfMisspelt(settings, env);
    expect(log.lines).toEqual([]);
  });

  it('is told where what it is like is empty, which counts as not given', () => {
    warnOfMisspelt(settings, { REDIS_URI: 'a', REDIS_URL: '' });
    expect(log.lines).toHaveLength(1);
  });
});
