// The jobs that a card payment leaves behind: ask the bank, outside any transaction, then tell the books what it said.
// A bank that cannot be reached leaves the payment as it is: the job throws, and the queue asks again later. Each
// question carries a reference, so that asking again never moves money again.
import type { Database } from '../database/index.ts';
import { type BankGateway, readCards } from '../wallet/index.ts';
import type { Payment } from './payment.ts';
import type { PaymentsRoom } from './payments.ts';

export interface AskBankParts {
  readonly database: Database;
  readonly bank: BankGateway;
  readonly payments: Pick<PaymentsRoom, 'findById' | 'findRefundById' | 'finishDebit' | 'finishRefund'>;
}

/** One reference for each time that a shopper confirmed: a declined try and the next one are different debits. */
const debitReference = (payment: Payment): string => `P${payment.id}-${payment.events}`;

export async function askForDebit(parts: AskBankParts, job: { paymentId: bigint }): Promise<void> {
  const payment = await parts.payments.findById(job.paymentId);
  if (payment === null || payment.status !== 'pending') return;
  const answer = await parts.bank.debit({
    ...(await cardOf(parts, payment)),
    amount: payment.payerAmount,
    reference: debitReference(payment),
  });
  await parts.payments.finishDebit({
    paymentId: payment.id,
    answer: answer.outcome === 'approved' ? { approved: true } : { approved: false, reason: answer.reason },
  });
}

export async function askForRefund(
  parts: AskBankParts,
  job: { paymentId: bigint; refundId: bigint },
): Promise<void> {
  const payment = await parts.payments.findById(job.paymentId);
  const refund = await parts.payments.findRefundById(job.refundId);
  if (payment === null || refund === null || refund.status !== 'processing') return;
  const succeeded =
    refund.payerAmount.amount === 0n ||
    (
      await parts.bank.credit({
        ...(await cardOf(parts, payment)),
        amount: refund.payerAmount,
        reference: `R${refund.id}`,
      })
    ).outcome === 'approved';
  await parts.payments.finishRefund({ paymentId: payment.id, refundId: refund.id, succeeded });
}

/** A cancelled card payment: our books have reversed it, the bank must give the card its money back. */
export async function askForReversal(parts: AskBankParts, job: { paymentId: bigint }): Promise<void> {
  const payment = await parts.payments.findById(job.paymentId);
  if (payment === null || payment.status !== 'cancelled') return;
  const answer = await parts.bank.credit({
    ...(await cardOf(parts, payment)),
    amount: payment.payerAmount,
    reference: `V${payment.id}`,
  });
  if (answer.outcome === 'declined') {
    throw new Error(
      `the bank declined to return payment ${payment.id} to its card (${answer.reason}): an operator must decide`,
    );
  }
}

async function cardOf(parts: AskBankParts, payment: Payment): Promise<{ bank: string; cardToken: string }> {
  if (payment.funding?.kind !== 'card') throw new Error(`payment ${payment.id} was not made with a card`);
  const card = (await readCards(parts.database, [payment.funding.cardId])).get(payment.funding.cardId);
  if (card === undefined)
    throw new Error(`card ${payment.funding.cardId} of payment ${payment.id} is not known`);
  return { bank: card.bank, cardToken: card.token };
}
