import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { type Chain, encodeLive, type LiveFrame, type Watch } from '@relay/contracts';
import type { WebSocket } from 'ws';
import type { Feed } from './feed.js';
import type { FiguresOfLate } from './figures.js';
import type { Viewers } from './viewers.js';

/** The least time between two frames of items. */
const ITEMS_INTERVAL_MS = 250;
const SECOND_MS = 1000;

/** Tells all viewers what happens, as much of it and as often as can be looked at. */
@Injectable()
export class LivePage implements OnModuleInit, OnModuleDestroy {
  /** What the viewers were told of as it happened, and what was left out because there was too much. */
  shown = 0;
  leftOut = 0;
  /** The newest place that viewers were told of. */
  #toldUpTo = 0;
  #toldAt = -Infinity;
  /** What changes seldom, as all viewers know it, by its event. */
  readonly #told = new Map<LiveFrame['event'], string>();
  #second: NodeJS.Timeout | undefined;
  #next: NodeJS.Timeout | undefined;

  constructor(
    private readonly feed: Feed,
    private readonly figures: FiguresOfLate,
    private readonly chain: () => Chain,
    private readonly publishTo: () => string[] | null,
    private readonly viewers: Viewers,
  ) {}

  onModuleInit(): void {
    this.#second = setInterval(() => {
      this.#endSecond();
    }, SECOND_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.#second);
    clearTimeout(this.#next);
  }

  /** Shows a viewer what there is, and from now on what comes. */
  watch(viewer: WebSocket, { seen }: Watch): void {
    const publishTo = this.publishTo();
    if (this.viewers.count === 0) this.#begin(publishTo);
    this.viewers.add(viewer);
    const { id, upTo } = this.feed;
    const from = seen?.feed === id && seen.upTo <= upTo ? seen.upTo : null;
    const welcome = { feed: id, publishTo, figures: this.figures.all };
    viewer.send(encodeLive({ event: 'welcome', data: welcome }));
    viewer.send(encodeLive({ event: 'items', data: this.feed.history(from) }));
    viewer.send(encodeLive({ event: 'chain', data: this.chain() }));
  }

  leave(viewer: WebSocket): void {
    this.viewers.remove(viewer);
    if (this.viewers.count > 0) return;
    this.feed.onNext(undefined);
    clearTimeout(this.#next);
  }

  #begin(publishTo: string[] | null): void {
    if (publishTo) this.#told.set('channels', encodeLive(channelsFrame(publishTo)));
    this.#toldUpTo = this.feed.upTo;
    this.#waitForNext();
  }

  /** What happens is told at once, unless something was a moment ago. */
  #waitForNext(): void {
    this.feed.onNext(() => {
      const waitMs = Math.max(0, this.#toldAt + ITEMS_INTERVAL_MS - performance.now());
      this.#next = setTimeout(() => {
        this.#tellNews();
      }, waitMs);
    });
  }

  #tellNews(): void {
    this.#toldAt = performance.now();
    const news = this.feed.news(this.#toldUpTo);
    this.#toldUpTo = news.upTo;
    this.shown += news.items.length;
    this.leftOut += news.upTo - news.after - news.items.length;
    this.viewers.send(encodeLive({ event: 'items', data: news }), this.#toldAt);
    this.#waitForNext();
  }

  #endSecond(): void {
    const figures = this.figures.endSecond(Date.now());
    if (this.viewers.count === 0) return;
    const now = performance.now();
    this.viewers.send(encodeLive({ event: 'figures', data: figures }), now);
    this.#tellIfChanged({ event: 'chain', data: this.chain() }, now);
    const publishTo = this.publishTo();
    if (publishTo) this.#tellIfChanged(channelsFrame(publishTo), now);
  }

  /** Again until nobody was left out: it is not in any later frame. */
  #tellIfChanged(frame: LiveFrame, now: number): void {
    const text = encodeLive(frame);
    if (this.#told.get(frame.event) === text) return;
    if (this.viewers.send(text, now)) this.#told.set(frame.event, text);
  }
}

function channelsFrame(publishTo: string[]): LiveFrame {
  return { event: 'channels', data: { publishTo } };
}
