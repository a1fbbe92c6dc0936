// What the console says of a merchant's contract, and of prices in one currency that are settled in another.
import { z } from 'zod';
import { applicationOperations } from './applications.ts';
import { merchantOperations } from './merchants.ts';
import { Amount, Currency, everybody, Instant, table } from './shapes.ts';

export * from './applications.ts';
export * from './merchants.ts';

/** An amount with its currency. */
export const Sum = z.object({ currency: Currency, value: Amount });

/** One unit of the first currency of `pair` in the second: with the spread, and at the middle. Plain decimals. */
export const LockedRate = z.object({
  pair: z.string(),
  price: z.string(),
  mid: z.string(),
  /** Hundredths of a per cent of the middle rate; below zero where it is taken off. */
  spreadBps: z.number(),
  /** Day and source of the published rate. */
  rateDate: z.string(),
  source: z.string(),
});
export type LockedRate = z.infer<typeof LockedRate>;

export const ContractView = z.object({
  clientId: z.string(),
  name: z.string(),
  settlementCurrency: Currency,
  /** When the rate between a price and the settlement currency is fixed. */
  rateRule: z.enum(['locked-at-payment']),
  /** Hundredths of a per cent: the discount fee, what shoppers pay on the middle rate, what the merchant is converted at below it. */
  feeBps: z.number(),
  spreadBps: z.number(),
  settlementSpreadBps: z.number(),
  returnsFee: z.boolean(),
  refundWindowDays: z.number(),
  quoteLifeMinutes: z.number(),
  /** In the settlement currency, as are the limits that were agreed. */
  debtLimit: Amount,
  minAmount: Amount,
  maxAmount: Amount,
  calendar: z.string(),
  timeZone: z.string(),
  regions: z.array(z.string()),
  liveFrom: Instant,
  /**
   * What orders may be priced in. `payer` and `settlement` are the rates of the moment, null where nothing is converted; limits
   * are null where no rate leads to the settlement currency now.
   */
  currencies: z.array(
    z.object({
      currency: Currency,
      payer: LockedRate.nullable(),
      settlement: LockedRate.nullable(),
      minAmount: Amount.nullable(),
      maxAmount: Amount.nullable(),
    }),
  ),
});
export type ContractView = z.infer<typeof ContractView>;

export const contractOperations = table({
  ...merchantOperations,
  ...applicationOperations,
  contract: {
    method: 'GET',
    path: '/api/console/contract',
    roles: everybody,
    query: z.object({ clientId: z.string().max(64).optional() }),
    answer: ContractView,
  },
});
