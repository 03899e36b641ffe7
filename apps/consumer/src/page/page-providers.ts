import { randomUUID } from 'node:crypto';
import type { Provider, Type } from '@nestjs/common';
import { testWebsocketDto } from '@relay/contracts';
import { Lifecycle, Tokens } from '@relay/runtime';
import type { ConsumerConfig } from '../consumer.config.js';
import { DeadLetters } from '../handling/dead-letters.js';
import { Dispatcher } from '../handling/dispatcher.js';
import { LimitsReached } from '../limits.js';
import { isTrustedProxy } from '../reception/client-address.js';
import { Reception } from '../reception/reception.js';
import { chainOf } from './chain.js';
import { Feed } from './feed.js';
import { FiguresOfLate } from './figures.js';
import { LiveGateway, PublishingDesk } from './live.gateway.js';
import { LivePage } from './live-page.js';
import { LivePath } from './live-path.js';
import { LogInAttempts } from './log-in-attempts.js';
import { PageAccess } from './page-access.js';
import { pageTokenOf } from './page-token.js';
import { PayloadController } from './payload.controller.js';
import { Publishing } from './publishing.js';
import { SessionController } from './session.controller.js';
import { TestPublisher } from './test-publisher.js';
import { Viewers } from './viewers.js';

type PageConfig = Pick<
  ConsumerConfig,
  | 'allowedOrigins'
  | 'consumerName'
  | 'pageHistory'
  | 'pageRedisUrl'
  | 'pageToken'
  | 'pageTokenFile'
  | 'trustProxy'
>;

export const pageControllers: Type[] = [SessionController, PayloadController];

/** What the live page is made of. */
export function pageProviders(config: PageConfig): Provider[] {
  return [
    LiveGateway,
    {
      provide: Feed,
      useFactory: () => new Feed({ id: randomUUID(), history: config.pageHistory }),
    },
    {
      provide: Viewers,
      inject: [LimitsReached],
      useFactory: (reached: LimitsReached) => new Viewers(reached),
    },
    {
      provide: FiguresOfLate,
      inject: [Dispatcher, DeadLetters, Reception],
      useFactory: (...parts: ConstructorParameters<typeof FiguresOfLate>) =>
        new FiguresOfLate(...parts),
    },
    {
      provide: LivePage,
      inject: [Feed, FiguresOfLate, Lifecycle, Reception, PublishingDesk, Viewers],
      useFactory: (
        feed: Feed,
        figures: FiguresOfLate,
        lifecycle: Lifecycle,
        reception: Reception,
        desk: PublishingDesk,
        viewers: Viewers,
      ) => {
        const chain = (): ReturnType<typeof chainOf> =>
          chainOf(config.consumerName, lifecycle, reception, viewers.count);
        return new LivePage(feed, figures, chain, () => desk.channels(), viewers);
      },
    },
    {
      provide: PageAccess,
      inject: [Tokens],
      useFactory: (relayTokens: Tokens) =>
        new PageAccess({
          name: config.consumerName,
          pageTokens: new Tokens(pageTokenOf(config), 'PAGE_TOKEN'),
          relayTokens,
          allowedOrigins: config.allowedOrigins,
          isTrustedProxy: isTrustedProxy(config.trustProxy),
        }),
    },
    {
      provide: LivePath,
      inject: [PageAccess, LimitsReached],
      useFactory: (access: PageAccess, reached: LimitsReached) => new LivePath(access, reached),
    },
    {
      provide: LogInAttempts,
      inject: [LimitsReached],
      useFactory: (reached: LimitsReached) => new LogInAttempts(reached),
    },
    {
      provide: TestPublisher,
      useFactory: () => config.pageRedisUrl && new TestPublisher(config.pageRedisUrl),
    },
    {
      provide: PublishingDesk,
      inject: [Feed, TestPublisher, LimitsReached],
      useFactory: (
        feed: Feed,
        publisher: TestPublisher | undefined,
        reached: LimitsReached,
      ): PublishingDesk => {
        const known = (): string[] => [...new Set([testWebsocketDto.channel, ...feed.channels])];
        const channels = (): string[] | null => (publisher ? known() : null);
        return { channels, open: () => new Publishing(channels, publisher, reached) };
      },
    },
  ];
}
