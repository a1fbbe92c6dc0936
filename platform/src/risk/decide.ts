// The one decision of the room: may this payer make this payment now? Pure: the caller brings the facts.
import type { Money } from '@tongbao/money';
import { capsAt, type DatedCaps } from '../customers/index.ts';
import { type Measure, type Rule, rules } from './rules.ts';

export interface RiskFacts {
  readonly payer: {
    readonly status: 'active' | 'blocked';
    readonly kycClass: 0 | 1 | 2 | 3;
    /** In minor units of the wallet's currency; absent or null: none. */
    readonly ownLimits?: { readonly payment: bigint | null; readonly day: bigint | null };
    /** What operators have set, in the order in which it begins; absent: nothing. */
    readonly caps?: readonly DatedCaps[];
  };
  readonly method: 'balance' | 'card';
  /** What the payer pays, in the wallet's currency. */
  readonly amount: Money;
  /**
   * What the payer had paid before this payment, in minor units of the same currency, of the same day and
   * the same year in Shanghai. Null: not loaded; the rules that need it are not looked at.
   */
  readonly today: { readonly count: bigint; readonly amount: bigint } | null;
  readonly balanceThisYear: bigint | null;
  readonly balanceEver: bigint | null;
}

export type RiskDecision =
  | { readonly verdict: 'allow' }
  | { readonly verdict: 'reject'; readonly rule: string; readonly source: string };

/** Decides by the rules in force at an instant; the first that refuses gives its name and source. */
export function decideRisk(facts: RiskFacts, at: Date, ruleBook: readonly Rule[] = rules): RiskDecision {
  for (const rule of ruleBook) {
    if (!isFor(rule, facts) || !isInForce(rule, at)) continue;
    const measured = measures[rule.measure](facts, at);
    if (measured !== null && measured > rule.atMost) {
      return { verdict: 'reject', rule: rule.name, source: rule.source };
    }
  }
  return { verdict: 'allow' };
}

const measures: Readonly<Record<Measure, (facts: RiskFacts, at: Date) => bigint | null>> = {
  'payer-blocked': (facts) => (facts.payer.status === 'blocked' ? 1n : 0n),
  'identity-unchecked': (facts) => (facts.payer.kycClass === 0 ? 1n : 0n),
  'over-own-payment-limit': (facts) => isOver(facts.amount.amount, facts.payer.ownLimits?.payment),
  'over-own-day-limit': (facts) => isOver(plus(facts.today?.amount, facts), facts.payer.ownLimits?.day),
  'over-payment-cap': (facts, at) => isOver(facts.amount.amount, capsAt(facts.payer.caps, at).payment),
  'over-day-cap': (facts, at) => isOver(plus(facts.today?.amount, facts), capsAt(facts.payer.caps, at).day),
  'payment-amount': (facts) => facts.amount.amount,
  'day-count': (facts) => (facts.today === null ? null : facts.today.count + 1n),
  'day-amount': (facts) => plus(facts.today?.amount, facts),
  'year-balance-amount': (facts) => plus(facts.balanceThisYear, facts),
  'ever-balance-amount': (facts) => plus(facts.balanceEver, facts),
};

const isOver = (amount: bigint | null, limit: bigint | null | undefined): bigint | null => {
  if (amount === null || limit === null || limit === undefined) return null;
  return amount > limit ? 1n : 0n;
};

const plus = (before: bigint | null | undefined, facts: RiskFacts): bigint | null =>
  before === null || before === undefined ? null : before + facts.amount.amount;

const isInForce = (rule: Rule, at: Date): boolean =>
  (rule.validFrom === null || msOf(rule.validFrom) <= at.getTime()) &&
  (rule.validTo === null || at.getTime() < msOf(rule.validTo));

// The book has a handful of dates, and each payment is held against all of them.
const known = new Map<string, number>();
function msOf(instant: string): number {
  let ms = known.get(instant);
  if (ms === undefined) {
    ms = Date.parse(instant);
    known.set(instant, ms);
  }
  return ms;
}

const isFor = (rule: Rule, facts: RiskFacts): boolean =>
  (rule.kycClass === undefined || rule.kycClass === facts.payer.kycClass) &&
  (rule.method === undefined || rule.method === facts.method) &&
  (rule.currency === null || rule.currency === facts.amount.currency);
