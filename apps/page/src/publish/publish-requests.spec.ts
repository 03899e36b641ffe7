import { describe, expect, it } from '@jest/globals';
import { PublishRequests } from './publish-requests.js';

describe('publishing', () => {
  it('waits for the answer to what it sent last', () => {
    const sent: unknown[] = [];
    const requests = new PublishRequests((publish) => sent.push(publish) > 0);
    requests.publish('orders', 'a');
    requests.publish('orders', 'b');
    expect(sent).toEqual([
      { request: 1, channel: 'orders', text: 'a' },
      { request: 2, channel: 'orders', text: 'b' },
    ]);

    requests.answered({ request: 1, receivers: 7 });
    expect(requests.state.value).toEqual({ kind: 'sending', request: 2 });
    requests.answered({ request: 2, receivers: 1 });
    expect(requests.state.value).toMatchObject({
      words: 'Published: Redis gave it to 1 subscriber.',
      isHeard: true,
    });
  });

  it('says when nobody heard it, when it was refused, and when it could not be sent', () => {
    let isConnected = true;
    const requests = new PublishRequests(() => isConnected);
    requests.publish('orders', 'a');
    requests.answered({ request: 1, receivers: 0 });
    expect(requests.state.value).toMatchObject({ isHeard: false });
    requests.publish('orders', 'a');
    requests.answered({ request: 2, problem: 'too often' });
    expect(requests.state.value).toEqual({ kind: 'failed', problem: 'too often' });
    requests.publish('orders', 'a');
    requests.disconnected();
    expect(requests.state.value).toMatchObject({ problem: expect.stringContaining('lost') });
    isConnected = false;
    requests.publish('orders', 'a');
    expect(requests.state.value).toMatchObject({ problem: expect.stringContaining('Not sent') });
  });

  it('sends nothing that is too long, and says so', () => {
    const sent: unknown[] = [];
    const requests = new PublishRequests((publish) => sent.push(publish) > 0);
    requests.publish('orders', 'x'.repeat(65_537));
    expect(requests.state.value).toEqual({
      kind: 'failed',
      problem: 'Not sent: 65,537 characters; 65,536 is the most.',
    });
    requests.publish('orders', 'x'.repeat(65_536));
    expect(sent).toHaveLength(1);
  });
});
