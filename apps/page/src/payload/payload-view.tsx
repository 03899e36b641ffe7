import { CopyButton } from '../copy-button.js';
import type { OpenRow, View } from '../feed/open-rows.js';
import type { DeadLetterRow, MessageRow } from '../feed/rows.js';
import { usePage } from '../live-page.js';
import { size } from '../words/numbers.js';
import { hexLines } from './hex-lines.js';
import { JsonView } from './json-view.js';
import { type JsonNode, jsonTree } from './json-tree.js';
import { isWhole, type Payload } from './payload.js';
import { inLines } from './shown-text.js';
import { loadPayload, payloadUrl } from './load-payload.js';

/** More of a payload is not drawn, as browsers become slow; it can be copied and saved whole. */
const MAX_TEXT = 200_000;
const MAX_HEX_BYTES = 16_384;

interface PayloadViewProps {
  readonly row: MessageRow | DeadLetterRow;
  readonly open: OpenRow;
  readonly payload: Payload;
}

const names: Readonly<Record<View, string>> = { text: 'Text', json: 'JSON', hex: 'Bytes' };

/** A payload as text, as a tree or as bytes. */
export function PayloadView({ row, open, payload }: PayloadViewProps) {
  const page = usePage();
  const { key, feed, item } = row;
  const tree =
    payload.text === undefined || payload.text.length > MAX_TEXT
      ? undefined
      : jsonTree(payload.text);
  const views: View[] = [];
  if (payload.text !== undefined) views.push('text');
  if (tree !== undefined) views.push('json');
  views.push('hex');
  const view = views.find((each) => each === open.view) ?? (tree ? 'json' : (views[0] ?? 'hex'));
  const isAll = isWhole(payload);
  return (
    <div class="payload-view" role="group" aria-label="Payload">
      <div class="payload-bar">
        <div class="switch" role="group" aria-label="Show the payload as">
          {views.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={each === view}
              onClick={() => page.openRows.change(key, { view: each })}
            >
              {names[each]}
            </button>
          ))}
        </div>
        <CopyButton text={() => payload.text ?? hexText(payload)} label="Copy the payload" />
        {item.isKept && (
          <a class="button small" href={payloadUrl(feed, item.n)} download={`${item.channel}.bin`}>
            Save
          </a>
        )}
        {!isAll && item.isKept && (
          <button
            type="button"
            class="small"
            disabled={open.isLoading}
            onClick={() => void loadPayload(page.openRows, row)}
          >
            {open.isLoading ? 'Loading …' : `Load all ${size(item.size)}`}
          </button>
        )}
      </div>
      <Drawn view={view} payload={payload} tree={tree} />
      {open.problem !== undefined && <p class="problem">{open.problem}</p>}
      <p class="payload-note">{restWords(payload, view, item.isKept)}</p>
    </div>
  );
}

function Drawn({
  view,
  payload,
  tree,
}: {
  view: View;
  payload: Payload;
  tree?: JsonNode | undefined;
}) {
  if (view === 'json' && tree !== undefined) return <JsonView node={tree} />;
  if (view === 'text')
    return (
      <pre class="text" tabIndex={0} aria-label="Text of the payload">
        {inLines(payload.text?.slice(0, MAX_TEXT) ?? '')}
      </pre>
    );
  return (
    <pre class="hex" tabIndex={0} aria-label="Bytes of the payload">
      {hexLines(payload.bytes, MAX_HEX_BYTES).map(({ offset, bytes, text }) => (
        <span key={offset}>
          <i>{offset}</i> {bytes.padEnd(48)} <b>{text}</b>
          {'\n'}
        </span>
      ))}
    </pre>
  );
}

function hexText({ bytes }: Payload): string {
  return hexLines(bytes, bytes.length)
    .map(({ offset, bytes: line, text }) => `${offset}  ${line.padEnd(48)}  ${text}`)
    .join('\n');
}

/** What of the payload does not show; nothing when all does. */
function restWords(payload: Payload, view: View, isKept: boolean): string {
  const { bytes, text } = payload;
  const most = view === 'hex' ? MAX_HEX_BYTES : MAX_TEXT;
  const has = view === 'hex' ? bytes.length : (text?.length ?? 0);
  if (has > most) return `The beginning; copy or save it to see all ${size(payload.size)}.`;
  if (isWhole(payload)) return '';
  const rest = isKept ? '' : '; the consumer no longer keeps the rest';
  return `The first ${size(bytes.length)} of ${size(payload.size)}${rest}.`;
}
