import { ChainPicture } from './chain/chain-picture.js';
import { DisconnectedBanner } from './connection/disconnected-banner.js';
import { Feed } from './feed/feed.js';
import { Toolbar } from './feed/toolbar.js';
import { FiguresPanel } from './figures/figures-panel.js';
import { Header } from './header.js';
import { HelpDialog } from './keyboard/help-dialog.js';
import { useShortcuts } from './keyboard/use-shortcuts.js';
import { type LivePage, PageProvider } from './live-page.js';
import { PublishBox } from './publish/publish-box.js';
import { LoginForm } from './session/login-form.js';
import { useTitle } from './use-title.js';

/** The whole page. */
export function Page({ page }: { page: LivePage }) {
  const connection = page.connection.value;
  useTitle(page);
  return (
    <PageProvider value={page}>
      <p class="visually-hidden" role="status">
        {page.announcements.text.value}
      </p>
      <Header />
      {connection.kind === 'login' ? (
        <LoginForm problem={connection.problem} isSending={connection.isSending} />
      ) : (
        <Live page={page} />
      )}
    </PageProvider>
  );
}

function Live({ page }: { page: LivePage }) {
  useShortcuts(page);
  return (
    <>
      <ChainPicture />
      <DisconnectedBanner />
      <div class="columns">
        <main>
          <Toolbar />
          <Feed />
        </main>
        <aside aria-label="Figures and publishing">
          <FiguresPanel />
          <PublishBox />
        </aside>
      </div>
      <HelpDialog />
    </>
  );
}
