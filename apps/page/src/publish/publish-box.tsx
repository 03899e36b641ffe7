import { useRef, useState } from 'preact/hooks';
import { usePage } from '../live-page.js';

/** Publishes a message to Redis, from where it takes the whole way. */
export function PublishBox() {
  const page = usePage();
  const channels = page.publishTo.value;
  const text = useRef<HTMLTextAreaElement>(null);
  const [chosen, choose] = useState<string>();
  const { value: state } = page.publishing.state;
  if (channels === null) return null;
  const channel = chosen ?? channels[0] ?? '';
  const offered = new Set([...channels, channel]); // one that is chosen stays, and is refused in words
  const isReady = page.connection.value.kind === 'live' && state.kind !== 'sending';
  const publish = () => {
    if (!isReady || text.current === null) return;
    page.publishing.publish(channel, text.current.value);
    text.current.select();
  };
  return (
    <section class="publish" aria-label="Publish">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          publish();
        }}
      >
        <h2>Publish a test message</h2>
        <label class="beside">
          <span>Channel</span>
          <select value={channel} onChange={({ currentTarget }) => choose(currentTarget.value)}>
            {[...offered].map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </label>
        <textarea
          ref={text}
          aria-label="Payload"
          rows={2}
          spellcheck={false}
          defaultValue="hello"
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) publish();
          }}
        />
        <div class="publish-end">
          <button type="submit" class="primary" disabled={!isReady}>
            Publish
          </button>
          <p role="status" class={state.kind === 'failed' ? 'problem' : ''}>
            {state.kind === 'idle' && 'It goes through Redis and the whole chain.'}
            {state.kind === 'sending' && 'Publishing …'}
            {state.kind === 'sent' && state.words}
            {state.kind === 'failed' && state.problem}
          </p>
        </div>
      </form>
    </section>
  );
}
