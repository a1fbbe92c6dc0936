// At the end: the load generator's books beside the network's. Nothing acknowledged is lost, nothing was done twice.
import type { AuditAnswer, Credentials } from '@tongbao/protocol/sandbox';
import { type Order, payRequest, shopOf } from './load.ts';

export interface Comparison {
  readonly name: string;
  readonly counted: number;
  readonly wrong: readonly string[];
}

/** The network must be at rest. */
export async function compare(
  url: string,
  credentials: Credentials,
  orders: readonly Order[],
): Promise<Comparison[]> {
  const shop = shopOf(url, credentials);
  const created = orders.filter((order) => order.paymentId !== null);
  const lost: string[] = [];
  const twice: string[] = [];
  const charged: string[] = [];
  for (const order of created) {
    const truth = await shop.inquiryPayment({ paymentRequestId: order.requestId });
    if (truth.paymentId !== order.paymentId)
      lost.push(`${order.requestId}: ${order.paymentId} was acknowledged, ${truth.paymentId} is there`);
    if (order.paid === 'paid' && truth.paymentStatus !== 'SUCCESS')
      lost.push(`${order.requestId}: paid was acknowledged, ${truth.paymentStatus} is there`);
    if (order.paid === 'refused' && truth.paymentStatus === 'SUCCESS')
      charged.push(`${order.requestId}: refused, and charged`);
  }
  for (const order of created.slice(-100)) {
    const again = await shop.pay(payRequest(order.requestId));
    if (again.paymentId !== undefined && again.paymentId !== order.paymentId)
      twice.push(`${order.requestId}: ${order.paymentId} and ${again.paymentId}`);
  }
  const refunded = created.filter((order) => order.refund === 'acknowledged');
  const lostRefunds: string[] = [];
  for (const order of refunded) {
    const truth = await shop.inquiryRefund({ refundRequestId: `r-${order.requestId}` });
    if (truth.refundStatus !== 'SUCCESS') lostRefunds.push(`r-${order.requestId}: ${truth.refundStatus}`);
  }
  const audit = (await (await fetch(`${url}/audit.json`)).json()) as AuditAnswer;
  const broken = audit.proofs.filter((proof) => !proof.ok).map(({ name, detail }) => `${name}: ${detail}`);
  return [
    { name: 'what was acknowledged is there', counted: created.length, wrong: lost },
    { name: 'acknowledged refunds are there', counted: refunded.length, wrong: lostRefunds },
    { name: 'what was refused was not charged', counted: created.length, wrong: charged },
    {
      name: 'a request sent again is the same payment',
      counted: Math.min(100, created.length),
      wrong: twice,
    },
    { name: 'the proofs hold', counted: audit.proofs.length, wrong: broken },
  ];
}
