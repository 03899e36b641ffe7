import { usePage } from './live-page.js';
import { recall } from './remembered.js';
import { ThemeSwitch } from './theme/theme-switch.js';

/** The name, and whose page this is; the theme, help. */
export function Header() {
  const page = usePage();
  const isLogin = page.connection.value.kind === 'login';
  const consumer = page.chain.value?.consumer.name;
  return (
    <header class="top">
      <h1>
        <span class="mark" aria-hidden="true" />
        Relay
        {consumer !== undefined && <small>{consumer}</small>}
      </h1>
      <div class="top-actions">
        <ThemeSwitch />
        {!isLogin && recall('relay-logged-in') === 'yes' && (
          <button type="button" onClick={() => void page.logOut()}>
            Log out
          </button>
        )}
        {!isLogin && (
          <button
            type="button"
            class="round"
            aria-label="Help: the keys"
            title="Keys (?)"
            onClick={() => (page.isHelpOpen.value = true)}
          >
            ?
          </button>
        )}
      </div>
    </header>
  );
}
