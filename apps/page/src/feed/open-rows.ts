import { signal } from '@preact/signals';
import type { Payload } from '../payload/payload.js';

/** How a payload is looked at. */
export type View = 'text' | 'json' | 'hex';

/** A row that is unfolded; undefined where nothing was chosen or loaded. */
export interface OpenRow {
  readonly view: View | undefined;
  /** All of the payload, once asked for. */
  readonly whole: Payload | undefined;
  /** Why it could not be loaded. */
  readonly problem: string | undefined;
  readonly isLoading: boolean;
}

/** Rows that stay unfolded, with their payloads; the one unfolded first is folded beyond it. */
const MAX_OPEN = 20;

const fresh: OpenRow = { view: undefined, whole: undefined, problem: undefined, isLoading: false };

/** Which rows are unfolded, by their keys: kept here as rows out of sight are not drawn. */
export class OpenRows {
  readonly all = signal<ReadonlyMap<number, OpenRow>>(new Map());

  toggle(key: number): void {
    const all = new Map(this.all.value);
    if (!all.delete(key)) all.set(key, fresh);
    for (const first of all.keys()) if (all.size > MAX_OPEN) all.delete(first);
    this.all.value = all;
  }

  /** Changes a row while it is unfolded. */
  change(key: number, changes: Partial<OpenRow>): void {
    const open = this.all.value.get(key);
    if (open !== undefined)
      this.all.value = new Map(this.all.value).set(key, { ...open, ...changes });
  }

  clear(): void {
    this.all.value = new Map();
  }
}
