import { useEffect } from 'preact/hooks';
import type { LivePage } from '../live-page.js';
import { hasSingleKeys } from './single-keys.js';
import { type Command, commandOf, type KeyPress } from './shortcuts.js';

/** Lets single keys do what `shortcuts.ts` says. */
export function useShortcuts(page: LivePage): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && focusOf(event) === 'text') leaveField();
      const command = commandOf({
        key: event.key,
        hasModifier: event.ctrlKey || event.metaKey || event.altKey,
        focus: focusOf(event),
      });
      if (command === undefined || !hasSingleKeys.value) return;
      if (event.defaultPrevented || isDialogOpen()) return;
      event.preventDefault();
      run(command, page);
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [page]);
}

function run(command: Command, page: LivePage): void {
  switch (command) {
    case 'filter':
      document.querySelector<HTMLInputElement>('#filter-text')?.focus();
      return;
    case 'pause':
      return page.togglePause();
    case 'clear':
      return page.clear();
    case 'newest':
      return page.jumpToNewest();
    case 'help':
      page.isHelpOpen.value = true;
  }
}

function focusOf({ target }: KeyboardEvent): KeyPress['focus'] {
  if (!(target instanceof Element)) return 'other';
  if (target.matches('input:not([type=radio]), textarea, select')) return 'text';
  if (target.matches('pre, aside')) return 'scroller';
  return target.matches('button, a, summary, input') ? 'control' : 'other';
}

function isDialogOpen(): boolean {
  return document.querySelector('dialog[open]') !== null;
}

function leaveField(): void {
  document.querySelector<HTMLElement>('#feed')?.focus();
}
