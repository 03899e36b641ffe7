import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { VirtualizerHandle } from 'virtua';
import { usePage } from '../live-page.js';
import type { Row } from './rows.js';

/** Lets the arrow keys go from row to row, and gives the index of the one that has the focus. */
export function useRowFocus(
  scroller: RefObject<HTMLElement | null>,
  list: RefObject<VirtualizerHandle | null>,
  rows: readonly Row[],
): { focused: number | undefined; moveFocus: (event: KeyboardEvent) => void } {
  const page = usePage();
  const [key, setKey] = useState<number>();
  const isDue = useRef(false);
  const at = key === undefined ? -1 : rows.findIndex((row) => row.key === key);

  const focusRow = (wanted: number): boolean => {
    const button = scroller.current?.querySelector<HTMLElement>(`[data-row="${String(wanted)}"]`);
    button?.focus();
    return button instanceof HTMLElement;
  };

  useEffect(() => {
    if (isDue.current && key !== undefined) isDue.current = !focusRow(key);
  });

  const moveFocus = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const { target } = event;
    if (!(target instanceof HTMLElement)) return;
    const current = target.dataset['row'];
    if (current === undefined && target !== scroller.current) return; // within an unfolded row
    event.preventDefault();
    const from = rows.findIndex((row) => String(row.key) === current);
    const next = neighbour(rows, from, event.key === 'ArrowDown' ? 1 : -1);
    const row = next === undefined ? undefined : rows[next];
    if (next === undefined || row === undefined) return;
    page.isFollowing.value = next === rows.length - 1;
    setKey(row.key);
    isDue.current = !focusRow(row.key); // one out of sight is drawn first
    list.current?.scrollToIndex(next, { align: 'nearest' });
  };
  return { focused: at < 0 ? undefined : at, moveFocus };
}

/** The next row that can be unfolded; from outside (-1) the last one. */
function neighbour(rows: readonly Row[], from: number, by: 1 | -1): number | undefined {
  let at = from < 0 ? rows.length - 1 : from + by;
  const way = from < 0 ? -1 : by;
  for (let row = rows[at]; row !== undefined; at += way, row = rows[at])
    if (row.kind === 'message' || row.kind === 'dead-letter') return at;
  return undefined;
}
