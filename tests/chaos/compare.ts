// At the end: the load generator's books beside the network's. Nothing acknowledged is lost, nothing was done twice, and
// the payer's money is what all that leaves of it.
import type { AuditAnswer, Credentials } from '@tongbao/protocol/sandbox';
import type { MerchantClient } from '@tongbao/sdk';
import { type Order, payRequest, shopOf } from './load.ts';
import { readWallet, type Wallet } from './wallet.ts';

export interface Comparison {
  readonly name: string;
  readonly counted: number;
  readonly wrong: readonly string[];
}

/** What the network says of an order and of its refund; null: it knows of none. */
export interface Truth {
  readonly order: Order;
  readonly paymentId: string | null;
  readonly isPaid: boolean;
  readonly isRefunded: boolean;
}

const sentAgain = 100;

/** The network must be at rest. `before`: the payer's wallet before the load began. */
export async function compare(
  url: string,
  credentials: Credentials,
  { orders, before }: { orders: readonly Order[]; before: Wallet },
): Promise<Comparison[]> {
  const shop = shopOf(url, credentials);
  const truths: Truth[] = [];
  for (const order of orders) truths.push(await truthOf(shop, order));
  const audit = (await (await fetch(`${url}/audit.json`)).json()) as AuditAnswer;
  return [
    ...compareOrders(truths),
    await repeatRequests(shop, truths),
    ...compareWallet(truths, before, await readWallet(url, credentials)),
    {
      name: 'the proofs hold',
      counted: audit.proofs.length,
      wrong: audit.proofs.filter((proof) => !proof.ok).map(({ name, detail }) => `${name}: ${detail}`),
    },
  ];
}

/** Throws when the network gives no clear answer: at rest it has to. */
async function truthOf(shop: MerchantClient, order: Order): Promise<Truth> {
  const payment = await shop.inquiryPayment({ paymentRequestId: order.requestId });
  const refund = await shop.inquiryRefund({ refundRequestId: `r-${order.requestId}` });
  for (const { result } of [payment, refund])
    if (result.resultStatus === 'U') throw new Error(`${order.requestId}: ${result.resultCode} at rest`);
  return {
    order,
    paymentId: payment.paymentId ?? null,
    isPaid: payment.paymentStatus === 'SUCCESS',
    isRefunded: refund.refundStatus === 'SUCCESS',
  };
}

export function compareOrders(truths: readonly Truth[]): Comparison[] {
  const acknowledged = truths.filter(({ order }) => order.paymentId !== null);
  const lost = acknowledged.flatMap(({ order, paymentId, isPaid }) => [
    ...(paymentId === order.paymentId
      ? []
      : [`${order.requestId}: ${order.paymentId} was acknowledged, ${paymentId} is there`]),
    ...(order.paid === 'paid' && !isPaid ? [`${order.requestId}: paid was acknowledged, and is not so`] : []),
  ]);
  const refunded = truths.filter(({ order }) => order.refund === 'acknowledged');
  const refused = truths.filter(({ order }) => order.paid === 'refused');
  const neverAcknowledged = truths.filter(({ order }) => order.paymentId === null);
  return [
    { name: 'what was acknowledged is there', counted: acknowledged.length, wrong: lost },
    {
      name: 'acknowledged refunds are there',
      counted: refunded.length,
      wrong: refunded.filter(({ isRefunded }) => !isRefunded).map(({ order }) => `r-${order.requestId}`),
    },
    {
      name: 'what was refused was not charged',
      counted: refused.length,
      wrong: refused.filter(({ isPaid }) => isPaid).map(({ order }) => order.requestId),
    },
    {
      name: 'an order without an answer is not paid: nobody could confirm it',
      counted: neverAcknowledged.length,
      wrong: neverAcknowledged.filter(({ isPaid }) => isPaid).map(({ order }) => order.requestId),
    },
  ];
}

async function repeatRequests(shop: MerchantClient, truths: readonly Truth[]): Promise<Comparison> {
  const chosen = truths.filter(({ paymentId }) => paymentId !== null).slice(-sentAgain);
  const twice: string[] = [];
  for (const { order, paymentId, isPaid } of chosen) {
    const { paymentId: again, result } = await shop.pay(payRequest(order.requestId));
    // One that has expired is refused again; one that was paid is answered by its id again.
    if (again === undefined ? isPaid : again !== paymentId)
      twice.push(`${order.requestId}: ${paymentId}, and then ${again} (${result.resultCode})`);
  }
  return { name: 'a request sent again is the same payment', counted: chosen.length, wrong: twice };
}

export function compareWallet(truths: readonly Truth[], before: Wallet, after: Wallet): Comparison[] {
  const known = new Set(before.bills.map((bill) => bill.billId));
  const fresh = after.bills.filter((bill) => !known.has(bill.billId));
  const count = (kind: string) => fresh.filter((bill) => bill.kind === kind).length;
  const expected = {
    payment: truths.filter(({ isPaid }) => isPaid).length,
    refund: truths.filter(({ isRefunded }) => isRefunded).length,
  };
  const miscounted = Object.entries(expected).flatMap(([kind, number]) =>
    count(kind) === number ? [] : [`${number} of kind ${kind} at the shop, ${count(kind)} in the wallet`],
  );
  const moved = fresh.reduce((sum, bill) => sum + BigInt(bill.payerAmount.value), 0n);
  const rest = before.balance + moved;
  return [
    { name: 'each payment and refund is one bill of the payer', counted: fresh.length, wrong: miscounted },
    {
      name: 'the payer has what he had, less his payments, plus his refunds',
      counted: 1,
      wrong: after.balance === rest ? [] : [`${after.balance} fen instead of ${rest}`],
    },
  ];
}
