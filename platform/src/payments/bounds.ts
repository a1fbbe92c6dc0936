// What must hold of a payment, of its refunds and of each step, whoever decided it: asserted when a decision is recorded,
// and proved again over everything in /audit.json. Pure. A finding is a bug of ours, never a refusal.

import type { PaymentEvent } from './event-store.ts';
import { advance, type Payment, type Refund } from './payment.ts';
import type { RefundSums } from './refund-price.ts';
import { settledAt } from './settlement-price.ts';
import { sharesOf, total } from './shares.ts';
import { discountOf, neededFor } from './unsettled-funds.ts';

type Law<Subject> = readonly [what: string, holds: (subject: Subject) => boolean];

const within = (part: bigint, whole: bigint): boolean => part >= 0n && part <= whole;
const opened = ({ refunded, refunding }: Payment): bigint => refunded.amount + refunding.amount;
const openedToPayer = ({ refundedToPayer, refundingToPayer }: Payment): bigint =>
  refundedToPayer.amount + refundingToPayer.amount;
const hasPayer = ({ payerId, fundingAccount }: Payment): boolean =>
  payerId !== null && fundingAccount !== null;

const paymentLaws: readonly Law<Payment>[] = [
  ['its amounts are above zero', (p) => p.amount.amount > 0n && p.payerAmount.amount > 0n],
  ['its merchant gets something', (p) => p.settlementAmount.amount > 0n],
  ['its merchant gets what it says, unless a rate converts it', isSettledAtItsRate],
  [
    'its middle rate’s value is part of what is paid',
    (p) => within(p.midAmount.amount, p.payerAmount.amount),
  ],
  ['its fee is part of what its merchant gets', (p) => within(p.fee.amount, p.settlementAmount.amount)],
  ['its shares are part of its fee', (p) => p.order.shares === undefined || sharesFit(p)],
  ['its refunds are not below zero', (p) => p.refunded.amount >= 0n && p.refunding.amount >= 0n],
  ['its refunds are part of its amount', (p) => opened(p) <= p.amount.amount],
  [
    'what goes back to the payer is not below zero',
    (p) => p.refundedToPayer.amount >= 0n && p.refundingToPayer.amount >= 0n,
  ],
  ['what goes back to the payer is part of what was paid', (p) => openedToPayer(p) <= p.payerAmount.amount],
  [
    'refunds of all of it return all that was paid',
    (p) => opened(p) < p.amount.amount || openedToPayer(p) === p.payerAmount.amount,
  ],
  ['only what is paid is refunded', (p) => p.status === 'paid' || opened(p) === 0n],
  ['what is paid has a payer', (p) => (p.status !== 'paid' && p.status !== 'pending') || hasPayer(p)],
  ['what is paid was paid at some time', (p) => p.status !== 'paid' || p.paidAt !== null],
];

function sharesFit(payment: Payment): boolean {
  const shares = sharesOf(payment);
  return shares.every((share) => share.amount >= 0n) && total(shares) <= payment.fee.amount;
}

/** At the locked price, half to even; in the currency of the contract; the amount itself where that is the order's. */
function isSettledAtItsRate({ amount, settlementAmount, settlementQuote, terms }: Payment): boolean {
  const { currency } = settlementAmount;
  if (currency !== terms.settlementCurrency || (settlementQuote === null) !== (amount.currency === currency))
    return false;
  return settledAt(settlementQuote, amount).amount === settlementAmount.amount;
}

interface RefundOf {
  readonly payment: Payment;
  readonly refund: Refund;
}

const refundLaws: readonly Law<RefundOf>[] = [
  ['it is one of its payment', ({ payment, refund }) => refund.paymentId === payment.id],
  [
    'its amount is part of the payment',
    ({ payment, refund: { amount } }) => amount.amount >= 1n && amount.amount <= payment.amount.amount,
  ],
  [
    'it returns part of what was paid',
    ({ payment, refund }) => within(refund.payerAmount.amount, payment.payerAmount.amount),
  ],
  [
    'it takes part of what its merchant got',
    ({ payment: { settlementAmount: whole }, refund: { settlementAmount: part } }) =>
      part.currency === whole.currency && within(part.amount, whole.amount),
  ],
  [
    'what it takes back of shares is part of it',
    ({ refund }) => within(total(refund.shares), refund.amount.amount),
  ],
  [
    'the fee that it returns is part of the fee',
    ({ payment, refund }) => within(refund.feeReturned.amount - total(refund.shares), discountOf(payment)),
  ],
  ['what is owed for it is not below zero', ({ refund }) => refund.owedFee >= 0n && refund.owed >= 0n],
  [
    'what is owed for it is part of what it needs',
    ({ refund }) => refund.owedFee + refund.owed <= neededFor(refund),
  ],
  [
    'it has ended when it is finished',
    ({ refund }) => (refund.status === 'processing') === (refund.finishedAt === null),
  ],
];

interface SumsOf {
  readonly payment: Payment;
  readonly sums: Pick<RefundSums, 'feeReturned' | 'settled' | 'owedFee'>;
}

const sumsLaws: readonly Law<SumsOf>[] = [
  [
    'its refunds take no more than its merchant got, and those of all of it take all',
    ({ payment, sums }) =>
      within(sums.settled, payment.settlementAmount.amount) &&
      (opened(payment) < payment.amount.amount || sums.settled === payment.settlementAmount.amount),
  ],
  [
    'its refunds return no more fee than was charged',
    ({ payment, sums }) => within(sums.feeReturned, payment.terms.returnsFee ? discountOf(payment) : 0n),
  ],
  [
    'no more than the kept fee is lent',
    ({ payment, sums }) => within(sums.owedFee, payment.terms.returnsFee ? 0n : discountOf(payment)),
  ],
];

function broken<Subject>(laws: readonly Law<Subject>[], subject: Subject, name: string): string | null {
  for (const [what, holds] of laws) if (!holds(subject)) return `${name}: it does not hold that ${what}`;
  return null;
}

/** What is wrong with a payment by itself, in words; null: nothing. */
export const paymentFault = (payment: Payment): string | null =>
  broken(paymentLaws, payment, `payment ${payment.id}`);

/** The same of a refund and its payment. */
export const refundFault = (of: RefundOf): string | null => broken(refundLaws, of, `refund ${of.refund.id}`);

/** The same of what all refunds of a payment come to. */
export const sumsFault = (of: SumsOf): string | null => broken(sumsLaws, of, `payment ${of.payment.id}`);

/** A step from what was locked to what is written, with the events between them. `before` is null for a new payment. */
export function assertPayment(before: Payment | null, after: Payment, events: readonly PaymentEvent[]): void {
  const isRequoted = events.some((event) => event.kind === 'requoted');
  const fault = paymentFault(after) ?? (before === null ? null : stepFault(before, after, isRequoted));
  if (fault !== null) throw new Error(fault);
  let status: Payment['status'] | 'none' = before?.status ?? 'none';
  let sequence = before?.events ?? 0;
  for (const event of events) {
    sequence += 1;
    status = advance(status, event.kind);
    if (event.paymentId !== after.id || event.sequence !== sequence)
      throw new Error(`payment ${after.id}: event ${event.sequence} came where ${sequence} was due`);
  }
  if (status !== after.status || sequence !== after.events)
    throw new Error(
      `payment ${after.id} is ${after.status} after ${after.events} events, its events say ${status} after ${sequence}`,
    );
}

const fixed = [
  ...[
    'id',
    'merchantId',
    'requestId',
    'quote',
    'settlementQuote',
    'terms',
    'order',
    'createdAt',
    'expiresAt',
  ],
] as const;
const fixedAmounts = [...['amount', 'payerAmount', 'midAmount', 'spreadAmount', 'fee']] as const;

/**
 * What is fixed when a payment is created stays (the settlement amount follows from it, by a law of its own); who paid, and when, stays once it is paid. Only an event that says so
 * gives an open order another price, in the same currencies.
 */
function stepFault(before: Payment, after: Payment, isRequoted: boolean): string | null {
  const changed =
    fixed.find(
      (name) =>
        before[name] !== after[name] && !(isRequoted && (name === 'quote' || name === 'settlementQuote')),
    ) ??
    fixedAmounts.find(
      (name) =>
        (before[name].amount !== after[name].amount && !isRequoted) ||
        before[name].currency !== after[name].currency,
    );
  if (changed !== undefined) return `payment ${after.id}: ${changed} was changed`;
  const isPaid = before.status === 'paid';
  if (isPaid && (before.payerId !== after.payerId || before.fundingAccount !== after.fundingAccount))
    return `payment ${after.id}: its payer was changed after it was paid`;
  return isPaid && before.paidAt !== after.paidAt ? `payment ${after.id} was paid twice` : null;
}
