import { describe, expect, it } from '@jest/globals';
import { CloseCode, closeReason, mayComeBack } from './close-codes.js';

describe('a close code', () => {
  it('is one that an application may send', () => {
    const ours = Object.values(CloseCode).filter((code) => code >= 2000);
    for (const code of ours) {
      expect(code).toBeGreaterThanOrEqual(4000);
      expect(code).toBeLessThan(5000);
    }
    expect(new Set(ours).size).toBe(ours.length);
  });

  it.each([
    ['a shutdown', CloseCode.goingAway],
    ['a connection that broke', 1006],
    ['too many bare frames that are no messages', CloseCode.policyViolation],
    ['a handshake that took too long', CloseCode.handshakeTimeout],
    ['a name that is in use', CloseCode.nameInUse],
    ['too many outboxes', CloseCode.tooManyOutboxes],
  ])('for %s says: come back', (_, code) => {
    expect(mayComeBack(code)).toBe(true);
  });

  it.each([
    ['an invalid frame', CloseCode.invalidFrame],
    ['an unexpected frame', CloseCode.unexpectedFrame],
    ['entries out of order', CloseCode.outOfOrder],
    ['a window exceeded', CloseCode.windowExceeded],
    ['an unknown position', CloseCode.unknownPosition],
    ['a connection superseded', CloseCode.superseded],
  ])('for %s says: stop and tell a person', (_, code) => {
    expect(mayComeBack(code)).toBe(false);
  });
});

describe('the reason of a close frame', () => {
  it('stays as it is when there is room for it', () => {
    expect(closeReason('é'.repeat(61))).toBe('é'.repeat(61));
  });

  it('is cut between two characters when it is too long', () => {
    expect(closeReason(`a${'👋'.repeat(100)}`)).toBe(`a${'👋'.repeat(30)}`);
  });
});
