import { useState } from 'preact/hooks';
import { count } from '../words/numbers.js';
import type { JsonNode } from './json-tree.js';
import { inLines } from './shown-text.js';

/** More entries are shown when asked for, so many at a time. */
const ENTRIES = 100;

/** Levels that are open at first. */
const OPEN_LEVELS = 2;

/** A JSON value as a tree whose parts can be folded. */
export function JsonView({ node }: { node: JsonNode }) {
  return (
    <div class="json">
      <Node node={node} level={0} />
    </div>
  );
}

function Node({ name, node, level }: { name?: string; node: JsonNode; level: number }) {
  const [isOpen, setOpen] = useState(level < OPEN_LEVELS);
  const [shown, setShown] = useState(ENTRIES);
  const label = name === undefined ? null : <span class="json-name">{inLines(name)}: </span>;
  if ('text' in node)
    return (
      <div class="json-leaf">
        {label}
        <span class={`json-${node.kind}`}>{inLines(node.text)}</span>
      </div>
    );
  const { entries } = node;
  const brackets = node.kind === 'object' ? '{}' : '[]';
  const about =
    node.kind === 'object' ? count(entries.length, 'key') : count(entries.length, 'item');
  return (
    <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        {label}
        <span class="json-about">
          {brackets[0]} {about} {brackets[1]}
        </span>
      </summary>
      {isOpen &&
        entries
          .slice(0, shown)
          .map(([key, value]) => <Node key={key} name={key} node={value} level={level + 1} />)}
      {isOpen && entries.length > shown && (
        <button type="button" class="small" onClick={() => setShown(shown + ENTRIES)}>
          {entries.length - shown} more
        </button>
      )}
    </details>
  );
}
