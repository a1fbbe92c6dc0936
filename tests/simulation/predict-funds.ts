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
function surelyUnsettled(model: Model, shop: number, now: number): bigint {
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

const limitOf = (shop: number): bigint => shops[shop]!.debtLimit ?? 0n;

/**
 * What the shop surely may give for refunds: what is surely not settled, and of its limit what no refund and no cancellation
 * of earlier days can have used. Some of that was netted since; how much, the auditor does not see.
 */
export function surelyAvailable(model: Model, shop: number, now: number): bigint {
  const midnight = lastMidnight(shop, now);
  let owed = 0n;
  for (const payment of ofShop(model, shop)) {
    if (payment.status === 'cancelled') owed += earned(payment);
    owed += sum(
      payment.refunds.filter(({ askedAt, status }) => status !== 'failed' && askedAt < midnight),
      needed,
    );
  }
  const limit = limitOf(shop);
  return surelyUnsettled(model, shop, now) + (owed < limit ? limit - owed : 0n);
}

/**
 * What the shop may give for refunds at most. At any former instant that was all that had come in since its last
 * settlement but one, fees included, and its whole limit; since then what came in was added, and what refunds
 * took was taken: a debt that is netted leaves less that is unsettled. The instant that allows least counts.
 */
export function availableAtMost(model: Model, shop: number, now: number): bigint {
  const payments = ofShop(model, shop);
  const done = (payment: ModelPayment, since: number) =>
    payment.refunds.filter(({ status, askedAt }) => status === 'succeeded' && askedAt >= since);
  const mostSince = (since: number): bigint => {
    let most = limitOf(shop);
    for (const payment of payments) {
      if (payment.paidAt! >= since - 2 * longestHolidayMs) most += payment.amount;
      // A fee that the contract keeps may have been lent beyond the limit.
      const taken = sum(done(payment, since), needed) - lentAtMost(payment, payment.amount);
      if (taken > 0n) most -= taken;
    }
    return most;
  };
  let least = mostSince(now + 1);
  for (const { askedAt } of payments.flatMap((payment) => done(payment, 0))) {
    const most = mostSince(askedAt);
    if (most < least) least = most;
  }
  return least;
}
