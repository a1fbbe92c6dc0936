// The reading of what a client printed: a check that is missing, made twice or unknown must not pass as done.
import { describe, expect, test } from 'vitest';
import { checks, judge } from './checks.ts';

describe('what a client printed', () => {
  test('every check of the list, once, passes', () => {
    const judged = judge(checks.map((name) => `ok ${name}`).join('\n'));
    expect(judged).toEqual({ passed: checks.length, failures: [], leftOut: [], rest: [] });
  });

  test('the list names nothing twice', () => {
    expect(new Set(checks).size).toBe(checks.length);
  });

  test('a failed check keeps its reason, and other lines are kept apart', () => {
    const judged = judge('WARNING: something\r\nok one\nnot ok two - {"code":"F - X"}\n\n', ['one', 'two']);
    expect(judged).toEqual({
      passed: 1,
      failures: ['two - {"code":"F - X"}'],
      leftOut: [],
      rest: ['WARNING: something'],
    });
  });

  test('a check that was not made fails', () => {
    expect(judge('ok one', ['one', 'two']).failures).toEqual(['1 checks were not made: two']);
    expect(judge('', ['one', 'two']).failures).toEqual(['2 checks were not made: one, two']);
  });

  test('a check made twice, or unknown, fails', () => {
    expect(judge('ok one\nok one', ['one']).failures).toEqual(['one - made 2 times']);
    expect(judge('ok one\nok won', ['one']).failures).toEqual(['won (not a check of the list)']);
  });

  test('what the SDK has no words for is left out only with a reason', () => {
    expect(judge('skip one - no such request', ['one'])).toEqual({
      passed: 0,
      failures: [],
      leftOut: ['one - no such request'],
      rest: [],
    });
    expect(judge('skip one', ['one']).failures).toEqual(['one - skipped without a reason']);
  });
});
