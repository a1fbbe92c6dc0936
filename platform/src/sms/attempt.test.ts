// What an attempt makes of a short message, and which country a number is of.
import { describe, expect, test } from 'vitest';
import { gapAfter, verdictOf } from './attempt.ts';
import { countryOf } from './countries.ts';

describe('an attempt', () => {
  const at = new Date('2026-01-05T08:00:00Z');
  const of = (seconds: number, attempt = 1) => ({
    ...{ attempt, at, expiresAt: new Date(at.getTime() + seconds * 1_000) },
  });
  const later = { outcome: 'later', answer: '429' } as const;

  test('comes after 16 seconds, 20, 30, then each minute', () => {
    expect([1, 2, 3, 4, 5, 9].map((attempt) => gapAfter(attempt) / 1_000)).toEqual([16, 20, 30, 60, 60, 60]);
  });

  test('sends it, ends it, or is made again while it is of use', () => {
    const nextTryAt = new Date(at.getTime() + 16_000);
    expect(verdictOf({ outcome: 'accepted', answer: '200' }, of(1))).toEqual({ state: 'sent', nextTryAt });
    expect(verdictOf({ outcome: 'refused', answer: '422' }, of(300))).toEqual({
      state: 'refused',
      nextTryAt,
    });
    for (const answer of [later, null]) {
      expect(verdictOf(answer, of(17))).toEqual({
        state: 'again',
        nextTryAt: new Date(at.getTime() + 16_000),
      });
      expect(verdictOf(answer, of(16)).state).toBe('expired');
      expect(verdictOf(answer, of(60, 4)).state).toBe('expired');
      expect(verdictOf(answer, of(61, 4)).state).toBe('again');
    }
  });
});

test('a number is of the longest prefix that it begins with', () => {
  const countries = [
    { prefix: '+1', mostADay: 5 },
    { prefix: '+1242', mostADay: 1 },
    { prefix: '+86', mostADay: null },
  ];
  expect(countryOf('+12025550100', countries)?.prefix).toBe('+1');
  expect(countryOf('+12425550100', countries)?.prefix).toBe('+1242');
  expect(countryOf('+8613800138000', [...countries].reverse())?.prefix).toBe('+86');
  expect(countryOf('+85212345678', countries)).toBeNull();
});
