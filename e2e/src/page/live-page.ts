import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { LiveFrame } from '@relay/contracts';
import type {
  Browser,
  BrowserContextOptions,
  Locator,
  Page,
  WebSocketRoute,
} from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong. */
interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
}

/** The live page in a browser, as a person sees it. */
export class LivePage {
  /** What must not happen: dialogs, violations of the policy, errors, requests to other hosts. */
  readonly problems: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly url: string,
  ) {
    const { host } = new URL(url);
    page.on('dialog', (dialog) => {
      this.problems.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('pageerror', (error) => this.problems.push(`error: ${error.message}`));
    page.on('console', (message) => {
      if (/content security policy/i.test(message.text())) this.problems.push(message.text());
    });
    page.on('request', (request) => {
      const { host: asked, protocol } = new URL(request.url());
      if (protocol !== 'data:' && asked !== host) this.problems.push(`request: ${request.url()}`);
    });
  }

  /** A page in a browser of its own, not shown yet. */
  static async create(
    browser: Browser,
    url: string,
    options: BrowserContextOptions = {},
  ): Promise<LivePage> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    return new LivePage(page, url);
  }

  static async open(
    browser: Browser,
    url: string,
    options: BrowserContextOptions = {},
  ): Promise<LivePage> {
    const live = await LivePage.create(browser, url, options);
    await live.show();
    return live;
  }

  async show(hash = ''): Promise<void> {
    await this.page.goto(`${this.url}${hash}`);
  }

  /** Waits until the page is connected to its consumer. */
  async isLive(): Promise<void> {
    await this.node('this page', 'live').waitFor();
  }

  /** A stop of the chain in this state. */
  node(name: string, words: string): Locator {
    return this.page.locator('.node', { hasText: name }).filter({ hasText: words });
  }

  /** The rows of messages whose payload holds this text. */
  message(text: string): Locator {
    return this.page.locator('.row.message', { has: this.page.getByText(text, { exact: true }) });
  }

  /** The bands and rows that hold this text. */
  line(text: string | RegExp): Locator {
    return this.page.locator('.band, .row').filter({ hasText: text });
  }

  /** The payloads that show, from the oldest. */
  payloads(): Promise<string[]> {
    return this.page.locator('.row.message .payload').allInnerTexts();
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  field(name: string): Locator {
    return this.page.getByLabel(name, { exact: true });
  }

  /** What axe finds, a line each; nothing when all is well. */
  async axeFindings(): Promise<string[]> {
    if (!(await this.page.evaluate(() => 'axe' in globalThis))) await this.page.evaluate(axe);
    const results = await this.page.evaluate(() =>
      (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
    );
    return results.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
    );
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

/** A consumer in the test's hands: what it says to the page, whatever a real one would. */
export class PlayedConsumer {
  #socket: WebSocketRoute | undefined;

  /** Answers in place of the consumer's WebSocket, from the next time that the page is shown. */
  static async at(live: LivePage, frames: readonly LiveFrame[]): Promise<PlayedConsumer> {
    const played = new PlayedConsumer();
    await live.page.routeWebSocket('**/live', (socket) => {
      played.#socket = socket;
      socket.onMessage(() => played.say(...frames));
    });
    return played;
  }

  say(...frames: readonly LiveFrame[]): void {
    for (const frame of frames) this.#socket?.send(JSON.stringify(frame));
  }

  /** Leaves, and is not there any more. */
  async leave(live: LivePage): Promise<void> {
    await live.page.route('**/session', (route) => route.abort());
    await this.#socket?.close();
  }
}
