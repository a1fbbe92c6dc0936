// What a target of the fuzzer is, and what holds for every parser of texts.
import type fc from 'fast-check';
import { texts } from './inputs.ts';
import * as samples from './samples.ts';

export interface Target<Input = unknown> {
  readonly name: string;
  readonly inputs: fc.Arbitrary<Input>;
  /** What is tried each time before anything random. */
  readonly corpus: readonly Input[];
  /** Throws when the parser does what it must not. */
  check(input: Input): void | Promise<void>;
}

export const target = <Input>(of: Target<Input>): Target => of as unknown as Target;

/** As long as the answer would be in writing; bigints as their digits. */
const sizeOf = (value: unknown): number =>
  value instanceof Uint8Array
    ? value.length
    : (
        JSON.stringify(value, (_name, each) =>
          typeof each === 'bigint' ? each.toString() : each instanceof Map ? [...each] : each,
        ) ?? ''
      ).length;

/** A parser of texts: answers something no larger than what it read (give or take), or throws an expected error. */
export function textParser(of: {
  readonly name: string;
  readonly pieces: readonly string[];
  readonly samples: readonly string[];
  readonly corpus?: readonly string[];
  readonly parse: (text: string) => unknown;
  readonly mayThrow?: (error: Error) => boolean;
  readonly holds?: (value: never) => void;
}): Target {
  return target<string>({
    name: of.name,
    inputs: texts(of),
    corpus: [...samples.hostileTexts, ...of.samples, ...(of.corpus ?? [])],
    async check(text) {
      let value: unknown;
      try {
        value = await of.parse(text);
      } catch (error) {
        if (of.mayThrow?.(error as Error) === true) return;
        throw error;
      }
      const size = sizeOf(value);
      if (size > 10_000 + 40 * text.length) throw new Error(`${size} characters from ${text.length}`);
      of.holds?.(value as never);
    },
  });
}

export function holds(what: string, condition: boolean): void {
  if (!condition) throw new Error(what);
}

const greatest = 2n ** 63n;
export const isStored = (amount: bigint): boolean => amount < greatest && amount > -greatest;
