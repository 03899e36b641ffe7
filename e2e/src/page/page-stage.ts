import type { RecordedProcess, RedisServer } from '@relay/testing';
import { Stage, subscribed } from '../stage.js';

/** A whole chain with a page at its end. */
export class PageStage extends Stage {
  #redis: RedisServer | undefined;
  #consumer: RecordedProcess | undefined;

  /** Redis, publisher and consumer, connected. */
  async chain(): Promise<void> {
    this.#redis = await this.redis();
    await this.startConsumer(`--page-redis-url=${this.#redis.url}`);
    const publisher = await this.publisher(this.redisServer.url, '--redis-channels=*');
    await Promise.all([subscribed(publisher), publisher.waitForLine('stderr', 'connected to')]);
  }

  /** A consumer on the stage's port; the one before has to be gone. */
  async startConsumer(...flags: string[]): Promise<void> {
    this.#consumer = await this.consumer('--output=raw', ...flags);
    await this.#consumer.waitForLine('stderr', 'listening on');
  }

  /** As `kill -9` does. */
  async killConsumer(): Promise<void> {
    this.#consumer?.signal('SIGKILL');
    await this.#consumer?.exited;
  }

  get redisServer(): RedisServer {
    if (this.#redis === undefined) throw new Error('The chain was not started.');
    return this.#redis;
  }

  /** Where the page is, for a browser on this machine or for one that comes by another name. */
  async pageUrl(host = '127.0.0.1'): Promise<string> {
    return `http://${host}:${String(await this.consumerPort())}/`;
  }

  async publish(...texts: string[]): Promise<void> {
    for (const text of texts) await this.redisServer.cli('PUBLISH', 'test_websocket', text);
  }
}
