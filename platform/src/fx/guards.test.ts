// What the guards allow when nobody says otherwise, and how decimals are compared.
import { describe, expect, it } from 'vitest';
import {
  compareRates,
  defaultMaxMoveBps,
  defaultStaleAfterDays,
  guardMemoryDays,
  isOutlier,
} from './guards.ts';

it('the defaults: five days old, a tenth of a move, thirty days of memory', () => {
  expect([defaultStaleAfterDays, defaultMaxMoveBps, guardMemoryDays]).toEqual([5, 1_000, 30]);
});

describe('compareRates', () => {
  it.each([
    ['9', '10', -1],
    ['10', '9', 1],
    ['1.50', '1.5', 0],
    ['0.09', '0.1', -1],
    ['1085.2', '1085.19', 1],
    ['1085', '1085.0000000001', -1],
  ])('%s against %s: %i, whatever their digits', (left, right, order) => {
    expect(compareRates(left, right)).toBe(order);
  });
});

it('a rate that did not move is no outlier, even where no move is allowed', () => {
  expect(isOutlier('1085.2', '1085.20', 0)).toBe(false);
  expect(isOutlier('1085.21', '1085.2', 0)).toBe(true);
});
