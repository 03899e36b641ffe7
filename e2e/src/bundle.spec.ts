import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { RecordedProcess } from '@relay/testing';
import { type App, env, mainOf, workspace } from './stage.js';

const apps: App[] = ['publisher', 'consumer'];

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-bundle-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Copies what is built to the folder, with the package that it does not bring. */
function copy(app: App): void {
  cpSync(dirname(mainOf(app)), folder, { recursive: true });
  const ws = 'node_modules/ws';
  cpSync(resolve(workspace, ws), join(folder, ws), { recursive: true });
}

describe.each(apps)('the built %s', (app) => {
  it('starts away from the workspace with the packages of its package.json alone', async () => {
    copy(app);
    const main = join(folder, 'main.js');
    const started = RecordedProcess.start(process.execPath, [main, '--port=0'], { env });
    try {
      await started.waitForLine('stderr', /health at|listening on/);
    } finally {
      await started.stop();
    }
  });

  it('has the licence of each package that is in it', () => {
    const built = dirname(mainOf(app));
    const told = readFileSync(join(built, 'THIRD-PARTY-LICENCES.txt'), 'utf8').split('\n');
    const packages = packagesIn(join(built, 'chunks'));
    expect(packages).toContain('@nestjs/core');
    expect(packages.filter((name) => !told.some((line) => line.startsWith(`${name} `)))).toEqual(
      [],
    );
  });
});

it('a consumer without the part of its build that answers WebSockets does not start', async () => {
  copy('consumer');
  rmSync(join(folder, 'chunks/socket-module.js'));
  const main = join(folder, 'main.js');
  const started = RecordedProcess.start(process.execPath, [main, '--port=0'], { env });
  await started.waitForLine('stderr', /a part of its build is missing/);
  expect(await started.exited).toMatchObject({ code: 1 });
});

/** According to the source maps. */
function packagesIn(chunks: string): string[] {
  const maps = readdirSync(chunks).filter((file) => file.endsWith('.map'));
  const sources = maps.flatMap(
    (file) =>
      (JSON.parse(readFileSync(join(chunks, file), 'utf8')) as { sources: string[] }).sources,
  );
  const names = sources.map((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))];
}
