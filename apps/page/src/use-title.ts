import { useEffect } from 'preact/hooks';
import type { LivePage } from './live-page.js';
import { number } from './words/numbers.js';

/** Says in the tab whether messages come, for those who look at another. */
export function useTitle(page: LivePage): void {
  const { kind } = page.connection.value;
  const held = page.held.value;
  const isPaused = page.isPaused.value;
  useEffect(() => {
    if (kind === 'live') document.title = isPaused ? `(${number(held)}) Relay, paused` : 'Relay';
    else document.title = kind === 'login' ? 'Relay, log in' : 'Relay, disconnected';
  }, [kind, held, isPaused]);
}
