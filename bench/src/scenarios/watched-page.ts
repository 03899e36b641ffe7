import { chromiumFlags } from '@relay/testing';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';

/** The frames that a browser drew. */
export interface DrawnFrames {
  readonly perSecond: number;
  /** In the second with the fewest. */
  readonly fewest: number;
  /** The longest time between two. */
  readonly longestMs: number;
}

/** What the page takes, after a garbage collection. */
export interface PageMemory {
  readonly heapBytes: number;
  /** Those that are not shown any more and not collected, too. */
  readonly domNodes: number;
}

/** Of the page: this program knows no browser. */
declare function requestAnimationFrame(callback: (now: number) => void): number;

/** The live page of a consumer in a Chromium, as somebody has it open. */
export class WatchedPage {
  private constructor(
    private readonly browser: Browser,
    private readonly page: Page,
    private readonly devTools: CDPSession,
  ) {}

  /** Settles when messages show. */
  static async open(executablePath: string, url: string): Promise<WatchedPage> {
    const browser = await chromium.launch({ executablePath, args: [...chromiumFlags] });
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await page.goto(url);
      await page.locator('.row').first().waitFor();
      return new WatchedPage(browser, page, await page.context().newCDPSession(page));
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  /** Counts the frames of so many seconds; those of a last one that is not whole count for nothing. */
  async frames(seconds: number): Promise<DrawnFrames> {
    const times = await this.page.evaluate(collectFrames, seconds * 1_000);
    const first = times[0] ?? 0;
    const inSecond = Array<number>(Math.floor(seconds)).fill(0);
    for (const time of times) {
      const second = Math.floor((time - first) / 1_000);
      const drawn = inSecond[second];
      if (drawn !== undefined) inSecond[second] = drawn + 1;
    }
    return {
      perSecond: (times.length - 1) / seconds,
      fewest: Math.min(...inSecond),
      longestMs: Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? time))),
    };
  }

  async memory(): Promise<PageMemory> {
    await this.devTools.send('HeapProfiler.collectGarbage');
    const { usedSize } = await this.devTools.send('Runtime.getHeapUsage');
    const { nodes } = await this.devTools.send('Memory.getDOMCounters');
    return { heapBytes: usedSize, domNodes: nodes };
  }

  /** What the page says of how much it shows. */
  async sampleWords(): Promise<string> {
    return (await this.page.locator('.feed-state').textContent()) ?? '';
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}

/** Runs in the page: the times of its frames. */
function collectFrames(forMs: number): Promise<number[]> {
  return new Promise((resolve) => {
    const times: number[] = [];
    const frame = (now: number): void => {
      times.push(now);
      if (now - (times[0] ?? now) >= forMs) resolve(times);
      else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}
