// The bill list: a shopper's payments, refunds and top-ups in one order, newest first. Ids are given out in the order
// of time, so that one number is a place in all three lists.
import type { BillPage, BillView } from '@tongbao/protocol/wallet';
import type { z } from 'zod';
import type { Payment, Refund } from '../../payments/index.ts';
import type { CardTransfer, Wallet } from '../../wallet/index.ts';
import { idOf } from '../shopper/routes.ts';
import { rateView, wireMoney } from '../shopper/views.ts';

/** What the list needs of the payments room. */
export interface PaymentBills {
  /** A payer's paid payments and refunds with ids below `before`, newest first, `limit` of each. */
  activityOf(payer: {
    payerId: bigint;
    before: bigint;
    limit: number;
  }): Promise<{ payments: Payment[]; refunds: Refund[] }>;
  findById(paymentId: bigint): Promise<Payment | null>;
  findRefundById(refundId: bigint): Promise<Refund | null>;
}

export interface BillSources {
  readonly wallet: Wallet;
  readonly payments: PaymentBills;
  /** What shoppers know a merchant by. */
  readonly merchantName: (merchantId: bigint) => Promise<string>;
}

const pageSize = 20;
const newest = 2n ** 63n - 1n;

/** A page of bills after a cursor (the id of the last bill shown; null for the first page). */
export async function billPage(
  sources: BillSources,
  payerId: bigint,
  cursor: bigint | null,
): Promise<z.infer<typeof BillPage>> {
  const { wallet, payments } = sources;
  const page = { before: cursor ?? newest, limit: pageSize + 1 };
  const [activity, topUps] = await Promise.all([
    payments.activityOf({ ...page, payerId }),
    wallet.transfersOf({ ...page, customerId: payerId, kind: 'top-up' }),
  ]);
  const paymentOf = paymentsKnown(sources, activity.payments);
  const all = [
    ...activity.payments.map((payment) => ({ id: payment.id, view: () => paymentBill(sources, payment) })),
    ...activity.refunds.map((refund) => ({
      id: refund.id,
      view: async () => refundBill(sources, refund, await paymentOf(refund.paymentId)),
    })),
    ...topUps.map((topUp) => ({ id: topUp.id, view: async () => topUpBill(topUp) })),
  ].sort((a, b) => (a.id < b.id ? 1 : -1));
  const shown = all.slice(0, pageSize);
  const bills = await Promise.all(shown.map((bill) => bill.view()));
  return { bills, nextCursor: all.length > pageSize ? shown.at(-1)!.id.toString() : null };
}

/** One bill of a shopper, or null: P…, R… and T… are payments, refunds and top-ups. */
export async function findBill(
  sources: BillSources,
  payerId: bigint,
  billId: string,
): Promise<BillView | null> {
  const { wallet, payments } = sources;
  const id = idOf(billId.slice(1));
  if (id === null) return null;
  switch (billId[0]) {
    case 'P': {
      const payment = await payments.findById(id);
      return payment?.payerId === payerId && payment.paidAt !== null ? paymentBill(sources, payment) : null;
    }
    case 'R': {
      const refund = await payments.findRefundById(id);
      if (refund?.payerId !== payerId) return null;
      return refundBill(sources, refund, await paymentsKnown(sources, [])(refund.paymentId));
    }
    case 'T': {
      const topUp = await wallet.findTransfer(payerId, id);
      return topUp?.kind === 'top-up' ? topUpBill(topUp) : null;
    }
    default:
      return null;
  }
}

/** Finds payments, those of the page without asking again. */
function paymentsKnown(
  { payments }: BillSources,
  page: readonly Payment[],
): (id: bigint) => Promise<Payment> {
  const known = new Map(page.map((payment) => [payment.id, payment]));
  return async (id) => known.get(id) ?? (await payments.findById(id))!;
}

const titleOf = async ({ merchantName }: BillSources, payment: Payment): Promise<string> =>
  payment.order.merchantName ?? (await merchantName(payment.merchantId));

/** A paid payment says how much of it came back; before that, and after it ended otherwise, it is what it is. */
function billStatus({ status, amount, refunded }: Payment): string {
  if (status !== 'paid' || refunded.amount === 0n) return status;
  return refunded.amount === amount.amount ? 'refunded' : 'partly-refunded';
}

async function paymentBill(sources: BillSources, payment: Payment): Promise<BillView> {
  const { currency, amount } = payment.payerAmount;
  return {
    billId: `P${payment.id}`,
    kind: 'payment',
    title: await titleOf(sources, payment),
    description: payment.order.description,
    status: billStatus(payment),
    at: (payment.paidAt ?? payment.createdAt).toISOString(),
    payerAmount: wireMoney({ currency, amount: -amount }),
    amount: wireMoney(payment.amount),
    rate: rateView(payment.quote),
  };
}

async function refundBill(sources: BillSources, refund: Refund, payment: Payment): Promise<BillView> {
  return {
    billId: `R${refund.id}`,
    kind: 'refund',
    title: await titleOf(sources, payment),
    description: refund.reason ?? payment.order.description,
    status: refund.status,
    at: (refund.finishedAt ?? refund.createdAt).toISOString(),
    payerAmount: wireMoney(refund.payerAmount),
    amount: wireMoney(refund.amount),
    rate: rateView(payment.quote),
  };
}

const topUpBill = (topUp: CardTransfer): BillView => ({
  billId: `T${topUp.id}`,
  kind: 'top-up',
  title: topUp.card.bankName.zh,
  description: `${topUp.card.bankName.en} ****${topUp.card.last4}`,
  status: topUp.status,
  at: (topUp.finishedAt ?? topUp.createdAt).toISOString(),
  payerAmount: wireMoney(topUp.amount),
  amount: null,
  rate: null,
});
