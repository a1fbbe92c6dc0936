// hear-bank: a card bank has answered a question about a payment. The answer decides the question that it names, once;
// any other answer changes nothing and is kept. What a bank took although its question had been decided otherwise goes
// back to the card.
import type { Transaction, Verb } from '../database/index.ts';
import { lockBalances } from '../ledger/index.ts';
import {
  type AnswerEffect,
  type BankAnswer,
  type Card,
  cardReturn,
  effectOf,
  type HeardAnswer,
  outcomeOf,
  readAccounts,
  readReturned,
  unwantedEntry,
} from '../wallet/index.ts';
import type { BankQuestion } from './bank-question.ts';
import { readQuestions } from './bank-question-store.ts';
import { type ChangeSources, changeVerb } from './change.ts';
import type { Decision } from './decision.ts';
import { decideFinishDebit, type FinishDebitFacts } from './finish-debit.ts';
import { decideFinishRefund, type FinishRefundFacts } from './finish-refund.ts';
import type { Payment } from './payment.ts';
import { readRefunds } from './refund-store.ts';
import { readMerchantFunds } from './unsettled-funds.ts';

export interface HearBank {
  readonly paymentId: bigint;
  /** The question that is answered. */
  readonly reference: string;
  /** The card that it was about; its bank answered. */
  readonly card: Card;
  readonly answer: BankAnswer;
}

export interface HearBankFacts extends FinishDebitFacts, FinishRefundFacts {
  /** Those that are answered. */
  readonly questions: Map<string, BankQuestion>;
  /** References of debits that were given back before. */
  readonly returned: Set<string>;
  /** By currency: what card banks took without a payment. */
  readonly returnAccounts: ReadonlyMap<string, bigint>;
}

/** Answers what became of the answer. Throws for a reference that no bank was asked under. */
export function decideHearBank(facts: HearBankFacts, command: HearBank): Decision<AnswerEffect> {
  const question = facts.questions.get(command.reference);
  if (question === undefined || question.paymentId !== command.paymentId)
    throw new Error(`no bank was asked under ${command.reference} about payment ${command.paymentId}`);
  const outcome = outcomeOf(command.answer);
  const effect = isOpen(facts, question) ? 'applied' : effectOf(outcome, question.outcome ?? 'closed');
  const heard: HeardAnswer = {
    id: facts.ids.pop()!,
    ...{ bank: command.card.bank, reference: question.reference, outcome, effect, heardAt: facts.now },
  };
  const decided =
    effect === 'applied'
      ? applied(facts, question, command)
      : effect === 'stale'
        ? contradicted(facts, question, command)
        : repeated(question);
  if (decided.answered !== undefined) facts.questions.set(question.reference, decided.answered);
  return { ...decided, heard, answer: effect };
}

/** Whether the question waits for its answer, and what it is about waits for it too. */
function isOpen(facts: HearBankFacts, question: BankQuestion): boolean {
  if (question.outcome !== null) return false;
  if (question.task === 'debit-card') {
    const payment = facts.payments.get(question.paymentId);
    return payment !== undefined && waitsFor(payment, question);
  }
  return question.task !== 'refund-card' || facts.refunds.get(question.refundId)?.status === 'processing';
}

/** Whether the payment waits for this very debit. */
export const waitsFor = ({ status, events }: Payment, question: BankQuestion): boolean =>
  status === 'pending' && events === question.event;

/**
 * A debit that we have given up ourselves is asked about once more: the bank may have had it in a queue, or the shopper may
 * have answered it at the last moment.
 */
const lookAgainAfterMs: Readonly<Record<string, number>> = {
  'bank-unavailable': 24 * 3_600_000,
  'step-up-expired': 10 * 60_000,
  'step-up-abandoned': 10 * 60_000,
};

type Heard = Omit<Decision<never>, 'answer' | 'heard'>;

/** The bank says what we had said for it: there is nothing to look at any more. */
const repeated = (question: BankQuestion): Heard =>
  question.task === 'debit-card' && question.nextAskAt !== null
    ? { answered: { ...question, nextAskAt: null } }
    : {};

function applied(facts: HearBankFacts, question: BankQuestion, { answer }: HearBank): Heard {
  const { paymentId, refundId, task } = question;
  const approved = answer.outcome === 'approved';
  const outcome = outcomeOf(answer);
  const isRefusedReversal = task === 'reverse-card' && !approved;
  const lookAgainMs = task === 'debit-card' ? lookAgainAfterMs[outcome] : undefined;
  const answered: BankQuestion = {
    ...{ ...question, outcome, answeredAt: facts.now },
    nextAskAt: isRefusedReversal
      ? facts.now
      : lookAgainMs === undefined
        ? null
        : new Date(facts.now.getTime() + lookAgainMs),
  };
  if (task === 'debit-card') {
    const told = approved ? { approved } : { approved, reason: outcome };
    return {
      ...withoutAnswer(decideFinishDebit(facts, { paymentId, askedAt: question.askedAt, answer: told })),
      answered,
    };
  }
  if (task === 'refund-card') {
    const finish = { paymentId, refundId, succeeded: approved };
    return { ...withoutAnswer(decideFinishRefund(facts, finish)), answered };
  }
  if (!isRefusedReversal) return { answered };
  const reason = `the bank refused to give the money of payment ${paymentId} back to its card: ${outcome}`;
  return { answered, attention: { item: question.reference, reason } };
}

const withoutAnswer = ({ answer: _answer, ...rest }: Decision<unknown>): Heard => rest;

/**
 * The bank says something else than what was decided. An approved debit has taken money that nobody wants: it is booked,
 * and given back to the card, once. Anything else is an operator's to look at.
 */
function contradicted(facts: HearBankFacts, question: BankQuestion, command: HearBank): Heard {
  const { reference, amount, clearingAccount } = question;
  const outcome = outcomeOf(command.answer);
  // What it was about has ended without its answer: it is answered now, and not asked any more.
  const answered: BankQuestion =
    question.outcome === null
      ? { ...question, outcome, answeredAt: facts.now, nextAskAt: null }
      : { ...question, nextAskAt: question.task === 'debit-card' ? null : question.nextAskAt };
  // Given up by us, refused by the bank: the same for everybody.
  if (question.task === 'debit-card' && outcome !== 'approved' && question.outcome !== 'approved')
    return { answered };
  if (question.task !== 'debit-card' || outcome !== 'approved') {
    const reason = `the bank answers ${outcome} to what was decided as ${question.outcome ?? 'closed'}`;
    return { answered, attention: { item: reference, reason } };
  }
  if (facts.returned.has(reference)) return { answered };
  facts.returned.add(reference);
  const returned = cardReturn({
    ...{ id: facts.ids.pop()!, card: command.card, reference, amount, at: facts.now },
    account: facts.returnAccounts.get(amount.currency)!,
  });
  const entry = unwantedEntry(returned, { id: facts.ids.pop()!, clearing: clearingAccount });
  return { answered, returned, entry };
}

export const hearBankVerb = (sources: ChangeSources): Verb<HearBank, HearBankFacts, Decision<AnswerEffect>> =>
  changeVerb({
    name: 'payments.hear-bank',
    sources,
    more: async (tx, commands, facts) => {
      // Read after the payments are locked: only a holder of that lock changes what is asked about a payment.
      const questions = await readQuestions(
        tx,
        commands.map(({ reference }) => reference),
      );
      const payerAccounts = await readPayerAccounts(tx, commands, facts.payments);
      const returnAccounts = new Map<string, bigint>();
      for (const { amount } of questions.values())
        if (!returnAccounts.has(amount.currency))
          returnAccounts.set(
            amount.currency,
            await sources.house.open('card-return', amount.currency, facts.now),
          );
      return {
        ...{ ...facts, questions, payerAccounts, returnAccounts },
        // A refund that a bank was asked about is priced and funded already.
        sums: new Map(),
        funds: await readMerchantFunds(tx, facts.payments.values()),
        returned: await readReturned(
          tx,
          commands.map(({ card, reference }) => ({ customerId: card.customerId, reference })),
        ),
        balances: await lockBalances(tx, payerAccounts.values()),
        refunds: await readRefunds(
          tx,
          [...questions.values()].flatMap(({ refundId }) => (refundId === 0n ? [] : refundId)),
        ),
      };
    },
    decide: decideHearBank,
  });

async function readPayerAccounts(
  tx: Transaction,
  commands: readonly HearBank[],
  payments: ReadonlyMap<bigint, Payment>,
): Promise<Map<bigint, bigint>> {
  const refused = commands.flatMap(({ paymentId, answer }) => {
    const payment = answer.outcome === 'approved' ? undefined : payments.get(paymentId);
    if (payment === undefined || payment.payerId === null) return [];
    return { payment, customerId: payment.payerId, currency: payment.payerAmount.currency };
  });
  const accounts = await readAccounts(tx, refused);
  return new Map(
    refused.flatMap(({ payment }, place) => {
      const account = accounts[place]!;
      return account === null ? [] : [[payment.id, account] as const];
    }),
  );
}
