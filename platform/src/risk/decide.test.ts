// Every rule at its border, on both sides of its dates, and for nobody else.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideRisk, type RiskFacts } from './decide.ts';
import { type Rule, rules, sandboxRules } from './rules.ts';

const in2014 = new Date('2014-11-11T02:00:00Z');
const beforePboc = new Date('2016-06-30T15:59:59.999Z');
const sincePboc = new Date('2016-06-30T16:00:00Z');

const nothingPaid: RiskFacts = {
  payer: { status: 'active', kycClass: 3 },
  method: 'balance',
  amount: { currency: 'CNY', amount: 100n },
  today: { count: 0n, amount: 0n },
  balanceThisYear: 0n,
  balanceEver: 0n,
};
const cny = (yuan: bigint, fen = 0n): RiskFacts['amount'] => ({ currency: 'CNY', amount: yuan * 100n + fen });
const ruleThatRefuses = (facts: Partial<RiskFacts>, at = in2014): string | null => {
  const decision = decideRisk({ ...nothingPaid, ...facts }, at);
  return decision.verdict === 'reject' ? decision.rule : null;
};

describe('decideRisk', () => {
  it('refuses a blocked payer whatever he pays, with the rule and its source', () => {
    const decision = decideRisk({ ...nothingPaid, payer: { status: 'blocked', kycClass: 3 } }, in2014);
    expect(decision).toEqual({ verdict: 'reject', rule: 'payer-blocked', source: rules[0]!.source });
  });

  it.each([
    [1, 'balance', 1_000n, 'single-balance-class-1'],
    [2, 'balance', 20_000n, 'single-balance-class-2'],
    [3, 'balance', 50_000n, 'single-balance-class-3'],
    [1, 'card', 50_000n, 'single-card'],
    [3, 'card', 50_000n, 'single-card'],
  ] as const)('allows class %s by %s up to CNY %s, and not a fen more', (kycClass, method, yuan, rule) => {
    const payer = { status: 'active', kycClass } as const;
    expect(ruleThatRefuses({ payer, method, amount: cny(yuan) })).toBeNull();
    expect(ruleThatRefuses({ payer, method, amount: cny(yuan, 1n) })).toBe(rule);
  });

  it('refuses whom nobody has identified', () => {
    expect(ruleThatRefuses({ payer: { status: 'active', kycClass: 0 } })).toBe('real-name');
    expect(ruleThatRefuses({ payer: { status: 'active', kycClass: 1 } })).toBeNull();
  });

  it('holds a payer to what operators have set, from its moment on', () => {
    const payer = (payment: bigint | null, day: bigint | null, from = in2014): RiskFacts['payer'] => ({
      ...{ status: 'active', kycClass: 3, caps: [{ payment, day, from }] },
    });
    const today = { count: 1n, amount: 400n };
    const asked = { amount: cny(1n), today };
    expect(ruleThatRefuses({ ...asked, payer: payer(100n, 500n) })).toBeNull();
    expect(ruleThatRefuses({ ...asked, payer: payer(99n, null) })).toBe('cap-payment');
    expect(ruleThatRefuses({ ...asked, payer: payer(null, 499n) })).toBe('cap-day');
    expect(ruleThatRefuses({ ...asked, payer: payer(null, null) })).toBeNull();
    expect(ruleThatRefuses({ ...asked, payer: payer(0n, 0n, new Date(in2014.getTime() + 1)) })).toBeNull();
  });

  it('holds a payer to the limits of their own: of a payment, and of the day with it', () => {
    const payer = (payment: bigint | null, day: bigint | null): RiskFacts['payer'] => ({
      ...{ status: 'active', kycClass: 3 },
      ownLimits: { payment, day },
    });
    const today = { count: 1n, amount: 300n };
    expect(ruleThatRefuses({ payer: payer(100n, null) })).toBeNull();
    expect(ruleThatRefuses({ payer: payer(99n, null) })).toBe('own-payment');
    expect(ruleThatRefuses({ payer: payer(null, 400n), today })).toBeNull();
    expect(ruleThatRefuses({ payer: payer(null, 399n), today })).toBe('own-day');
    expect(ruleThatRefuses({ payer: payer(0n, null) })).toBe('own-payment');
    expect(ruleThatRefuses({ payer: payer(null, 0n), today: null })).toBeNull();
    // Sums of another currency are not what the limits speak of.
    expect(ruleThatRefuses({ payer: payer(0n, 0n), amount: { currency: 'HKD', amount: 1n } })).toBeNull();
  });

  it('a rule that allows nothing is not asked where its fact is missing', () => {
    const none: Rule = { ...rules[0]!, measure: 'day-amount', atMost: -1n };
    expect(decideRisk({ ...nothingPaid, today: null }, in2014, [none]).verdict).toBe('allow');
    expect(decideRisk(nothingPaid, in2014, [none]).verdict).toBe('reject');
  });

  it('counts the day with this payment, by number and by amount', () => {
    expect(ruleThatRefuses({ today: { count: 99n, amount: 0n } })).toBeNull();
    expect(ruleThatRefuses({ today: { count: 100n, amount: 0n } })).toBe('day-count');
    const amount = cny(10n);
    expect(ruleThatRefuses({ amount, today: { count: 1n, amount: 9_999_000n } })).toBeNull();
    expect(ruleThatRefuses({ amount, today: { count: 1n, amount: 9_999_001n } })).toBe('day-amount');
  });

  it.each([
    [1, { balanceEver: 99_900n }, { balanceEver: 99_901n }, 'pboc-class-1-lifetime'],
    [2, { balanceThisYear: 9_999_900n }, { balanceThisYear: 9_999_901n }, 'pboc-class-2-year'],
    [3, { balanceThisYear: 19_999_900n }, { balanceThisYear: 19_999_901n }, 'pboc-class-3-year'],
  ] as const)(
    'caps what class %s pays from the balance since 1 July 2016',
    (kycClass, within, over, rule) => {
      const payer = { status: 'active', kycClass } as const;
      expect(ruleThatRefuses({ payer, ...within }, sincePboc)).toBeNull();
      expect(ruleThatRefuses({ payer, ...over }, sincePboc)).toBe(rule);
      expect(ruleThatRefuses({ payer, ...over }, beforePboc)).toBeNull();
      expect(ruleThatRefuses({ payer, ...over, method: 'card' }, sincePboc)).toBeNull();
    },
  );

  it('does not look at rules whose facts were not loaded, nor at limits of another currency', () => {
    const unloaded = { today: null, balanceThisYear: null, balanceEver: null };
    expect(ruleThatRefuses({ ...unloaded, payer: { status: 'active', kycClass: 1 } }, sincePboc)).toBeNull();
    expect(ruleThatRefuses({ amount: { currency: 'HKD', amount: 10_000_000n } })).toBeNull();
    expect(
      ruleThatRefuses({ today: { count: 100n, amount: 0n }, amount: { currency: 'HKD', amount: 1n } }),
    ).toBe('day-count');
  });

  it('ends a rule at its last instant', () => {
    const until: Rule = { ...rules[0]!, validTo: '2015-01-01T00:00:00Z' };
    const facts = { ...nothingPaid, payer: { status: 'blocked', kycClass: 3 } as const };
    expect(decideRisk(facts, new Date('2014-12-31T23:59:59.999Z'), [until]).verdict).toBe('reject');
    expect(decideRisk(facts, new Date('2015-01-01T00:00:00Z'), [until]).verdict).toBe('allow');
  });

  it('never allows more of what it refused less of', () => {
    const paid = fc.bigInt({ min: 0n, max: 30_000_000n });
    fc.assert(
      fc.property(
        paid,
        paid,
        fc.constantFrom(1, 2, 3),
        fc.constantFrom('balance', 'card'),
        paid,
        (a, b, c, method, y) => {
          const [less, more] = a < b ? [a, b] : [b, a];
          const rest = {
            payer: { status: 'active', kycClass: c },
            method,
            balanceThisYear: y,
            balanceEver: y,
          } as const;
          const refusedLess =
            ruleThatRefuses({ ...rest, amount: { currency: 'CNY', amount: less } }, sincePboc) !== null;
          const refusedMore =
            ruleThatRefuses({ ...rest, amount: { currency: 'CNY', amount: more } }, sincePboc) !== null;
          expect(refusedMore || !refusedLess).toBe(true);
        },
      ),
    );
  });
});

describe('the rule book', () => {
  it('is, in its order', () => {
    const line = ({ name, kycClass, method, measure, currency, atMost, validFrom, validTo }: Rule) =>
      [name, kycClass ?? 'all', method ?? 'all', measure, currency ?? '-', atMost, validFrom, validTo].join(
        ' ',
      );
    const always = ' ';
    const since2016 = '2016-07-01T00:00:00+08:00 ';
    expect(rules.map(line)).toEqual([
      `payer-blocked all all payer-blocked - 0 ${always}`,
      `real-name all all identity-unchecked - 0 ${always}`,
      `own-payment all all over-own-payment-limit CNY 0 ${always}`,
      `own-day all all over-own-day-limit CNY 0 ${always}`,
      `cap-payment all all over-payment-cap CNY 0 ${always}`,
      `cap-day all all over-day-cap CNY 0 ${always}`,
      `single-balance-class-1 1 balance payment-amount CNY 100000 ${always}`,
      `single-balance-class-2 2 balance payment-amount CNY 2000000 ${always}`,
      `single-balance-class-3 3 balance payment-amount CNY 5000000 ${always}`,
      `single-card all card payment-amount CNY 5000000 ${always}`,
      `day-count all all day-count - 100 ${always}`,
      `day-amount all all day-amount CNY 10000000 ${always}`,
      `pboc-class-1-lifetime 1 balance ever-balance-amount CNY 100000 ${since2016}`,
      `pboc-class-2-year 2 balance year-balance-amount CNY 10000000 ${since2016}`,
      `pboc-class-3-year 3 balance year-balance-amount CNY 20000000 ${since2016}`,
    ]);
    expect(rules.every((rule) => rule.validTo === null)).toBe(true);
    expect(rules.every((rule) => rule.currency === null || rule.currency === 'CNY')).toBe(true);
    expect(rules.filter((rule) => rule.validFrom === null).length).toBe(12);
  });

  it('of a sandbox allows a hundred times as many payments a day, and not a fen more', () => {
    const changed = sandboxRules.filter((rule, index) => rule !== rules[index]);
    const former = rules.find((rule) => rule.name === 'day-count')!;
    expect(changed).toEqual([{ ...former, atMost: 10_000n }]);
  });

  it('names each rule once, with a source and readable dates', () => {
    expect(new Set(rules.map((rule) => rule.name)).size).toBe(rules.length);
    for (const rule of rules) {
      expect(rule.source.length).toBeGreaterThan(10);
      for (const date of [rule.validFrom, rule.validTo]) {
        if (date !== null) expect(Number.isNaN(new Date(date).getTime())).toBe(false);
      }
    }
  });
});
