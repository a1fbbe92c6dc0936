// What a card bank is asked about a payment. Each question has a reference of its own, which the bank knows it by, and
// every answer names it: an answer decides the question that it belongs to, or nothing.
import type { Money } from '@tongbao/money';
import type { Payment, Refund } from './payment.ts';

/**
 * debit-card   – take the payment's money from the card
 * refund-card  – give a refund to the card
 * reverse-card – give the whole payment back: our books have reversed it already
 */
export type BankTask = 'debit-card' | 'refund-card' | 'reverse-card';

export interface BankQuestion {
  readonly reference: string;
  readonly task: BankTask;
  readonly paymentId: bigint;
  /** The payment's event that asked; 0 where the task needs none. */
  readonly event: number;
  /** 0 for none. */
  readonly refundId: bigint;
  readonly cardId: bigint;
  /** Our clearing account at the card's bank. */
  readonly clearingAccount: bigint;
  readonly amount: Money;
  /** The shopper stands at a page, where their bank can ask them. */
  readonly mayAsk: boolean;
  readonly askedAt: Date;
  /** How often the bank was asked. */
  readonly attempts: number;
  /** Null when nothing is left to do. A refused reversal stays due until the money was returned. */
  readonly nextAskAt: Date | null;
  /** 'approved' or the bank's reason; null while it has not answered. */
  readonly outcome: string | null;
  readonly answeredAt: Date | null;
}

type CardPayment = Pick<Payment, 'id' | 'funding' | 'fundingAccount' | 'payerAmount'>;

function open(
  payment: CardPayment,
  of: Pick<BankQuestion, 'reference' | 'task' | 'askedAt'> &
    Partial<Pick<BankQuestion, 'amount' | 'event' | 'refundId' | 'mayAsk'>>,
): BankQuestion {
  if (payment.funding?.kind !== 'card' || payment.fundingAccount === null)
    throw new Error(`payment ${payment.id} was not made with a card`);
  return {
    ...{ paymentId: payment.id, event: 0, refundId: 0n, amount: payment.payerAmount },
    ...{ cardId: payment.funding.cardId, clearingAccount: payment.fundingAccount },
    ...{ mayAsk: false, attempts: 0, nextAskAt: of.askedAt, outcome: null, answeredAt: null },
    ...of,
  };
}

/** What the bank knows the debit by that the payment waits for. */
export const debitReference = ({ id, events }: Pick<Payment, 'id' | 'events'>): string => `P${id}-${events}`;

/** For a payment that has just become pending. One for each time that a shopper confirms: each is another debit. */
export const debitQuestion = (payment: Payment, askedAt: Date, mayAsk = false): BankQuestion =>
  open(payment, {
    ...{ reference: debitReference(payment), task: 'debit-card', event: payment.events, askedAt },
    mayAsk,
  });

export const refundQuestion = (payment: CardPayment, refund: Refund, askedAt: Date): BankQuestion =>
  open(payment, {
    ...{ reference: `R${refund.id}`, task: 'refund-card', refundId: refund.id, askedAt },
    amount: refund.payerAmount,
  });

export const reversalQuestion = (payment: CardPayment, askedAt: Date): BankQuestion =>
  open(payment, { reference: `V${payment.id}`, task: 'reverse-card', askedAt });

/**
 * The same reversal once more, under a new reference: a bank that refused one answers it so for ever. `V12`, `V12.2`,
 * `V12.3` are the same money.
 */
export function askAgain(refused: BankQuestion, askedAt: Date): BankQuestion {
  const [base, round = '1'] = refused.reference.split('.') as [string, string?];
  return {
    ...refused,
    reference: `${base}.${Number.parseInt(round, 10) + 1}`,
    askedAt,
    ...{ attempts: 0, nextAskAt: askedAt, outcome: null, answeredAt: null },
  };
}
