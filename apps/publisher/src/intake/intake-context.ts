import { RedisContext } from '@nestjs/microservices';

/** What a handler gets beside the messages that one reading has brought for it. */
export class IntakeContext extends RedisContext {
  isTaken = false;

  /**
   * The payloads are copied, or not needed: the memory that they are views of may be read into again. For a
   * handler that does not say so, it may be when the handler has settled.
   */
  taken(): void {
    this.isTaken = true;
  }
}
