import { effect, signal } from '@preact/signals';
import { recall, remember } from '../remembered.js';

/** As the system has it, or as somebody chose. */
export type Theme = 'system' | 'light' | 'dark';

export const themes: readonly Theme[] = ['system', 'light', 'dark'];

export const theme = signal<Theme>(
  themes.find((each) => each === recall('relay-theme')) ?? 'system',
);

/** Keeps the page in the theme that is chosen, and remembers it. */
export function applyTheme(): void {
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value;
    remember('relay-theme', theme.value);
  });
}
