/** What can be done with one key. */
export type Command = 'filter' | 'pause' | 'clear' | 'newest' | 'help';

/** What of a key event matters, and where it happened. */
export interface KeyPress {
  readonly key: string;
  readonly hasModifier: boolean;
  /** Whether what has the focus takes text, or takes this key for itself. */
  readonly focus: 'text' | 'control' | 'scroller' | 'other';
}

/** The keys, in the order in which the help lists them. */
export const shortcuts: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ['/'], does: 'go to the filter' },
  { keys: ['p', 'Space'], does: 'pause or resume' },
  { keys: ['c'], does: 'clear' },
  { keys: ['g', 'End'], does: 'jump to the newest message' },
  { keys: ['↑', '↓'], does: 'go from message to message' },
  { keys: ['Enter'], does: 'open or fold a message' },
  { keys: ['Esc'], does: 'leave the filter, or close this' },
  { keys: ['?'], does: 'this help' },
];

const commands: Readonly<Record<string, Command>> = {
  '/': 'filter',
  p: 'pause',
  ' ': 'pause',
  c: 'clear',
  g: 'newest',
  End: 'newest',
  '?': 'help',
};

/** What a key means here; undefined: nothing, it is left to the browser. */
export function commandOf({ key, hasModifier, focus }: KeyPress): Command | undefined {
  if (hasModifier || focus === 'text' || !Object.hasOwn(commands, key)) return undefined;
  if (key === ' ' && focus !== 'other') return undefined;
  if (key === 'End' && focus === 'scroller') return undefined;
  return commands[key];
}
