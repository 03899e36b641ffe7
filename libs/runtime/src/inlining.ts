import { setFlagsFromString } from 'node:v8';

/**
 * How much may be compiled into one function, in bytes of bytecode. V8 stops at 920, and at 4600 for small
 * functions, whatever else is said.
 */
export const INLINING = '--max-inlined-bytecode-size-cumulative=4600';

/**
 * Has V8 compile what leads from one socket to the next into few functions, not dozens. Where messages come one by
 * one, the caches have lost all of them since the last. A V8 that knew no such limit would say so on stderr and go on.
 */
export function inlineGenerously(): void {
  setFlagsFromString(INLINING);
}
