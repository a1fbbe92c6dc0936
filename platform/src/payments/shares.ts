// Shares of an order that are others' (taxes, insurance, delivery): the merchant names them, the receivers always get
// the payer's currency, at the rate of the order (gateway reference, section 2.2, split_fund_info). Pure.
import { divide } from '@tongbao/money';
import type { Payment } from './payment.ts';
import { partOf } from './refund-price.ts';

export interface Share {
  readonly receiver: string;
  /** The receiver's account, in the payer's currency. */
  readonly account: bigint;
  /** What it takes from the merchant, in the order's currency. */
  readonly amount: bigint;
  /** What the receiver gets, in the payer's currency, and how much of it is the middle rate's. */
  readonly payerAmount: bigint;
  readonly midAmount: bigint;
}

type Priced = Pick<Payment, 'amount' | 'payerAmount' | 'midAmount' | 'order'>;

const none: readonly Share[] = [];

export function sharesOf({ amount, payerAmount, midAmount, order }: Priced): readonly Share[] {
  const { shares } = order;
  if (shares === undefined) return none;
  const [whole, paid] = [amount.amount, payerAmount.amount];
  return shares.parts.map(({ receiver, account, amount: text }) => {
    const asked = BigInt(text);
    const ofOrder = shares.pricedIn === 'order' ? asked : divide(asked * whole, paid, 'half-even');
    const ofPayer = shares.pricedIn === 'payer' ? asked : divide(asked * paid, whole, 'half-even');
    const ofMid = divide(ofPayer * midAmount.amount, paid, 'half-even');
    return { receiver, account: BigInt(account), amount: ofOrder, payerAmount: ofPayer, midAmount: ofMid };
  });
}

export const total = (shares: readonly Share[]): bigint =>
  shares.reduce((sum, share) => sum + share.amount, 0n);

/** What a refund wants back of a receiver, in minor units of what the order is priced in. */
export interface ShareBack {
  readonly receiver: string;
  readonly amount: bigint;
}

/**
 * The parts of shares that go back, so that all of them together are the share, however it was cut. `before`: what went
 * back or is going back already. Null where a receiver has no share, or not as much.
 */
export function sharesBack(
  payment: Priced,
  before: readonly Share[],
  asked: readonly ShareBack[],
): readonly Share[] | null {
  const unit = payment.order.shares?.pricedIn === 'payer' ? 'payerAmount' : 'amount';
  const shares = new Map(sharesOf(payment).map((share) => [share.receiver, share]));
  const back: Share[] = [];
  for (const { receiver, amount } of asked) {
    const share = shares.get(receiver);
    if (share === undefined || amount < 1n) return null;
    const earlier = before.filter((each) => each.receiver === receiver);
    const given = (of: 'amount' | 'payerAmount' | 'midAmount') =>
      earlier.reduce((sum, each) => sum + each[of], 0n);
    const reached = given(unit) + amount;
    if (reached > share[unit]) return null;
    const part = (of: 'amount' | 'payerAmount' | 'midAmount') =>
      partOf(share[of], { reached, total: share[unit], before: given(of) });
    back.push({
      ...{ receiver, account: share.account },
      amount: part('amount'),
      payerAmount: part('payerAmount'),
      midAmount: part('midAmount'),
    });
  }
  return new Set(back.map((share) => share.receiver)).size === back.length ? back : null;
}

/** For the row: JSON, or null where there is nothing. */
export const writeShares = (shares: readonly Share[]): string | null =>
  shares.length === 0
    ? null
    : JSON.stringify(shares, (_key, value: unknown) =>
        typeof value === 'bigint' ? value.toString() : value,
      );

export const readShares = (text: string | null): readonly Share[] =>
  text === null
    ? none
    : (JSON.parse(text) as Record<keyof Share, string>[]).map((share) => ({
        receiver: share.receiver,
        account: BigInt(share.account),
        amount: BigInt(share.amount),
        payerAmount: BigInt(share.payerAmount),
        midAmount: BigInt(share.midAmount),
      }));
