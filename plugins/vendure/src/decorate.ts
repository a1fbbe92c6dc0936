// Nest's decorators as plain calls: Node runs TypeScript by removing types, and decorator syntax is not a type
// (docs/decisions/0008). What a decorator would be written above, is named here in the same order.
import { Inject } from '@nestjs/common';

type Class = abstract new (...parts: never[]) => unknown;

/**
 * A class's decorators. The name and the order of the arguments are what compilers write for decorator syntax: the build of
 * Vendure's dashboard reads a package's JavaScript for exactly this call, and finds no dashboard extension without it.
 */
export function __decorate(decorators: readonly ClassDecorator[], target: Class): void {
  for (const decorator of [...decorators].reverse()) decorator(target as never);
}

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
