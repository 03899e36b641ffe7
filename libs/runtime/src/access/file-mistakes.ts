import { readFileSync, statSync } from 'node:fs';

/** What macOS takes; Linux takes more, and nobody writes it. */
const MAX_PATH_BYTES = 1024;

/** What is wrong with the file that a setting names: no file, or not to be read. */
export function fileMistakes(setting: string, path: string | undefined): string[] {
  const problem = path === undefined ? undefined : problemOf(path);
  if (path === undefined || problem === undefined) return [];
  if (seemsContents(path)) {
    return [`${setting} holds what seems to belong in a file; expected the path of that file`];
  }
  return [`${setting} is ${JSON.stringify(path)}, which ${problem}`];
}

function problemOf(path: string): string | undefined {
  try {
    if (!statSync(path).isFile()) return 'is no file';
    readFileSync(path);
    return undefined;
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    return `cannot be read (${code})`;
  }
}

/** A key or a token that was given in the place of its path is not to be shown. */
function seemsContents(path: string): boolean {
  return /[\r\n]|-----BEGIN/.test(path) || Buffer.byteLength(path) > MAX_PATH_BYTES;
}
