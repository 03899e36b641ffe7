import { RedisContext } from '@nestjs/microservices';

/** What a handler gets beside the messages that one reading has brought for it. */
export class IntakeContext extends RedisContext {
  isTaken = false;

  /**
   * The payloads are copied, or not needed: the memory that they are views of may be read into again, once other
   * handlers of the pattern are done, too. A handler that does not say so has them until it is done itself; until
   * then nothing counts as heard, and a gap stands for them if it fails.
   */
  taken(): void {
    this.isTaken = true;
  }
}
