import { isObservable, lastValueFrom, type Observable, takeUntil } from 'rxjs';

/**
 * What a handler of Nest gives back is yet to run where an interceptor stands before it, or where it says so itself:
 * an Observable, which runs for whoever subscribes.
 *
 * @param given what the handler's promise was fulfilled with
 * @param end of what nobody cares any more when it tells
 * @returns settles when the handler is done; undefined: it is
 */
export function completed(
  given: unknown,
  end?: () => Observable<unknown>,
): Promise<unknown> | undefined {
  if (!isObservable(given)) return undefined;
  const bounded = end ? given.pipe(takeUntil(end())) : given;
  return lastValueFrom(bounded, { defaultValue: undefined });
}
