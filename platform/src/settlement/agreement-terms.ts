// What was agreed with the bank's desk about a conversion, as the books need it: the cost that a rate makes, or the rate that two
// amounts make, and whether that is near enough to what was expected. Pure.
import {
  convert,
  formatMajor,
  MoneyError,
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

const mostDecimals = 18;
const basisPoints = 10_000n;
const size = (value: bigint): bigint => (value < 0n ? -value : value);
const shown = (currency: string, amount: bigint): string =>
  `${formatMajor(money(currency, amount))} ${currency}`;
export const refused = (message: string, field: string) => new Rejection('deal-refused', message, { field });

/** What the deal costs by what was agreed, and the rate that says so. Pure. Throws Rejections: deal-refused. */
export function decideTerms(
  deal: Pick<Deal, 'id' | 'currency' | 'bought' | 'home' | 'cost' | 'rate'>,
  terms: AgreedTerms,
  toleranceBps: number,
): { rate: string; cost: bigint } {
  const found = terms.kind === 'rate' ? byRate(deal, terms.rate) : byAmounts(deal, terms);
  if (found.cost === 0n || found.cost < 0n !== deal.bought < 0n)
    throw refused(
      `${shown(deal.currency, deal.bought)} cannot come to ${shown(deal.home, found.cost)}`,
      'cost',
    );
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

function byRate({ currency, bought, home }: Of, text: string): { rate: string; cost: bigint } {
  let agreed: Rate;
  try {
    agreed = parseRate(currency, home, text);
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error;
    throw refused(`"${text.slice(0, 40)}" is not a rate: so many ${home} for one ${currency}`, 'rate');
  }
  return { rate: text, cost: convert(money(currency, bought), agreed, 'half-even').amount };
}

/** The shortest decimal rate at which the amounts come out to the unit: whoever reads the books works it out again. */
function byAmounts(
  { currency, bought, home }: Of,
  { bought: agreed, cost }: { bought: bigint; cost: bigint },
): { rate: string; cost: bigint } {
  if (agreed !== bought)
    throw refused(
      `the deal is about ${shown(currency, bought)}, not ${shown(currency, agreed)}: agree that amount, or a part of the position stays open`,
      'bought',
    );
  if (cost === 0n || cost < 0n !== bought < 0n) return { rate: '0', cost };
  const whole = money(currency, size(bought));
  const exact = rateOf(whole.amount, size(cost), { currency, home });
  for (let decimals = 4; decimals <= mostDecimals; decimals++) {
    const text = toDecimal(exact, decimals, 'half-even');
    if (!/[1-9]/.test(text)) continue;
    const worth = convert(money(currency, bought), parseRate(currency, home, text), 'half-even').amount;
    if (worth === cost) return { rate: text, cost };
  }
  throw refused(
    `no rate of ${mostDecimals} decimals makes ${shown(home, cost)} of ${shown(currency, bought)}`,
    'cost',
  );
}

/** Minor units against minor units, as a rate between major units. */
function rateOf(bought: bigint, cost: bigint, { currency, home }: { currency: string; home: string }): Rate {
  const unit = convert(money(currency, 10n ** 12n), rate(currency, home, 1n, 1n), 'half-even').amount;
  return rate(currency, home, cost * 10n ** 12n, bought * unit);
}
