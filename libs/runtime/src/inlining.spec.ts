import { spawnSync } from 'node:child_process';
import { expect, it } from '@jest/globals';
import { INLINING } from './inlining.js';

it('is a flag that this Node.js knows', () => {
  const { status, stderr } = spawnSync(process.execPath, [INLINING, '--eval', ''], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
