/** Of this process's environment, what the programs that are measured get. */
const KEPT = new Set(['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR']);

/** For `RecordedProcess`: these variables and, but for the bare necessities, no others. */
export function onlyThese(
  variables: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  const others = Object.keys(process.env).filter((name) => !KEPT.has(name));
  return {
    ...Object.fromEntries(others.map((name) => [name, undefined])),
    NODE_ENV: 'production',
    PYTHONDONTWRITEBYTECODE: '1',
    ...variables,
  };
}
