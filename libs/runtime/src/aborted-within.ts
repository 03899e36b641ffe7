/**
 * A signal that is aborted with `other`, or after so many milliseconds. In place of `AbortSignal.any` and
 * `AbortSignal.timeout`: Node.js 20 lets the collector of garbage take what they are made of before its time.
 */
export function abortedWithin(ms: number, other: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort();
  };
  setTimeout(abort, ms);
  if (other.aborted) abort();
  else other.addEventListener('abort', abort);
  return controller.signal;
}
