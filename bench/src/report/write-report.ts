import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { workspace } from '../pipeline/variants.js';
import { commit } from './machine.js';

/** `bench/results` is committed, `tmp` is not. */
export function folderFor(what: 'bench' | 'soak', isSaved: boolean, startedAt: Date): string {
  const minute = startedAt.toISOString().slice(0, 16).replaceAll(':', '');
  return join(workspace, isSaved ? 'bench/results' : 'tmp/bench', `${minute}-${commit()}-${what}`);
}

/** @returns the folder, as seen from the workspace */
export function writeReport(folder: string, files: ReadonlyMap<string, string>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
  return relative(workspace, folder);
}
