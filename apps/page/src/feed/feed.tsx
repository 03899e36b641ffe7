import { useLayoutEffect, useRef } from 'preact/hooks';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { usePage } from '../live-page.js';
import { EmptyFeed } from './empty-feed.js';
import { FeedRow } from './feed-row.js';
import { JumpToNewest } from './jump-to-newest.js';
import { isMessage, type Row } from './rows.js';
import { useRowFocus } from './use-row-focus.js';

/** So near to the end counts as the end, in pixels. */
const END_PX = 24;

/** The messages and what happened among them, the newest below. */
export function Feed() {
  const page = usePage();
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const isScrolledByHand = useRef(false);
  const rows = page.shownRows.value;
  const isFollowing = page.isFollowing.value;
  const open = page.openRows.all.value;
  const { focused, moveFocus } = useRowFocus(scroller, list, rows);

  const byHand = () => (isScrolledByHand.current = true);
  const onScroll = () => {
    const { current } = list;
    if (current === null) return;
    const isAtEnd = current.scrollOffset + current.viewportSize >= current.scrollSize - END_PX;
    const isReading = !isScrolledByHand.current && open.size > 0; // unfolded, it reaches the end
    if (isAtEnd && !isReading) page.isFollowing.value = true;
    if (!isAtEnd && isScrolledByHand.current) page.isFollowing.value = false;
  };

  const followNewest = () => {
    if (page.isFollowing.value && rows.length > 0)
      list.current?.scrollToIndex(rows.length - 1, { align: 'end' });
  };
  useLayoutEffect(followNewest, [rows, isFollowing]);

  return (
    <div class="feed-frame">
      <div
        ref={scroller}
        class="feed"
        id="feed"
        role="region"
        aria-label="Messages"
        tabIndex={0}
        onWheel={byHand}
        onTouchMove={byHand}
        onPointerDown={byHand}
        onKeyDown={(event) => {
          byHand();
          moveFocus(event);
        }}
      >
        {rows.length > 0 && (
          <Virtualizer
            ref={list}
            scrollRef={scroller}
            data={rows}
            as="ol"
            item="li"
            itemSize={34}
            keepMounted={focused === undefined ? [] : [focused]}
            onScroll={onScroll}
            onResize={followNewest}
            onScrollEnd={() => (isScrolledByHand.current = false)}
          >
            {(row: Row, index: number) => (
              <FeedRow
                key={row.key}
                row={row}
                open={open.get(row.key)}
                isTabStop={index === (focused ?? rows.length - 1)}
              />
            )}
          </Virtualizer>
        )}
        {!rows.some(isMessage) && <EmptyFeed />}
      </div>
      <JumpToNewest />
    </div>
  );
}
