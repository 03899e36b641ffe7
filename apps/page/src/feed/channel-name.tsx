import { usePage } from '../live-page.js';
import { oneLine } from '../payload/shown-text.js';

const HUES = 8;

/** A channel, to be clicked to see it alone; those who use the keyboard have the filter. */
export function ChannelName({ channel }: { channel: string }) {
  const page = usePage();
  return (
    <span class={`channel hue-${String(hueOf(channel))}`} title={channel}>
      <span
        onClick={(event) => {
          event.stopPropagation();
          page.filter.value = { ...page.filter.value, channel };
        }}
      >
        {oneLine(channel)}
      </span>
    </span>
  );
}

/** The same for the same name. */
function hueOf(channel: string): number {
  let hash = 0;
  for (const character of channel) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return hash % HUES;
}
