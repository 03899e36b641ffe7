import { GapReason } from '@relay/contracts';
import { type Fault, prove } from './fault.js';

const MEANWHILE = 500;

/** Ends with everything delivered; what is published before the next one is subscribed nobody hears. */
export const restartPublisher: Fault = {
  name: 'SIGTERM the publisher',
  strikes: 'publisher',
  async strike(scene) {
    const { publisher } = scene;
    publisher.signal('SIGTERM');
    const { code } = await publisher.exited;
    const isDrained = code === 0;
    return {
      proof: prove(isDrained || saysWhatIsLost(publisher.stderr), `exit code ${String(code)}`),
      // without time for one consumer it has said goodbye to the others all the same
      allows: isDrained
        ? { gaps: [GapReason.publisherRestarted], gapBegins: 'strike', repeats: false }
        : {
            gaps: [GapReason.publisherRestarted, GapReason.publisherLost],
            gapBegins: 'consumer',
            repeats: false,
          },
      async recover() {
        await scene.publishedMore(MEANWHILE);
        const since = Date.now();
        scene.startPublisher();
        await scene.subscribedSince(since);
      },
    };
  },
};

/** kill -9: what was not acknowledged is lost with it. */
export const killPublisher: Fault = {
  name: 'kill -9 the publisher',
  strikes: 'publisher',
  async strike(scene) {
    const { publisher } = scene;
    publisher.signal('SIGKILL');
    const { signal } = await publisher.exited;
    return {
      proof: prove(signal === 'SIGKILL', 'ended by SIGKILL'),
      allows: { gaps: [GapReason.publisherLost], gapBegins: 'consumer', repeats: false },
      async recover() {
        await scene.publishedMore(MEANWHILE);
        const since = Date.now();
        scene.startPublisher();
        await scene.subscribedSince(since);
      },
    };
  },
};

function saysWhatIsLost(stderr: Buffer): boolean {
  return /ended with \d+ messages? not acknowledged/.test(stderr.toString());
}
