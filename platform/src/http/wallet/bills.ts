// The bill list: a shopper's payments, refunds, top-ups and withdrawals in one order, newest first. Ids are given out in
// the order of time, so that one number is a place in all the lists.
import { plainText } from '@tongbao/protocol/shown-text';
import type { BillDetail, BillKind, BillPage, BillView } from '@tongbao/protocol/wallet';
import type { z } from 'zod';
import { priceRounding } from '../../fx/index.ts';
import type { Payment, Refund } from '../../payments/index.ts';
import { addDays, houseZone, instantOf } from '../../system/index.ts';
import type { CardTransfer, Wallet } from '../../wallet/index.ts';
import { RequestRefused } from '../shopper/errors.ts';
import { sellerOf } from '../shopper/payee.ts';
import { idOf } from '../shopper/routes.ts';
import { cardView, rateView, wireMoney } from '../shopper/views.ts';
import type { PaymentBills } from './view.ts';

export interface BillSources {
  readonly wallet: Wallet;
  readonly payments: PaymentBills;
  /** What shoppers know a merchant by. */
  readonly merchantName: (merchantId: bigint) => Promise<string>;
}

/** Which bills are wanted: some kinds, and those of a time; null: all. */
export interface BillChoice {
  readonly kinds: ReadonlySet<BillKind> | null;
  readonly period: { readonly from: Date; readonly to: Date } | null;
}

/** A place in the list whose words are made when it is shown. */
export interface BillLine {
  readonly id: bigint;
  readonly at: Date;
  readonly view: () => Promise<BillView>;
}

const pageSize = 20;
const kinds: readonly BillKind[] = ['payment', 'refund', 'top-up', 'withdrawal'];

/** From `?kind=refund,top-up` and `?month=2014-11`, a month in Shanghai. */
export function billChoiceOf(query: Readonly<Record<string, unknown>>): BillChoice {
  const { kind, month } = query;
  const asked = typeof kind === 'string' && kind !== '' ? kind.split(',') : null;
  const unknown = asked?.find((each) => !kinds.includes(each as BillKind));
  if (unknown !== undefined)
    throw new RequestRefused(400, 'INVALID_REQUEST', `kind: one of ${kinds.join(', ')}`);
  return { kinds: asked === null ? null : new Set(asked as BillKind[]), period: monthOf(month) };
}

function monthOf(month: unknown): BillChoice['period'] {
  if (month === undefined || month === '') return null;
  const found = typeof month === 'string' ? /^(20\d\d)-(0[1-9]|1[0-2])$/.exec(month) : null;
  if (found === null) throw new RequestRefused(400, 'INVALID_REQUEST', 'month: a month as 2014-11');
  const first = `${found[0]}-01`;
  // The first of a month and 31 days are in the next one, whose first is on that day or shortly before.
  const next = `${addDays(first, 31).slice(0, 7)}-01`;
  return { from: instantOf(first, 0, houseZone), to: instantOf(next, 0, houseZone) };
}

/** A page of bills after a cursor (the id of the last bill shown). */
export async function billPage(
  sources: BillSources,
  payerId: bigint,
  of: BillChoice & { cursor: bigint },
): Promise<z.infer<typeof BillPage>> {
  const lines = await latestBills(sources, payerId, { ...of, before: of.cursor, limit: pageSize + 1 });
  const shown = lines.slice(0, pageSize);
  const bills = await Promise.all(shown.map((bill) => bill.view()));
  return { bills, nextCursor: lines.length > pageSize ? shown.at(-1)!.id.toString() : null };
}

/** Those with ids below `before`, newest first, at least as many as `limit` if there are so many. */
export async function latestBills(
  sources: BillSources,
  payerId: bigint,
  of: Partial<BillChoice> & { before: bigint; limit: number },
): Promise<BillLine[]> {
  const { wallet, payments } = sources;
  const { before, limit, kinds: wanted = null, period = null } = of;
  const isWanted = (kind: BillKind): boolean => wanted === null || wanted.has(kind);
  const page = { before, limit, period };
  const transfers = (kind: 'top-up' | 'withdrawal') =>
    isWanted(kind) ? wallet.transfersOf({ ...page, customerId: payerId, kind }) : [];
  const nothing = { payments: [], refunds: [] };
  const [activity, topUps, withdrawals] = await Promise.all([
    isWanted('payment') || isWanted('refund') ? payments.activityOf({ ...page, payerId }) : nothing,
    transfers('top-up'),
    transfers('withdrawal'),
  ]);
  const paymentOf = paymentsKnown(sources, activity.payments);
  const paid: BillLine[] = activity.payments.map((payment) => ({
    id: payment.id,
    at: payment.paidAt ?? payment.createdAt,
    view: () => paymentBill(sources, payment),
  }));
  const refunded: BillLine[] = activity.refunds.map((refund) => ({
    id: refund.id,
    at: refund.finishedAt ?? refund.createdAt,
    view: async () => refundBill(sources, refund, await paymentOf(refund.paymentId)),
  }));
  return [
    ...(isWanted('payment') ? paid : []),
    ...(isWanted('refund') ? refunded : []),
    ...[...topUps, ...withdrawals].map((transfer) => ({
      id: transfer.id,
      at: transfer.finishedAt ?? transfer.createdAt,
      view: async () => transferBill(transfer),
    })),
  ]
    .sort((a, b) => (a.id < b.id ? 1 : -1))
    .slice(0, limit);
}

/** One bill of a shopper, or null: P…, R…, T… and W… are payments, refunds, top-ups and withdrawals. */
export async function findBill(
  sources: BillSources,
  payerId: bigint,
  billId: string,
): Promise<BillDetail | null> {
  const { wallet, payments } = sources;
  const id = idOf(billId.slice(1));
  if (id === null) return null;
  switch (billId[0]) {
    case 'P': {
      const payment = await payments.findById(id);
      return payment?.payerId === payerId && payment.paidAt !== null ? paymentDetail(sources, payment) : null;
    }
    case 'R': {
      const refund = await payments.findRefundById(id);
      if (refund?.payerId !== payerId) return null;
      const payment = await paymentsKnown(sources, [])(refund.paymentId);
      return {
        ...nothingMore,
        ...(await refundBill(sources, refund, payment)),
        method: await methodOf(sources, payment),
        paymentBillId: `P${payment.id}`,
      };
    }
    case 'T':
    case 'W': {
      const transfer = await wallet.findTransfer(payerId, id);
      if (transfer?.kind !== (billId[0] === 'T' ? 'top-up' : 'withdrawal')) return null;
      return {
        ...nothingMore,
        ...transferBill(transfer),
        method: { kind: 'card', card: cardView(transfer.card) },
      };
    }
    default:
      return null;
  }
}

/** The payment of a shopper's bill P… or R…; null where it is not theirs, or is of something else. */
export async function findBillPayment(
  { payments }: Pick<BillSources, 'payments'>,
  payerId: bigint,
  billId: string,
): Promise<Payment | null> {
  const id = idOf(billId.slice(1));
  if (id === null) return null;
  const refund = billId[0] === 'R' ? await payments.findRefundById(id) : null;
  const paymentId = billId[0] === 'P' ? id : refund?.payerId === payerId ? refund.paymentId : null;
  const payment = paymentId === null ? null : await payments.findById(paymentId);
  return payment?.payerId === payerId && payment.paidAt !== null ? payment : null;
}

const nothingMore = { order: null, exchange: null, refunds: [], paymentBillId: null, method: null };

async function paymentDetail(sources: BillSources, payment: Payment): Promise<BillDetail> {
  const { reference, goods } = payment.order;
  const refunds = await sources.payments.refundsOf(payment.id);
  return {
    ...(await paymentBill(sources, payment)),
    method: await methodOf(sources, payment),
    order: {
      reference,
      goods: goods.map(({ name, quantity, unitAmount }) => ({
        name: plainText(name),
        quantity: plainText(quantity),
        unitAmount: unitAmount === null ? null : wireMoney(unitAmount),
      })),
    },
    exchange:
      payment.amount.currency === payment.payerAmount.currency
        ? null
        : {
            atMid: wireMoney(payment.midAmount),
            spread: wireMoney(payment.spreadAmount),
            rounding: priceRounding,
          },
    refunds: await Promise.all(refunds.map((refund) => refundBill(sources, refund, payment))),
    paymentBillId: null,
  };
}

async function methodOf(
  { wallet }: BillSources,
  { funding, payerId }: Payment,
): Promise<BillDetail['method']> {
  if (funding?.kind !== 'card' || payerId === null) return funding === null ? null : { kind: 'balance' };
  const card = await wallet.findCard(payerId, funding.cardId);
  return card === null ? null : { kind: 'card', card: cardView(card) };
}

/** Finds payments, those of the page without asking again. */
function paymentsKnown(
  { payments }: BillSources,
  page: readonly Payment[],
): (id: bigint) => Promise<Payment> {
  const known = new Map(page.map((payment) => [payment.id, payment]));
  return async (id) => known.get(id) ?? (await payments.findById(id))!;
}

async function payeeOf({ merchantName }: BillSources, payment: Payment) {
  const displayName = await merchantName(payment.merchantId);
  return { title: displayName, seller: sellerOf(payment, { displayName }) };
}

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
    ...(await payeeOf(sources, payment)),
    description: plainText(payment.order.description),
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
    ...(await payeeOf(sources, payment)),
    description: plainText(refund.reason ?? payment.order.description),
    status: refund.status,
    at: (refund.finishedAt ?? refund.createdAt).toISOString(),
    payerAmount: wireMoney(refund.payerAmount),
    amount: wireMoney(refund.amount),
    rate: rateView(payment.quote),
  };
}

function transferBill(transfer: CardTransfer): BillView {
  const { id, card, status, finishedAt, createdAt } = transfer;
  const kind = transfer.kind === 'top-up' ? 'top-up' : 'withdrawal';
  const { currency, amount } = transfer.amount;
  return {
    billId: `${kind === 'top-up' ? 'T' : 'W'}${id}`,
    kind,
    title: card.bankName.zh,
    seller: null,
    description: `${card.bankName.en} ****${card.last4}`,
    status,
    at: (finishedAt ?? createdAt).toISOString(),
    payerAmount: wireMoney({ currency, amount: kind === 'top-up' ? amount : -amount }),
    amount: null,
    rate: null,
  };
}
