import type { Chain } from '@relay/contracts';
import type { Connection } from '../connection/connection.js';
import { count, number } from '../words/numbers.js';

/** How a node is, said by its sign; its words say it, too. */
export type Tone = 'good' | 'waiting' | 'trouble' | 'ended' | 'unknown';

/** One stop on the way of a message. */
export interface ChainNode {
  readonly name: string;
  readonly tone: Tone;
  /** Its state in words. */
  readonly words: string;
  /** Since when, in milliseconds since 1970; null: unknown. */
  readonly since: number | null;
  /** What else is to be said of it, behind since when. */
  readonly more?: string;
}

/** The way of a message, from left to right. */
export interface ChainNodes {
  readonly redis: ChainNode;
  readonly publishers: readonly ChainNode[];
  /** Publishers that are not among them. */
  readonly hidden: number;
  readonly consumer: ChainNode;
  readonly page: ChainNode;
}

/** The chain as it is known: without a connection the page knows nothing of the others. */
export function chainNodes(chain: Chain | null, connection: Connection): ChainNodes {
  const page = pageNode(connection, chain?.viewers ?? 1);
  if (chain === null || connection.kind !== 'live') {
    const consumer = unknown(chain?.consumer.name ?? 'consumer');
    const publishers = (chain?.publishers ?? []).map(({ name }) => unknown(name));
    return {
      redis: unknown('Redis'),
      publishers: publishers.length > 0 ? publishers : [unknown('publisher')],
      hidden: chain?.hidden ?? 0,
      consumer,
      page,
    };
  }
  return {
    redis: redisNode(chain.publishers),
    publishers:
      chain.publishers.length > 0 ? chain.publishers.map(publisherNode) : [noPublisher(chain)],
    hidden: chain.hidden,
    consumer: consumerNode(chain.consumer),
    page,
  };
}

function unknown(name: string): ChainNode {
  return { name, tone: 'unknown', words: 'not known', since: null };
}

type Publisher = Chain['publishers'][number];

/** Redis as those publishers hear it that are connected. */
function redisNode(publishers: readonly Publisher[]): ChainNode {
  const told = publishers
    .filter(({ state }) => state === 'connected')
    .flatMap(({ redis }) => redis ?? []);
  const hearing = told.filter(({ subscribed }) => subscribed);
  const since = told.length === 0 ? null : Math.max(...told.map((each) => each.since));
  if (told.length === 0) return unknown('Redis');
  if (hearing.length === told.length)
    return { name: 'Redis', tone: 'good', words: 'subscribed', since };
  const words =
    hearing.length === 0
      ? 'not heard'
      : `heard by ${String(hearing.length)} of ${count(told.length, 'publisher')}`;
  return { name: 'Redis', tone: 'trouble', words, since };
}

function publisherNode({ name, state, since, redis, waiting }: Publisher): ChainNode {
  if (state === 'left') return { name, tone: 'ended', words: 'said goodbye', since };
  if (state === 'lost') return { name, tone: 'trouble', words: 'connection lost', since };
  const more = waiting > 0 ? { more: `${number(waiting)} waiting` } : {};
  if (redis?.subscribed === false) {
    const words = 'connected, without Redis';
    return { name, tone: 'waiting', words, since: redis.since, ...more };
  }
  return { name, tone: 'good', words: 'connected', since, ...more };
}

function noPublisher({ consumer }: Chain): ChainNode {
  return { name: 'publisher', tone: 'waiting', words: 'none has come yet', since: consumer.since };
}

function consumerNode({ name, state, since }: Chain['consumer']): ChainNode {
  if (state === 'listening') return { name, tone: 'good', words: 'listening', since };
  return { name, tone: 'waiting', words: state, since };
}

function pageNode(connection: Connection, viewers: number): ChainNode {
  const name = 'this page';
  const more = viewers > 1 ? { more: `one of ${String(viewers)} pages` } : {};
  switch (connection.kind) {
    case 'live':
      return { name, tone: 'good', words: 'live', since: connection.since, ...more };
    case 'login':
      return { name, tone: 'waiting', words: 'not logged in', since: null };
    case 'waiting':
      return { name, tone: 'trouble', words: 'disconnected', since: connection.downSince };
    case 'asking':
    case 'opening':
      if (connection.downSince !== null)
        return { name, tone: 'trouble', words: 'disconnected', since: connection.downSince };
      return { name, tone: 'waiting', words: 'connecting', since: null };
  }
}
