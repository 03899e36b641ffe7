import { readFileSync, statSync } from 'node:fs';

/** What is wrong with the file that a setting names: no file, or not to be read. */
export function fileMistakes(setting: string, path: string | undefined): string[] {
  if (path === undefined) return [];
  try {
    if (!statSync(path).isFile())
      return [`${setting} is ${JSON.stringify(path)}, which is no file`];
    readFileSync(path);
    return [];
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    return [`${setting} is ${JSON.stringify(path)}, which cannot be read (${code})`];
  }
}
