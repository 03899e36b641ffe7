import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { Icon } from '../icon.js';
import { usePage } from '../live-page.js';

interface FoldableProps {
  /** The key of the row. */
  readonly row: number;
  /** Its classes. */
  readonly kind: string;
  /** What unfolds, in words. */
  readonly label: string;
  readonly isOpen: boolean;
  readonly isTabStop: boolean;
  readonly line: ComponentChildren;
  /** What shows when it is unfolded. */
  readonly children: ComponentChildren;
}

/** A row that can be unfolded, by its button or by a click anywhere on its line. */
export function Foldable({ row, kind, label, isOpen, isTabStop, line, children }: FoldableProps) {
  const page = usePage();
  const article = useRef<HTMLElement>(null);
  const toggle = () => {
    if (getSelection()?.isCollapsed === false) return; // somebody marks text to copy it
    if (!isOpen) page.isFollowing.value = false; // what somebody reads stays where it is
    page.openRows.toggle(row);
    if (!isOpen) onceDrawn(() => article.current?.scrollIntoView({ block: 'nearest' }));
  };
  return (
    <article ref={article} class={`row ${kind}`} data-open={isOpen}>
      <div class="line" onClick={toggle}>
        <button
          type="button"
          class="fold"
          data-row={row}
          aria-expanded={isOpen}
          aria-label={`Details of the ${label}`}
          tabIndex={isTabStop ? 0 : -1}
        >
          <Icon name="fold" />
        </button>
        {line}
      </div>
      {children}
    </article>
  );
}

/** Behind the frame in which the list has taken in how high the row has become. */
function onceDrawn(work: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(work));
}
