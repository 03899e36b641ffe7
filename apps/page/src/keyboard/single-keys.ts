import { effect, signal } from '@preact/signals';
import { recall, remember } from '../remembered.js';

const name = 'relay-single-keys';

/** Whether single keys do something: who dictates, or hits keys by accident, turns them off. */
export const hasSingleKeys = signal(recall(name) !== 'off');

/** Remembers the choice. */
export function keepSingleKeys(): void {
  effect(() => remember(name, hasSingleKeys.value ? 'on' : 'off'));
}
