import type { IncomingMessage } from 'node:http';
import { expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { RecordedLog } from '@relay/testing';
import { HTTP_LIMITS, type HttpLimit } from '../bounds/http-limits.js';
import type { Refusal } from './refusal.js';
import { Refusals } from './refusals.js';

const WRONG: Refusal = { status: 401, message: 'wrong' };
const FULL: Refusal = { status: 503, message: 'full' };

it('strangers on many addresses who are refused too often hear 503, and who may come in does not', () => {
  Logger.overrideLogger(new RecordedLog());
  const reached: HttpLimit[] = [];
  const addressOf = ({ url = '' }: IncomingMessage): string => url;
  const refusals = new Refusals({ onReached: (limit) => reached.push(limit), addressOf });
  const from = (url: string): IncomingMessage => ({ url }) as IncomingMessage;
  const answers = Array.from(
    { length: HTTP_LIMITS.refusalsAtOnce * 2 },
    (_, n) => refusals.refuseStranger(from(`192.0.${n >> 8}.${n & 255}`), WRONG).status,
  );
  expect(new Set(answers)).toEqual(new Set([401, 503]));
  expect(answers.indexOf(503)).toBeGreaterThanOrEqual(HTTP_LIMITS.refusalsAtOnce);
  expect(new Set(reached)).toEqual(new Set(['refusals']));
  expect(refusals.refuse(from('192.0.2.1'), FULL)).toBe(FULL);
});
