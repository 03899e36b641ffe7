import {
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  type Type,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import type { NewMessage } from '@relay/delivery';
import { RawArguments } from '@relay/runtime';
import { EMPTY, type Observable, throwError } from 'rxjs';
import type { IntakeContext } from '../intake-context.js';
import { IntakeController } from '../intake.controller.js';
import { Collected } from './intake-under-test.js';

/** What the handlers here have seen. */
export let seen: Collected<string>;
/** Each lets the next call of what waits go on. */
export let gates: Collected<() => void>;

/** Nothing was seen, and nothing waits. */
export function forgetAll(): void {
  seen = new Collected();
  gates = new Collected();
}

function gate(): Promise<void> {
  return new Promise((resolve) => {
    gates.add(resolve);
  });
}

export function textsOf(messages: readonly NewMessage[]): string[] {
  return messages.map(({ payload }) => Buffer.from(payload).toString());
}

function see(messages: readonly NewMessage[]): void {
  for (const text of textsOf(messages)) seen.add(text);
}

@Controller()
export class Late {
  @EventPattern('test_websocket')
  @RawArguments()
  async take(messages: readonly NewMessage[]): Promise<void> {
    await gate();
    see(messages);
  }
}

/** Looks at them, and says when it needs them no more. */
@Controller()
export class Releases {
  @EventPattern(['test_websocket'])
  @RawArguments()
  take(messages: readonly NewMessage[], context: IntakeContext): void {
    see(messages);
    context.released();
  }
}

/** Is given up, but goes on. */
@Controller()
export class GivenUp {
  @EventPattern(['test_websocket'])
  @RawArguments()
  take(messages: readonly NewMessage[]): Observable<never> {
    void gate().then(() => {
      see(messages);
    });
    return throwError(() => new Error('it took too long'));
  }
}

/** In place of the relay's own. */
@Controller()
export class LateTaker {
  @EventPattern(['test_websocket'])
  @RawArguments()
  async take(messages: readonly NewMessage[], context: IntakeContext): Promise<void> {
    await gate();
    see(messages);
    context.taken();
  }
}

export function handlerOf(name: string): Type {
  @Controller()
  class Own {
    @EventPattern([name])
    @RawArguments()
    take(messages: readonly NewMessage[]): void {
      see(messages);
    }
  }
  return Own;
}

@Controller()
export class Fails {
  @EventPattern('test_websocket')
  @RawArguments()
  take(messages: readonly NewMessage[]): void {
    see(messages);
    throw new Error('a mistake');
  }
}

@Controller()
export class EndsWithoutValue {
  @EventPattern(['test_websocket'])
  @RawArguments()
  take(): Observable<never> {
    return EMPTY;
  }
}

@Injectable()
class Passing implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle();
  }
}

@Controller()
@UseInterceptors(Passing)
export class Intercepted extends IntakeController {}

@Injectable()
class Opens implements CanActivate {
  async canActivate(): Promise<boolean> {
    await gate();
    return true;
  }
}

@Controller()
@UseGuards(Opens)
export class Guarded extends IntakeController {}

@Injectable()
class Refuses implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Catch()
class Swallows implements ExceptionFilter {
  catch(): Observable<never> {
    return EMPTY;
  }
}

@Controller()
@UseGuards(Refuses)
@UseFilters(Swallows)
export class Refused extends IntakeController {}

@Controller()
export class Answers {
  @MessagePattern('test_websocket')
  answer(): string {
    return 'nobody hears it';
  }
}
