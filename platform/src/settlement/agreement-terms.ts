// What was agreed with the bank's desk about a conversion, as the books need it: the cost that a rate makes, or the rate that two
// amounts make, and whether that is near enough to what was expected. Pure.
import {
  convert,
  formatMajor,
  minorUnits,
  money,
  parseRate,
  type Rate,
  rate,
  toDecimal,
} from '@tongbao/money';
import { Rejection } from '../rejection.ts';
import type { Deal } from './treasury-store.ts';

/** One of them: a decimal, or the two amounts in minor units as the bank confirmed them. */
export type AgreedTerms =
  | { readonly kind: 'rate'; readonly rate: string }
  | { readonly kind: 'amounts'; readonly bought: bigint; readonly cost: bigint };

// Banks quote four decimals.
const leastDecimals = 4;
const mostDecimals = 18;
const basisPoints = 10_000n;
const size = (value: bigint): bigint => (value < 0n ? -value : value);
const shown = (currency: string, amount: bigint): string =>
  `${formatMajor(money(currency, amount))} ${currency}`;
export const refused = (message: string, field: string) => new Rejection('deal-refused', message, { field });

/** What the deal costs by what was agreed, and the rate that says so. Throws Rejections: deal-refused. */
export function decideTerms(
  deal: Pick<Deal, 'currency' | 'bought' | 'home' | 'cost' | 'rate'>,
  terms: AgreedTerms,
  toleranceBps: number,
): { rate: string; cost: bigint } {
  const found = terms.kind === 'rate' ? byRate(deal, terms.rate) : byAmounts(deal, terms);
  const off = size(found.cost - deal.cost);
  if (off * basisPoints > size(deal.cost) * BigInt(toleranceBps))
    throw refused(
      `${shown(deal.home, found.cost)} is more than ${toleranceBps} basis points from the ${shown(deal.home, deal.cost)} that were ` +
        `expected at ${deal.rate}: look at the bank’s confirmation once more`,
      terms.kind === 'rate' ? 'rate' : 'cost',
    );
  return found;
}

type Of = Pick<Deal, 'currency' | 'bought' | 'home'>;

function byRate(deal: Of, text: string): { rate: string; cost: bigint } {
  const { currency, bought, home } = deal;
  let agreed: Rate;
  try {
    agreed = parseRate(currency, home, text);
  } catch {
    throw refused(`"${text.slice(0, 40)}" is not a rate: so many ${home} for one ${currency}`, 'rate');
  }
  const cost = convert(money(currency, bought), agreed, 'half-even').amount;
  assertPaid(deal, cost);
  return { rate: text, cost };
}

/** The shortest decimal rate at which the amounts come out to the unit: whoever reads the books works it out again. */
function byAmounts(
  deal: Of,
  { bought: agreed, cost }: { bought: bigint; cost: bigint },
): { rate: string; cost: bigint } {
  const { currency, bought, home } = deal;
  if (agreed !== bought)
    throw refused(
      `the deal is about ${shown(currency, bought)}, not ${shown(currency, agreed)}: agree that amount, or a part of the position stays open`,
      'bought',
    );
  assertPaid(deal, cost);
  // Minor units against minor units, as a rate between major ones.
  const exact = rate(
    currency,
    home,
    size(cost) * 10n ** BigInt(minorUnits(currency)),
    size(bought) * 10n ** BigInt(minorUnits(home)),
  );
  for (let decimals = leastDecimals; decimals <= mostDecimals; decimals++) {
    const text = toDecimal(exact, decimals, 'half-even');
    // Nothing is left of it in so few.
    if (!/[1-9]/.test(text)) continue;
    const worth = convert(money(currency, bought), parseRate(currency, home, text), 'half-even');
    if (worth.amount === cost) return { rate: text, cost };
  }
  throw refused(
    `no rate of ${mostDecimals} decimals makes ${shown(home, cost)} of ${shown(currency, bought)}`,
    'cost',
  );
}

/** Something is paid for what is bought, and something comes for what is sold. */
function assertPaid({ currency, bought, home }: Of, cost: bigint): void {
  if (cost * bought <= 0n)
    throw refused(`${shown(currency, bought)} cannot come to ${shown(home, cost)}`, 'cost');
}
