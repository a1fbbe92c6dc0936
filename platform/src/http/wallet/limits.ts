// The limits page: what each class of wallet allows by the rules in force, what counts so far, and what the shopper
// allows himself.
import { accountOperations, type LimitsView, type LimitView } from '@tongbao/protocol/wallet';
import type { Customer } from '../../customers/index.ts';
import type { Measure, Rule } from '../../risk/index.ts';
import { walletCurrency } from '../../wallet/index.ts';
import { type AddRoute, guessesPerMinute } from '../shopper/routes.ts';
import { wireMoney } from '../shopper/views.ts';
import type { WalletHttpOptions } from './view.ts';

const classes = [
  { walletClass: 1, checksNeeded: 1 },
  { walletClass: 2, checksNeeded: 3 },
  { walletClass: 3, checksNeeded: 5 },
] as const;

/** How the page names what a rule measures; rules that are no limits of an amount or a number are not shown. */
const shown: Readonly<Partial<Record<Measure, LimitView['measure']>>> = {
  'payment-amount': 'payment',
  'day-amount': 'day',
  'day-count': 'payments-a-day',
  'year-balance-amount': 'year-from-balance',
  'ever-balance-amount': 'ever-from-balance',
};

export function limitRoutes(route: AddRoute, options: WalletHttpOptions): void {
  const { customers, sandbox } = options;
  route(accountOperations.viewLimits, ({ customer }) => limitsView(options, customer));
  route(
    accountOperations.setLimits,
    async ({ body, customer }) => {
      await customers.checkPin(customer.id, body.pin);
      const fen = (text: string | null): bigint | null => (text === null ? null : BigInt(text));
      await customers.setOwnLimits(customer.id, { payment: fen(body.payment), day: fen(body.day) });
      return limitsView(options, (await customers.find(customer.id))!);
    },
    { perMinute: guessesPerMinute(sandbox) },
  );
}

async function limitsView(options: WalletHttpOptions, customer: Customer): Promise<LimitsView> {
  const { customers, payments, wallet, clock, rules } = options;
  const now = clock.now();
  const account = (await wallet.accountOf(customer.id, walletCurrency)) ?? 0n;
  const [usage, { maskedId, checks }] = await Promise.all([
    payments.usageOf(account),
    customers.identityOf(customer.id),
  ]);
  const cny = (amount: bigint) => wireMoney({ currency: walletCurrency, amount });
  const own = customer.ownLimits;
  return {
    walletClass: customer.kycClass,
    classes: classes.map((each) => ({ ...each, limits: limitsOf(rules, each.walletClass, now) })),
    used: {
      todayCount: Number.parseInt((usage.today?.count ?? 0n).toString(), 10),
      today: cny(usage.today?.amount ?? 0n),
      yearFromBalance: cny(usage.balanceThisYear ?? 0n),
      everFromBalance: cny(usage.balanceEver ?? 0n),
    },
    own: {
      payment: own.payment === null ? null : cny(own.payment),
      day: own.day === null ? null : cny(own.day),
    },
    identity: {
      maskedId,
      checks: checks.map(({ source, confirmedAt }) => ({ source, confirmedAt: confirmedAt.toISOString() })),
    },
    now: now.toISOString(),
  };
}

/** Those that hold for a class now, or will; what is over is left out. */
function limitsOf(rules: readonly Rule[], kycClass: 1 | 2 | 3, now: Date): LimitView[] {
  return rules.flatMap((rule) => {
    const measure = shown[rule.measure];
    const isOver = rule.validTo !== null && new Date(rule.validTo) <= now;
    if (measure === undefined || isOver) return [];
    if (rule.kycClass !== undefined && rule.kycClass !== kycClass) return [];
    return {
      rule: rule.name,
      measure,
      method: rule.method ?? null,
      atMost: rule.atMost.toString(),
      validFrom: rule.validFrom,
      source: rule.source,
    };
  });
}
