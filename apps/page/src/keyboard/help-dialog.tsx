import { useLayoutEffect, useRef } from 'preact/hooks';
import { usePage } from '../live-page.js';
import { hasSingleKeys } from './single-keys.js';
import { shortcuts } from './shortcuts.js';

/** Lists the keys. */
export function HelpDialog() {
  const page = usePage();
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = page.isHelpOpen.value;
  // at once: the event of the closing before may still be to come, and is not to close it again
  useLayoutEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  const close = () => (page.isHelpOpen.value = false);
  return (
    <dialog
      ref={dialog}
      class="help"
      aria-labelledby="help-title"
      onCancel={(event) => {
        event.preventDefault(); // or it would be closed before it is known to be
        close();
      }}
      onClose={() => {
        if (dialog.current?.open !== true) close(); // it may be open again by now
      }}
      onClick={({ target, currentTarget }) => {
        if (target === currentTarget) close(); // beside it
      }}
    >
      <div class="help-body">
        <h2 id="help-title">Keys</h2>
        <dl>
          {shortcuts.map(({ keys, does }) => (
            <div key={does}>
              <dt>
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <p>
          The filter finds a part of the text and of the channel’s name; with <kbd>*</kbd> or{' '}
          <kbd>?</kbd> it has to fit the whole name. The address of this page carries it: copy it to
          share what you see.
        </p>
        <label class="check">
          <input
            type="checkbox"
            checked={hasSingleKeys.value}
            onChange={({ currentTarget }) => (hasSingleKeys.value = currentTarget.checked)}
          />
          Use single keys
        </label>
        <button type="button" class="primary" autofocus onClick={close}>
          Close
        </button>
      </div>
    </dialog>
  );
}
