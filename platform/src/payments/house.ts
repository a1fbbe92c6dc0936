// The house's accounts for a pair of currencies, resolved before a batch is decided.
import type { HouseAccounts } from '../ledger/index.ts';
import type { Payment } from './payment.ts';
import type { HouseLegs } from './postings.ts';

export type HouseFacts = ReadonlyMap<string, HouseLegs>;

/** What decides which accounts move: what the payer pays in, what the merchant is paid in, and whether that is converted. */
interface Currencies {
  readonly settlement: string;
  readonly payer: string;
  readonly isConverted: boolean;
}

const currenciesOf = ({ settlementAmount, payerAmount, settlementQuote }: Payment): Currencies => ({
  settlement: settlementAmount.currency,
  payer: payerAmount.currency,
  isConverted: settlementQuote !== null,
});

const keyOf = ({ settlement, payer, isConverted }: Currencies): string =>
  isConverted ? `${settlement}/${payer}/converted` : `${settlement}/${payer}`;

export const legsOf = (house: HouseFacts, payment: Payment): HouseLegs =>
  house.get(keyOf(currenciesOf(payment)))!;

export const loadHouse = (
  accounts: HouseAccounts,
  payments: Iterable<Payment>,
  now: Date,
): Promise<Map<string, HouseLegs>> => loadHouseOf(accounts, Array.from(payments, currenciesOf), now);

/** The same for payments that do not exist yet. */
export async function loadHouseOf(
  accounts: HouseAccounts,
  all: readonly Currencies[],
  now: Date,
): Promise<Map<string, HouseLegs>> {
  const legs = new Map<string, HouseLegs>();
  for (const currencies of all) {
    const key = keyOf(currencies);
    if (legs.has(key)) continue;
    const { settlement, payer, isConverted } = currencies;
    legs.set(key, {
      payerPosition: await accounts.open('fx-position', payer, now),
      settlementPosition: await accounts.open('fx-position', settlement, now),
      payerSpread: await accounts.open('fx-spread', payer, now),
      payerRounding: await accounts.open('rounding', payer, now),
      settlementFee: await accounts.open('discount-fee', settlement, now),
      conversion: isConverted
        ? {
            spread: await accounts.open('fx-spread', settlement, now),
            rounding: await accounts.open('rounding', settlement, now),
          }
        : null,
    });
  }
  return legs;
}
