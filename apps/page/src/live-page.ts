import type { Chain, LiveFrame } from '@relay/contracts';
import { computed, effect, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Connection } from './connection/connection.js';
import { atFirst } from './connection/connection.js';
import { LiveClient } from './connection/live-client.js';
import { FeedStore, type Shown } from './feed/feed-store.js';
import { matcher, parseFilter, printFilter } from './feed/filter.js';
import { OpenRows } from './feed/open-rows.js';
import type { Row } from './feed/rows.js';
import { Announcements } from './announcements.js';
import { type FiguresHistory, withFigures, withHistory } from './figures/figures-history.js';
import { PublishRequests } from './publish/publish-requests.js';

/** All that the page knows, and what can be done with it. */
export class LivePage {
  readonly connection = signal<Connection>(atFirst.state);
  readonly chain = signal<Chain | null>(null);
  readonly figures = signal<FiguresHistory>([]);
  /** The channels to which it may publish; null: it may not. */
  readonly publishTo = signal<readonly string[] | null>(null);
  readonly rows = signal<readonly Row[]>([]);
  /** Messages that came since the rows stand still. */
  readonly held = signal(0);
  readonly sampled = signal<Shown | undefined>(undefined);
  readonly channels = signal<readonly string[]>([]);
  readonly filter = signal(parseFilter(location.hash));
  readonly isPaused = signal(false);
  /** Whether the newest row is in sight; the rows stand still while somebody reads older ones. */
  readonly isFollowing = signal(true);
  readonly isHelpOpen = signal(false);
  readonly shownRows = computed(() => this.rows.value.filter(matcher(this.filter.value)));
  readonly announcements = new Announcements();
  readonly openRows = new OpenRows();
  readonly publishing = new PublishRequests((data) =>
    this.#client.send({ event: 'publish', data }),
  );
  readonly #store = new FeedStore();
  #isDrawing = false;
  readonly #client = new LiveClient({
    changed: (connection) => this.changed(connection),
    received: (frame) => this.received(frame),
    seen: () => this.#store.seen,
  });

  start(): void {
    effect(() => {
      const link = printFilter(this.filter.value);
      const { pathname, search } = location;
      history.replaceState(null, '', link === '' ? pathname + search : `#${link}`);
    });
    addEventListener('hashchange', () => (this.filter.value = parseFilter(location.hash)));
    effect(() => {
      if (this.isPaused.value || !this.isFollowing.value) this.#store.hold();
      else this.#store.resume();
      this.draw();
    });
    this.#client.start();
  }

  togglePause(): void {
    this.isPaused.value = !this.isPaused.value;
    if (!this.isPaused.value) this.isFollowing.value = true;
    this.announcements.say(this.isPaused.value ? 'Paused' : 'Resumed');
  }

  clear(): void {
    this.#store.clear();
    this.openRows.clear();
    if (!this.isPaused.value) this.isFollowing.value = true;
    this.announcements.say('Cleared');
    this.draw();
  }

  /** Shows the newest row, and goes on if it was paused. */
  jumpToNewest(): void {
    this.isPaused.value = false;
    this.isFollowing.value = true;
  }

  retryNow(): void {
    this.#client.retryNow();
  }

  logIn(token: string): Promise<void> {
    return this.#client.logIn(token);
  }

  logOut(): Promise<void> {
    return this.#client.logOut();
  }

  private changed(connection: Connection): void {
    this.announcements.connection(this.connection.value, connection);
    this.connection.value = connection;
    if (connection.kind !== 'live') this.publishing.disconnected();
  }

  private received({ event, data }: LiveFrame): void {
    switch (event) {
      case 'welcome':
        this.#store.welcome(data.feed);
        this.figures.value = withHistory(this.figures.value, data.figures);
        this.publishTo.value = data.publishTo;
        return;
      case 'items':
        this.#store.add(data);
        this.announcements.items(data.items, Date.now());
        this.draw();
        return;
      case 'figures':
        this.#store.endSecond();
        this.figures.value = withFigures(this.figures.value, data);
        this.draw();
        return;
      case 'chain':
        this.chain.value = data;
        return;
      case 'channels':
        this.publishTo.value = data.publishTo;
        return;
      case 'published':
      case 'refused':
        this.publishing.answered(data);
    }
  }

  /** Once a frame at the most, and not at all while nobody looks: the store is bounded. */
  private draw(): void {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      this.rows.value = this.#store.rows;
      this.held.value = this.#store.held;
      this.sampled.value = this.#store.sampled;
      if (this.channels.value.length !== this.#store.channels.size)
        this.channels.value = this.#store.channels.values();
    });
  }
}

const PageContext = createContext<LivePage | undefined>(undefined);

export const PageProvider = PageContext.Provider;

/** The page that a component is part of. */
export function usePage(): LivePage {
  const page = useContext(PageContext);
  if (page === undefined) throw new Error('A component stands outside of the page.');
  return page;
}
