import { jest } from '@jest/globals';
import type { MemoryOutbox } from '@relay/delivery';

/** The next `times` that the outbox is asked to `method`, there is no memory for it. */
export function outOfMemory(outbox: MemoryOutbox, method: 'append' | 'read', times = 1): void {
  const spy = jest.spyOn(outbox, method);
  for (let n = 0; n < times; n++) {
    spy.mockImplementationOnce(() => {
      throw new RangeError('Array buffer allocation failed');
    });
  }
}
