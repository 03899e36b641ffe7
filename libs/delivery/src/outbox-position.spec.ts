import { describe, expect, it } from '@jest/globals';
import { GapReason } from '@relay/contracts';
import { type HandedEntry, type LastHeard, OutboxPosition } from './outbox-position.js';
import { message, messages, newGap, startGap } from './testing/entries.js';

function positionBehind(predecessor?: LastHeard): OutboxPosition {
  return new OutboxPosition('outbox', 'publisher', predecessor);
}

function beginning(predecessor?: LastHeard): HandedEntry | undefined {
  return positionBehind(predecessor).receive('0-0', [startGap(500)])[0];
}

describe('a position in an outbox', () => {
  it('is unknown before anything was received', () => {
    expect(positionBehind().position).toBeNull();
  });

  it('begins where the sender begins', () => {
    const position = positionBehind();
    position.receive('0-6', [message(7)]);
    expect(position.position).toEqual({ received: '0-7', cursor: '0-6' });
  });

  it('follows what is received, and what is handled', () => {
    const position = positionBehind();
    position.receive('0-0', messages(1, 3, 10));
    position.handled();
    expect(position.position).toEqual({ received: '0-3', cursor: '0-1' });
    expect([position.pendingEntries, position.pendingBytes]).toEqual([2, 20]);
  });

  it('recognises what it has had', () => {
    const position = positionBehind();
    position.receive('0-0', messages(1, 3));
    expect(position.fresh(messages(2, 5))).toEqual(messages(4, 5));
  });

  it('sees when something would be left out', () => {
    const position = positionBehind();
    expect(position.skips('0-9')).toBe(false);
    position.receive('0-0', messages(1, 3));
    expect([position.skips('0-2'), position.skips('0-3'), position.skips('0-4')]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('has nothing to handle when nothing is pending', () => {
    expect(positionBehind().handled()).toBeUndefined();
  });
});

describe('the beginning of an outbox', () => {
  it('is a start to whoever knew nothing of its publisher', () => {
    expect(beginning()).toEqual({ kind: 'start', offset: '0-1', at: 500 });
  });

  it('is a gap from the goodbye on', () => {
    const expected = { reason: GapReason.publisherRestarted, from: 300, to: 500 };
    expect(beginning({ isClean: true, until: 300 })).toMatchObject(expected);
  });

  it('is a gap from the last contact on where no goodbye was said', () => {
    const expected = { reason: GapReason.publisherLost, from: 300, to: 500 };
    expect(beginning({ isClean: false, until: 300 })).toMatchObject(expected);
  });

  it('is a gap since nobody knows when, where the contact told nothing', () => {
    expect(beginning({ isClean: false, until: null })).toMatchObject({ from: null, to: 500 });
  });

  it('is never later than its end, though the clock was set back', () => {
    expect(beginning({ isClean: true, until: 900 })).toMatchObject({ from: 500, to: 500 });
  });

  it('leaves other gaps as they are', () => {
    const gap = { ...newGap(), offset: '0-1' };
    expect(positionBehind({ isClean: true, until: 3 }).receive('0-0', [gap])).toEqual([gap]);
  });
});

describe('what a later outbox has to know', () => {
  it('is the last time until which all was heard, and that no goodbye was said', () => {
    const position = positionBehind();
    position.heardUntil(100);
    position.heardUntil(null);
    position.heardUntil(90);
    expect(position.lastHeard).toEqual({ isClean: false, until: 90 });
  });

  it('is the end of the beginning when nothing was heard since', () => {
    const position = positionBehind({ isClean: true, until: 300 });
    position.receive('0-0', [startGap(500)]);
    expect(position.lastHeard).toEqual({ isClean: false, until: 500 });
  });

  it('is the goodbye', () => {
    const position = positionBehind();
    position.receive('0-0', [startGap(500)]);
    position.saidGoodbye(600);
    expect(position.lastHeard).toEqual({ isClean: true, until: 600 });
  });

  it('is the goodbye even if nothing was received before it', () => {
    const position = positionBehind();
    position.saidGoodbye(600);
    expect(position.lastHeard).toEqual({ isClean: true, until: 600 });
  });

  it('is what was known before, when this outbox brought nothing', () => {
    const position = positionBehind({ isClean: false, until: 300 });
    position.saidGoodbye(null);
    expect(position.lastHeard).toEqual({ isClean: false, until: 300 });
  });

  it('is that the publisher was lost, when this outbox brought nothing and no goodbye', () => {
    const position = positionBehind({ isClean: true, until: 300 });
    expect(position.lastHeard).toEqual({ isClean: false, until: 300 });
  });

  it('is nothing when its publisher never heard anything and left politely', () => {
    const position = positionBehind();
    position.saidGoodbye(null);
    expect(position.lastHeard).toBeUndefined();
  });
});

describe('an outbox that goes back behind what was received', () => {
  it('is a gap from the last contact on', () => {
    const position = positionBehind();
    position.receive('0-0', messages(1, 3));
    position.heardUntil(100);
    const expected = { reason: GapReason.positionLost, offset: '0-3', from: 100, count: null };
    expect(position.lost()).toMatchObject(expected);
  });
});

describe('what is taken back', () => {
  it('was never received, if it was the first', () => {
    const position = positionBehind({ isClean: true, until: 300 });
    position.receive('0-0', [startGap(500)]);
    expect(position.takeBack()).toBe(1);
    expect(position.position).toBeNull();
    expect(position.lastHeard).toEqual({ isClean: false, until: 300 });
    expect(position.receive('0-0', [startGap(500)])).toMatchObject([{ from: 300, to: 500 }]);
  });

  it('leaves what is pending before it, and what is handled', () => {
    const position = positionBehind();
    position.receive('0-0', messages(1, 2, 10));
    position.receive('0-2', messages(3, 5, 10));
    position.handled();
    expect(position.takeBack()).toBe(3);
    expect(position.position).toEqual({ received: '0-2', cursor: '0-1' });
    expect([position.pendingEntries, position.pendingBytes]).toEqual([1, 10]);
  });

  it('leaves a goodbye as it was said', () => {
    const position = positionBehind();
    position.receive('0-0', messages(1, 2));
    position.saidGoodbye(600);
    position.receive('0-2', [message(3)]);
    position.takeBack();
    expect(position.lastHeard).toEqual({ isClean: true, until: 600 });
  });
});
