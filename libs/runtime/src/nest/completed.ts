import { isObservable, lastValueFrom } from 'rxjs';

/**
 * What a handler of Nest gives back is yet to run where an interceptor stands before it, or another handler of the
 * same pattern behind it: an Observable, which runs for whoever subscribes.
 *
 * @param given what the handler's promise was fulfilled with
 * @returns settles when the handler is done; undefined: it is
 */
export function completed(given: unknown): Promise<unknown> | undefined {
  return isObservable(given) ? lastValueFrom(given, { defaultValue: undefined }) : undefined;
}
