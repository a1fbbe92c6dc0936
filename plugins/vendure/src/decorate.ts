// Nest's decorators as plain calls: Node runs TypeScript by removing types, and decorator syntax is not a type
// (docs/decisions/0008). What a decorator would be written above, is named here in the same order.
import { Inject } from '@nestjs/common';

type Class = abstract new (...parts: never[]) => unknown;

/** What Nest puts into the constructor, place by place. */
export function inject(target: Class, ...tokens: readonly Parameters<typeof Inject>[0][]): void {
  for (const [place, token] of tokens.entries()) Inject(token)(target, undefined, place);
}

/** A method's decorators, and those of its parameters, place by place. */
export function decorateMethod(
  target: Class,
  name: string,
  decorators: readonly MethodDecorator[],
  parameters: readonly ParameterDecorator[] = [],
): void {
  const prototype = target.prototype as object;
  for (const [place, decorator] of parameters.entries()) decorator(prototype, name, place);
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name)!;
  for (const decorator of [...decorators].reverse()) decorator(prototype, name, descriptor);
  Object.defineProperty(prototype, name, descriptor);
}
