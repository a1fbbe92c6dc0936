// Refunds: asking for them, and learning later how they ended. A refund counts as done only when the gateway says so.
import { type Notification, sendRefund } from '@tongbao/sdk';
import {
  type CreateRefundResult,
  isGraphQlErrorResult,
  Logger,
  type Payment,
  Refund,
  type RequestContext,
} from '@vendure/core';
import { type RefundedPart, refundToWire } from './amounts.ts';
import { inject } from './decorate.ts';
import { type RefundFacts, refundFacts } from './facts.ts';
import { logContext } from './options.ts';
import { type Located, TongbaoService } from './service.ts';
import { clientFor } from './settings.ts';

export class TongbaoRefunds {
  readonly #service: TongbaoService;

  constructor(service: TongbaoService) {
    this.#service = service;
  }

  /**
   * Asks the gateway for a refund of a settled payment; `amount` as Vendure stores it. The order's lock makes refunds of
   * the same payment wait for each other; the request id is made of their number, so that a transaction which was rolled
   * back after the gateway had said yes finds the same refund at its next try.
   */
  async create(
    ctx: RequestContext,
    asked: { located: Located; amount: number; reason: string | undefined },
  ): Promise<CreateRefundResult> {
    const { located, amount, reason } = asked;
    const service = this.#service;
    await service.lockOrder(ctx, located.orderId);
    const before = await service.connection
      .getRepository(ctx, Refund)
      .find({ where: { payment: { id: located.paymentId } } });
    const counted: RefundedPart[] = before.flatMap((refund) => {
      const facts = refundFacts(refund.metadata);
      return refund.state === 'Failed' || facts === null
        ? []
        : [{ stored: refund.total, wire: BigInt(facts.wire) }];
    });
    const { currency } = located.facts;
    const wire = refundToWire(amount, counted, currency, service.precision);
    const facts: RefundFacts = {
      requestId: `${located.facts.requestId}-r${before.length + 1}`,
      currency,
      wire: wire.toString(),
      paymentId: located.transactionId,
    };
    // Less than half a won: nothing to send; the next refund carries it.
    if (wire <= 0n) return { state: 'Settled', metadata: { ...facts, wire: '0', result: 'nothing to send' } };
    const answer = await sendRefund(clientFor(located.settings), {
      refundRequestId: facts.requestId,
      paymentId: facts.paymentId,
      currency,
      wire,
      reason,
      notifyUrl: service.notifyUrl(located.method),
    });
    const metadata = { ...facts, result: answer.result };
    if (answer.kind === 'refused') {
      Logger.warn(`${located.orderCode}: refund refused: ${answer.result}`, logContext);
      return { state: 'Failed', metadata };
    }
    return {
      state: answer.kind === 'done' ? 'Settled' : 'Pending',
      transactionId: answer.refundId,
      metadata,
    };
  }

  /** What a verified notification says about a refund of this payment. */
  async receive(
    located: Located,
    event: Extract<Notification, { notifyType: 'REFUND_RESULT' }>,
  ): Promise<void> {
    const wanted = { requestId: event.refundRequestId, refundId: event.refundId };
    await this.#finish(located, wanted, event.refundStatus === 'SUCCESS' ? 'Settled' : 'Failed');
  }

  async #finish(
    located: Located,
    wanted: { requestId: string; refundId?: string },
    state: 'Settled' | 'Failed',
  ): Promise<void> {
    const service = this.#service;
    const ctx = await service.context(located.channel);
    await service.connection.withTransaction(ctx, async (tx) => {
      await service.lockOrder(tx, located.orderId);
      const refunds = await service.connection
        .getRepository(tx, Refund)
        .find({ where: { payment: { id: located.paymentId } } });
      const refund = refunds.find((each) => refundFacts(each.metadata)?.requestId === wanted.requestId);
      // None when the money went back because the order could not take it; final when it was told before.
      if (refund === undefined || refund.state !== 'Pending') return;
      const done = await service.orders.transitionRefundToState(tx, refund.id, state, wanted.refundId);
      if (isGraphQlErrorResult(done)) throw new Error(done.message);
      Logger.info(`${located.orderCode}: refund ${wanted.requestId} → ${state}`, logContext);
    });
  }

  /** Asks again about refunds whose end nobody told us. Answers how many were finished. At most 100 at a time. */
  async reconcile(): Promise<number> {
    const { connection } = this.#service;
    const pending = await connection.rawConnection.getRepository(Refund).find({
      where: { state: 'Pending' },
      relations: { payment: { order: { channels: true } } },
      order: { id: 'ASC' },
      take: 100,
    });
    let finished = 0;
    for (const refund of pending) {
      const facts = refundFacts(refund.metadata);
      const located = facts === null ? null : await this.#service.located(refund.payment as Payment);
      if (facts === null || located === null) continue;
      // The same request again: the gateway answers how it stands, and carries it out if it never arrived.
      const answer = await sendRefund(clientFor(located.settings), {
        refundRequestId: facts.requestId,
        paymentId: facts.paymentId,
        currency: facts.currency,
        wire: BigInt(facts.wire),
        reason: refund.reason ?? undefined,
        notifyUrl: this.#service.notifyUrl(located.method),
      });
      if (answer.kind === 'waiting') continue;
      const refundId = answer.kind === 'done' ? answer.refundId : undefined;
      await this.#finish(
        located,
        { requestId: facts.requestId, refundId },
        answer.kind === 'done' ? 'Settled' : 'Failed',
      );
      finished += 1;
    }
    return finished;
  }
}
inject(TongbaoRefunds, TongbaoService);
