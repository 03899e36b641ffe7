import type { Item } from '../../handling/dispatcher.js';
import type { MessageHandler } from '../../handling/message-handler.js';
import { type Deferred, deferred } from '../../handling/testing/recording.js';
import { Queue } from './queue.js';

export interface Handed {
  readonly item: Item;
  readonly isDone: Deferred;
  isExpected: boolean;
}

/** Its handlers finish when the scenario says so. */
export class ScenarioHandler implements MessageHandler {
  readonly handed = new Queue<Handed>();

  handle = (item: Item): Promise<void> => this.#take(item);
  handleGap = (item: Item): Promise<void> => this.#take(item);
  handleStart = (item: Item): Promise<void> => this.#take(item);

  #take(item: Item): Promise<void> {
    const isDone = deferred();
    this.handed.add({ item, isDone, isExpected: false });
    return isDone.promise;
  }
}
