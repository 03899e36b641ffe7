import type { LiveFrame, Publish } from '@relay/contracts';
import { TokenBucket } from '@relay/runtime';
import { LIMITS, type LimitsReached } from '../limits.js';
import { NotPublishedError, type TestPublisher } from './test-publisher.js';

type Answer = Extract<LiveFrame, { event: 'published' | 'refused' }>;

/** The test messages of one viewer: not too many, one at a time, to channels that come through here anyway. */
export class Publishing {
  #isBusy = false;
  readonly #rate = new TokenBucket(LIMITS.publishesPerSecond, LIMITS.publishesAtOnce);

  /**
   * @param channels those to which test messages may go; null: nowhere
   * @param publisher undefined when nobody may publish
   */
  constructor(
    private readonly channels: () => readonly string[] | null,
    private readonly publisher: TestPublisher | undefined,
    private readonly reached: LimitsReached,
  ) {}

  async publish({ request, channel, text }: Publish, now: number): Promise<Answer> {
    const refuse = (problem: string): Answer => ({ event: 'refused', data: { request, problem } });
    const { publisher } = this;
    const channels = this.channels();
    if (!publisher || !channels) {
      return refuse('PAGE_REDIS_URL is not set at this consumer, so nobody can publish here.');
    }
    if (!channels.includes(channel)) {
      const known = `${channels.slice(0, 10).join(', ')}${channels.length > 10 ? ', …' : ''}`;
      return refuse(`Nothing of this channel came through here lately; there are ${known}.`);
    }
    if (this.#isBusy) return refuse('The message before is still on its way to Redis.');
    if (!this.#rate.tryTake(now)) {
      this.reached.add('publish-rate');
      return refuse(`Too many test messages: ${LIMITS.publishesPerSecond} a second.`);
    }
    this.#isBusy = true;
    try {
      const receivers = await publisher.publish(channel, text);
      return { event: 'published', data: { request, receivers } };
    } catch (error) {
      if (!(error instanceof NotPublishedError)) throw error;
      return refuse(error.message);
    } finally {
      this.#isBusy = false;
    }
  }
}
