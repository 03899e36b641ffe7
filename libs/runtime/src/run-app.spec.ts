import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { runApp, type RunningApp, StartError } from './run-app.js';
import { sharedSettings } from './shared-settings.js';

/** The timer of the deadline, which nothing ends where nothing exits, is over before it holds anybody up. */
const SOON = '--shutdown-timeout-ms=100';

let exits: unknown[];
let stderr: string;
let stdout: string;
const argv = process.argv;

beforeEach(() => {
  exits = [];
  stderr = '';
  stdout = '';
  jest.spyOn(process, 'exit').mockImplementation((code): never => {
    exits.push(code);
    return undefined as never;
  });
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
});

afterEach(() => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(signal);
  process.argv = argv;
  process.exitCode = undefined;
  jest.restoreAllMocks();
});

async function run(start: () => Promise<RunningApp>, ...flags: string[]): Promise<void> {
  process.argv = ['node', 'main.js', ...flags];
  await runApp('relay', sharedSettings, start);
}

const notStarted = (): never => {
  throw new Error('it started');
};

describe('runApp', () => {
  it.each(['--help', '-h'])('prints the settings on %s and starts nothing', async (flag) => {
    await run(notStarted, flag);
    expect(stdout).toContain('--shutdown-timeout-ms');
  });

  it('exits with 2 and says every mistake when the settings are wrong', async () => {
    await run(notStarted, '--shutdown-timeout-ms=0', '--colour=red');
    expect(process.exitCode).toBe(2);
    expect(stderr).toContain('The relay cannot start with these settings');
    expect(stderr).toContain('--shutdown-timeout-ms is "0"');
    expect(stderr).toContain('unknown flag --colour');
  });

  it('exits with 1 and one sentence when the app cannot start', async () => {
    await run(() => Promise.reject(new StartError('Port 1 is taken.')));
    expect(exits).toEqual([1]);
    expect(stderr).toBe('Port 1 is taken.\n');
  });

  it('hides no error that it does not know', async () => {
    await expect(run(() => Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
    expect(exits).toEqual([]);
  });

  it('shuts down at a signal', async () => {
    await run(() => Promise.resolve({ shutDown: () => Promise.resolve(0) }), SOON);
    process.emit('SIGTERM');
    await setImmediate();
    expect(exits).toEqual([0]);
  });

  it('waits for the start when the signal comes before it is over', async () => {
    const shutDown = jest.fn(() => Promise.resolve(0));
    let begin: (app: RunningApp) => void = () => undefined;
    const running = run(() => new Promise((resolve) => (begin = resolve)), SOON);
    process.emit('SIGTERM');
    await setImmediate();
    expect(exits).toEqual([]);
    begin({ shutDown });
    await running;
    await setImmediate();
    expect(shutDown).toHaveBeenCalledTimes(1);
    expect(exits).toEqual([0]);
  });
});
