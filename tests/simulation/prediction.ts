// What a prediction is, and what predictions of all kinds are made of: facts, prices, fees.
import { costInFen, halfEven, sevenDigits, worthOfFen } from './arithmetic.ts';
import { type Shop, shops } from './cast.ts';
import type { Model, ModelPayment } from './model.ts';
import { businessDay, usableRates } from './rates.ts';
import type { Request } from './requests.ts';

export type Facts = Readonly<Record<string, string>>;

export interface Prediction {
  readonly code: string;
  /** What is wrong with the answer's facts, or null. */
  readonly wrong?: (facts: Facts) => string | null;
  /** The world afterwards; absent where nothing changes. */
  readonly next?: (facts: Facts) => Model;
  /** The same where the answer was not heard; absent where asking again tells. */
  readonly unheard?: () => Model;
}

export interface Circumstances {
  readonly now: number;
  /** The latest that the clock has ever said: what was settled then is settled. */
  readonly latest: number;
  readonly seed: number;
  readonly firstDay: string;
  /** Whether the rate source ever failed: older rates may then be in force. */
  readonly ratesFailed: boolean;
  /** Whether a bank ever said no to what it had done. */
  readonly banksDenied: boolean;
}

export type Of<Kind extends Request['kind']> = Extract<Request, { kind: Kind }>;

/** Facts that must be as expected; the first that is not, in words. */
export const differing =
  (expected: Facts) =>
  (facts: Facts): string | null => {
    for (const [name, value] of Object.entries(expected))
      if (facts[name] !== value) return `${name} is ${facts[name] ?? 'absent'}, expected ${value}`;
    return null;
  };

/** Every price that may be offered now: the newest usable rates of both currencies, with the shop's spread. */
export function offeredPrices({ currency, spreadBps }: Shop, at: Circumstances): string[] {
  const day = businessDay(at.now);
  const rates = (of: string) => {
    const usable = usableRates({ seed: at.seed, currency: of, day, firstDay: at.firstDay });
    return at.ratesFailed ? usable : usable.slice(0, 1);
  };
  return rates('CNY').flatMap((yuan) =>
    rates(currency).map((own) =>
      sevenDigits({
        over: yuan.over * own.under * (10_000n + spreadBps),
        under: yuan.under * own.over * 10_000n,
      }),
    ),
  );
}

export const refused = (code: string): Prediction[] => [{ code }];

export const neverSaid = '';
/** Broken off after the PIN's try was taken and before it was given back. */
export const broken = (tried: Model): Prediction => ({ code: neverSaid, unheard: () => tried });

export const feeOf = (amount: bigint, shop: Shop): bigint => halfEven(amount * shop.feeBps, 10_000n);

/** What an order comes to at a price: its own currency's amount is given, or the yuan of one that was priced in yuan. */
export function pricedAt(
  { shop: index, fen, amount: asked }: Pick<ModelPayment, 'shop' | 'fen' | 'amount'>,
  price: string,
): Pick<ModelPayment, 'price' | 'amount' | 'payerAmount' | 'fee'> {
  const shop = shops[index]!;
  const amount = fen === null ? asked : worthOfFen(fen, shop.currency, price);
  return {
    price,
    amount,
    payerAmount: fen ?? costInFen(amount, shop.currency, price),
    fee: feeOf(amount, shop),
  };
}

export function viewOf(payment: ModelPayment): Facts {
  const { status, amount, payerAmount, price, wireId } = payment;
  return {
    status,
    amount: amount.toString(),
    ...(price === '' ? {} : { payerAmount: payerAmount.toString(), price, wireId }),
  };
}
