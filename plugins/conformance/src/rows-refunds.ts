// Refunds: in parts, again, refused, and undecided.
import type { Row } from './row.ts';
import { insist, type Open, type Stage } from './stage.ts';

async function paid(stage: Stage, value: bigint): Promise<Open> {
  const open = await stage.begin({ currency: 'KRW', value });
  await stage.notifyUntilAccepted(open, await stage.pay(open));
  await stage.insistPaidOnce(open, 'before the refunds');
  return open;
}

const partial: Row = {
  name: 'refunds',
  title: 'partial and repeated refunds',
  why: 'A second refund under the first one’s request id is answered “done” and moves nothing; too much refunded is a gift.',
  remedy: 'A request id of its own for each refund, kept before asking; never more than what is left.',
  async run(stage) {
    const open = await paid(stage, 3_000n);
    const { value } = open.total;
    const parts = [1_000n, 1_000n, 1n, value - 2_001n];
    for (const [place, part] of parts.entries()) {
      await stage.shop.refund(open.orderId, part);
      const end = await stage.refundEnd(open, place);
      insist(end === 'done', `refund ${place + 1} of ${part} is ${end}`);
    }
    const after = await stage.network.standing(stage.relay, open.asked);
    insist(after.refunded === value, `the shop refunded ${value}, the network gave back ${after.refunded}`);
    const state = await stage.shop.refund(open.orderId, 1n).catch(() => 'refused');
    insist(state === 'refused' || state === 'failed', 'the shop refunds more than was paid');
    return `${parts.join(' + ')}, two of them the same; one more is refused`;
  },
};

const failing: Row = {
  name: 'failing',
  title: 'failing and undecided refunds',
  why: 'A refund that the shop calls done, and that the network refused, is the shopper’s loss and the support’s morning.',
  remedy:
    'Done only when the gateway says S; F is failed; U stays pending, is asked again under the same id, never a new one.',
  async run(stage) {
    const open = await paid(stage, 3_000n);
    const { paymentId } = open.asked;
    const say = (resultStatus: 'F' | 'U', resultCode: string) =>
      stage.relay.refuseRefunds(paymentId, { resultStatus, resultCode, resultMessage: 'said by the kit' });
    say('F', 'REFUND_WINDOW_EXCEED');
    const refused = await stage.shop.refund(open.orderId, 500n).catch(() => 'failed' as const);
    insist(refused === 'failed', `the network refused a refund, the shop says ${refused}`);
    say('U', 'REFUND_IN_PROCESS');
    const before = (await stage.order(open)).refunds.length;
    const undecided = await stage.shop
      .refund(open.orderId, 700n)
      .catch((error: Error) => `refused: ${error.message}`);
    insist(undecided === 'pending', `the network has not decided a refund, the shop says ${undecided}`);
    const { refundRequestId } = stage.relay.refundsOf(paymentId).at(-1)!;
    stage.relay.refuseRefunds(paymentId, null);
    await stage.shop.reconcile();
    const end = await stage.refundEnd(open, before);
    insist(end === 'done', `an undecided refund is ${end} after the network decided`);
    const last = stage.relay.refundsOf(paymentId).at(-1)!;
    insist(last.refundRequestId === refundRequestId, 'the undecided refund was asked again under another id');
    const { refunded } = await stage.network.standing(stage.relay, open.asked);
    insist(refunded === 700n, `the network gave back ${refunded} instead of 700`);
    await refusedAfterAll(stage, open, say);
    return 'refused is failed; undecided is pending until asked again under the same id, then done or failed';
  },
};

/** Undecided first, refused when it is asked again: a shop may mark it as failed, or take it off its books. */
async function refusedAfterAll(
  stage: Stage,
  open: Open,
  say: (status: 'F' | 'U', code: string) => void,
): Promise<void> {
  say('U', 'REFUND_IN_PROCESS');
  const place = (await stage.order(open)).refunds.length;
  await stage.shop.refund(open.orderId, 300n);
  say('F', 'REFUND_WINDOW_EXCEED');
  await stage.shop.reconcile();
  const end = (await stage.order(open)).refunds[place]?.state ?? 'failed';
  insist(end === 'failed', `a refund that the network refused after all is ${end}`);
  stage.relay.refuseRefunds(open.asked.paymentId, null);
  await stage.insistAgreement(open, 'after a refund that was refused after all');
}

export const refundRows: readonly Row[] = [partial, failing];
