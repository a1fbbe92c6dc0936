// Whose money a refund is: what a shop surely has that is not settled, and what it can have at most, from orders and answers
// alone. Between the two the network knows better than its auditor; outside of them it must not err.
import { zoneHours } from './arithmetic.ts';
import { shops } from './cast.ts';
import { type Model, type ModelPayment, type ModelRefund, sum } from './model.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** No shop goes longer without a working day; a batch in which there is something is closed on the first one. */
const longestHolidayMs = 12 * dayMs;

function lastMidnight(shop: number, now: number): number {
  const ahead = zoneHours(shops[shop]!.zone, now) * hourMs;
  return Math.floor((now + ahead) / dayMs) * dayMs - ahead;
}

const earned = (payment: ModelPayment): bigint => payment.amount - payment.fee;
const needed = (refund: ModelRefund): bigint => refund.amount - refund.fee;

const shareUp = (payment: ModelPayment, amount: bigint): bigint =>
  (payment.fee * amount + payment.amount - 1n) / payment.amount;

/** Of a fee that the shop's contract keeps, what may be lent when so much of the payment is refunded. */
export const lentAtMost = (payment: ModelPayment, refunded: bigint): bigint =>
  shops[payment.shop]!.returnsFee ? 0n : shareUp(payment, refunded);

const ofShop = (model: Model, shop: number): ModelPayment[] =>
  [...model.payments.values()].filter((payment) => payment.shop === shop && payment.paidAt !== null);

/**
 * What came in since the shop's last midnight is in no closed batch. Less all that may have been taken from it: refunds and
 * cancellations since then, refunds that may have waited for it, and lent fees that a settlement took back.
 */
export function surelyUnsettled(model: Model, shop: number, now: number): bigint {
  const midnight = lastMidnight(shop, now);
  let least = 0n;
  for (const payment of ofShop(model, shop)) {
    const isToday = payment.paidAt! >= midnight;
    if (isToday && payment.status === 'paid') least += earned(payment);
    if (!isToday && payment.status === 'cancelled' && payment.paidAt! >= midnight - dayMs)
      least -= earned(payment);
    const taken = payment.refunds.filter((refund) => refund.askedAt >= midnight || refund.mayWait);
    least -= sum(taken, needed);
    least -= sum(payment.refunds, (refund) => lentAtMost(payment, refund.amount));
  }
  return least;
}

/** All that was paid since the shop's last settlement but one, fees included: more is not there. */
export function unsettledAtMost(model: Model, shop: number, now: number): bigint {
  const recent = ofShop(model, shop).filter(({ paidAt }) => paidAt! >= now - 2 * longestHolidayMs);
  return sum(recent, (payment) => payment.amount);
}
