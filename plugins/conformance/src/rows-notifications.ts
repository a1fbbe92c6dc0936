// Notifications that come too often, in the wrong order, too late, never, or from somebody else.
import type { Row } from './row.ts';
import { insist, paidEvent } from './stage.ts';

const triple: Row = {
  name: 'triple',
  title: 'the same notification three times at once',
  why: 'The network repeats until it is acknowledged, and a slow answer makes copies overlap.',
  remedy:
    'Make recording idempotent: a payment that is captured already is acknowledged, and nothing else happens.',
  async run(stage) {
    const open = await stage.begin();
    const event = await stage.pay(open);
    await Promise.all([1, 2, 3].map(() => stage.notify(open, event)));
    await stage.notifyUntilAccepted(open, event);
    await stage.insistPaidOnce(open, 'after four copies');
    await stage.insistNotGivenBack(open, 'after four copies');
    return 'three at once, and a fourth';
  },
};

const order: Row = {
  name: 'order',
  title: 'notifications out of order',
  why: 'An older word that arrives last (pending, or the failure of a former attempt) must not undo a payment.',
  remedy: 'Move a payment’s state only forwards; acknowledge what is out of date and leave the order alone.',
  async run(stage) {
    const first = await stage.begin();
    const open = await stage.again(first.orderId);
    const event = await stage.pay(open);
    await stage.notifyUntilAccepted(open, event);
    const failed = { resultCode: 'ORDER_IS_CLOSED', resultStatus: 'F', resultMessage: 'closed' };
    await stage.notifyUntilAccepted(first, { ...paidEvent(first.asked), result: failed });
    const pending = { resultCode: 'PAYMENT_IN_PROCESS', resultStatus: 'U', resultMessage: 'in process' };
    const pendingEvent = { ...paidEvent(open.asked), notifyType: 'PAYMENT_PENDING', result: pending };
    await stage.notifyUntilAccepted(open, pendingEvent);
    await stage.insistPaidOnce(open, 'after older words');
    await stage.insistNotGivenBack(open, 'after older words');
    return 'failure of a former attempt, then “pending”, both after “paid”';
  },
};

const delayed: Row = {
  name: 'delayed',
  title: 'a notification two days late',
  why: 'By then the return page has captured and goods may have come back: the late word must change nothing, and be acknowledged, or it is sent for days.',
  remedy:
    'Acknowledge a true notification whatever the order’s present state; refuse only what is not signed or not yours.',
  async run(stage) {
    const open = await stage.begin();
    const event = await stage.pay(open);
    await stage.visit(open);
    await stage.insistPaidOnce(open, 'after the return');
    const part = open.total.value / 2n;
    await stage.shop.refund(open.orderId, part);
    insist((await stage.refundEnd(open, 0)) === 'done', 'a partial refund did not end');
    await stage.network.advance('P2D');
    await stage.notifyUntilAccepted(open, event);
    const seen = await stage.order(open);
    insist(seen.captures === 1 && seen.captured === open.total.value, 'the late word captured again');
    const { refunded } = await stage.network.standing(stage.relay, open.asked);
    insist(seen.refunds.length === 1 && refunded === part, 'the late word changed what was refunded');
    return 'captured by the return page, half refunded, then notified';
  },
};

const dropped: Row = {
  name: 'dropped',
  title: 'notification lost, shopper never came back',
  why: 'Nobody tells the shop: without a job that asks, the money is taken and the goods never leave.',
  remedy: 'Run a job every few minutes that asks inquiryPayment about every payment that waits.',
  async run(stage) {
    const open = await stage.begin();
    await stage.pay(open);
    await stage.insistUnpaid(open, 'before anybody told the shop');
    await stage.shop.reconcile();
    await stage.insistPaidOnce(open, 'after the reconciliation');
    await stage.shop.reconcile();
    await stage.insistPaidOnce(open, 'after a second reconciliation');
    return 'found by the job, once';
  },
};

const tampered: Row = {
  name: 'tampered',
  title: 'tampered and forged notifications',
  why: 'The address is public. Whoever can make the shop believe “paid” takes goods for nothing.',
  remedy:
    'Verify the signature over the raw bytes, the path, the client id and the time before reading the body.',
  async run(stage) {
    const open = await stage.begin();
    const { notifyUrl, clientId, paymentRequestId } = open.asked;
    const other = await stage.begin();
    const event = paidEvent(open.asked);
    const forgeries = [
      ['signed by a stranger', event, { clientId, by: 'stranger' }],
      ['without a signature', event, { clientId, by: 'nobody' }],
      [
        'another payment’s, changed after it was signed',
        paidEvent(other.asked),
        {
          clientId,
          after: (body: string) => body.replaceAll(other.asked.paymentRequestId, paymentRequestId),
        },
      ],
    ] as const;
    for (const [what, body, how] of forgeries) {
      insist(!(await stage.relay.deliver(notifyUrl, body, how)), `acknowledged: ${what}`);
      await stage.insistUnpaid(open, `after a notification ${what}`);
    }
    await stage.notifyUntilAccepted(open, await stage.pay(open));
    await stage.insistPaidOnce(open, 'after the true one');
    return `${forgeries.length} forgeries refused, then the true one`;
  },
};

const foreign: Row = {
  name: 'foreign',
  title: 'a true signature with a foreign client id',
  why: 'The gateway signs for every merchant: one of them could send you what was signed for himself.',
  remedy: 'Compare the client-id header with the one in your settings, and refuse others.',
  async run(stage) {
    const open = await stage.begin();
    const stranger = stage.network.merchants.find(({ clientId }) => clientId !== open.asked.clientId)!;
    const event = paidEvent(open.asked);
    const accepted = await stage.relay.deliver(open.asked.notifyUrl, event, { clientId: stranger.clientId });
    insist(!accepted, 'acknowledged a notification for another client');
    await stage.insistUnpaid(open, `after a notification for ${stranger.clientId}`);
    return `signed for ${stranger.clientId}, refused`;
  },
};

export const notificationRows: readonly Row[] = [triple, order, delayed, dropped, tampered, foreign];
