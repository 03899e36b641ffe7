import 'reflect-metadata';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';

/**
 * The handler takes what its transport hands over, as it is: in a gateway the client and the data, in a
 * controller the payload and the context. It stands where `@MessageBody()`, `@Payload()` and the like would:
 * finding parameters and running pipes for each takes Nest longer than a relay has for a message.
 */
export function RawArguments(): MethodDecorator {
  return ({ constructor }, method) => {
    Reflect.defineMetadata(ROUTE_ARGS_METADATA, {}, constructor, method);
  };
}
