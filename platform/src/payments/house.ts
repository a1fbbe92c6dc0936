// The house's accounts for a pair of currencies, resolved before a batch is decided.
import type { HouseAccounts } from '../ledger/index.ts';
import type { Payment } from './payment.ts';
import type { HouseLegs } from './postings.ts';

export type HouseFacts = ReadonlyMap<string, HouseLegs>;

const pairOf = (payment: Payment): string => `${payment.amount.currency}/${payment.payerAmount.currency}`;

export const legsOf = (house: HouseFacts, payment: Payment): HouseLegs => house.get(pairOf(payment))!;

export const loadHouse = (
  accounts: HouseAccounts,
  payments: Iterable<Payment>,
  now: Date,
): Promise<Map<string, HouseLegs>> =>
  loadHouseOfPairs(
    accounts,
    Array.from(payments, (payment) => ({
      order: payment.amount.currency,
      payer: payment.payerAmount.currency,
    })),
    now,
  );

/** The same for payments that do not exist yet: `order` and `payer` are their currencies. */
export async function loadHouseOfPairs(
  accounts: HouseAccounts,
  pairs: readonly { readonly order: string; readonly payer: string }[],
  now: Date,
): Promise<Map<string, HouseLegs>> {
  const legs = new Map<string, HouseLegs>();
  for (const { order, payer } of pairs) {
    const pair = `${order}/${payer}`;
    if (legs.has(pair)) continue;
    legs.set(pair, {
      payerPosition: await accounts.open('fx-position', payer, now),
      orderPosition: await accounts.open('fx-position', order, now),
      payerSpread: await accounts.open('fx-spread', payer, now),
      payerRounding: await accounts.open('rounding', payer, now),
      orderFee: await accounts.open('discount-fee', order, now),
    });
  }
  return legs;
}
