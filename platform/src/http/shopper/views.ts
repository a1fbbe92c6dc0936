// Nouns of the platform as the shopper's API shows them.
import { invert, type Money, type Rate, roundToSignificant, toPlainDecimal } from '@tongbao/money';
import type { CardView, CustomerView, RateView, StepUpView, WireMoney } from '@tongbao/protocol/wallet';
import { type Customer, maskName, maskPhone } from '../../customers/index.ts';
import type { LockedQuote } from '../../fx/index.ts';
import type { Card, OpenStepUp } from '../../wallet/index.ts';

export const wireMoney = ({ currency, amount }: Money): WireMoney => ({ currency, value: amount.toString() });

export const cardView = ({ id, bankName, last4, kind }: Card): CardView => ({
  cardId: id.toString(),
  bankName,
  last4,
  kind,
});

/** `ownEyes`: the wallet's own pages show the full name; the cashier, which others may see, a masked one. */
export const customerView = (
  customer: Customer,
  shown: { pinLockedUntil: Date | null; ownEyes: boolean },
): CustomerView => ({
  name: shown.ownEyes ? customer.name : maskName(customer.name),
  maskedPhone: maskPhone(customer.phone),
  region: customer.region,
  pinLockedUntil: shown.pinLockedUntil?.toISOString() ?? null,
});

export const rateView = (quote: LockedQuote): RateView => ({
  quoteId: quote.quoteId,
  base: quote.price.base,
  quote: quote.price.quote,
  price: decimal(quote.price, 12),
  mid: decimal(quote.mid, 12),
  inverse: decimal(invert(quote.price), 6),
  spreadBps: quote.spreadBps,
  rateDate: quote.rateDate,
  source: quote.source,
  lockedAt: quote.lockedAt.toISOString(),
  expiresAt: quote.expiresAt.toISOString(),
});

/** For reading: a published or locked rate has fewer than twelve significant digits and is shown exactly. */
const decimal = (rate: Rate, digits: number): string =>
  toPlainDecimal(roundToSignificant(rate, digits, 'half-even'));

/** What the bank asks; the end that is told is ours. */
export function stepUpView({ asks, deadline }: OpenStepUp, now: Date): StepUpView {
  const asked = { stepUpId: asks.id, expiresAt: deadline.toISOString(), now: now.toISOString() };
  if (asks.kind === 'redirect') return { kind: 'redirect', ...asked, url: asks.url };
  const { phone, length, triesLeft, resendAt } = asks;
  return {
    kind: 'one-time-code',
    ...asked,
    ...{ phone, length, triesLeft, resendAt: resendAt?.toISOString() ?? null },
  };
}
