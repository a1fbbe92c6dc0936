// Asking card banks, outside any transaction, until their answer is known. A job asks as soon as the question is
// committed; a timer asks again for as long as it takes. Each question carries a reference, so that asking again never
// moves money again.
import type { Database, Isolation } from '../database/index.ts';
import type { Clock, Timer } from '../system/index.ts';
import {
  type BankAnswer,
  type BankGateway,
  beginWithinMs,
  type Card,
  readCards,
  unasked,
  waitAfter,
} from '../wallet/index.ts';
import { askAgain, type BankQuestion } from './bank-question.ts';
import {
  lookAtQuestion,
  readDueQuestions,
  readNextQuestion,
  readQuestions,
  replaceQuestion,
  takeQuestion,
} from './bank-question-store.ts';
import { bankTimerName } from './decision.ts';
import type { PaymentsRoom } from './payments.ts';

export interface AskBankParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly bank: BankGateway;
  readonly payments: Pick<PaymentsRoom, 'hearBank'>;
  /** Told when a bank could not be asked; the question stays open. */
  readonly onBankFailed: (error: unknown, question: BankQuestion) => void;
}

/**
 * Asks the bank, if the question is open and its time has come; otherwise does nothing. A bank that fails is no error
 * here: the question is due again after `waitAfter`.
 */
export async function askBank(parts: AskBankParts, reference: string): Promise<void> {
  const { database, clock } = parts;
  const question = (await readQuestions(database, [reference])).get(reference);
  const now = clock.now();
  if (question === undefined || question.outcome !== null || question.nextAskAt! > now) return;
  const { attempts } = question;
  // The next time is written before the bank is asked: a process that dies meanwhile leaves a question that is due.
  const nextAskAt = new Date(now.getTime() + waitAfter(attempts + 1));
  if (!(await takeQuestion(database, { reference, attempts, now, nextAskAt }))) return;
  const card = await cardOf(parts, question);
  let answer: BankAnswer;
  try {
    answer = await ask(parts, question, card);
  } catch (error) {
    parts.onBankFailed(error, question);
    return;
  }
  await parts.payments.hearBank({ paymentId: question.paymentId, reference, card, answer });
}

async function ask(
  { bank, clock }: AskBankParts,
  { task, reference, amount, attempts, askedAt }: BankQuestion,
  card: { bank: string; token: string },
): Promise<BankAnswer> {
  if (amount.amount === 0n) return { outcome: 'approved' };
  const request = { bank: card.bank, cardToken: card.token, amount, reference };
  if (attempts > 0) {
    const found = await bank.query({ bank: card.bank, reference });
    if (found.outcome !== 'unknown-reference') return unasked(found);
    // A debit that the bank never got to know of is not begun a day later: the shopper has left. Money that is to go
    // back to a card goes back, however late.
    if (task === 'debit-card' && clock.now().getTime() - askedAt.getTime() >= beginWithinMs)
      return { outcome: 'declined', reason: 'bank-unavailable' };
  }
  return task === 'debit-card' ? unasked(await bank.debit(request)) : bank.credit(request);
}

const lookAgainEveryMs = 3_600_000;

/** A debit that was given up: if the bank has made it after all, its answer contradicts, and the money goes back. */
async function lookAgain(parts: AskBankParts, question: BankQuestion): Promise<void> {
  const { database, clock, bank, payments } = parts;
  const { reference, paymentId } = question;
  const card = await cardOf(parts, question);
  let found: Awaited<ReturnType<BankGateway['query']>>;
  try {
    found = await bank.query({ bank: card.bank, reference });
  } catch (error) {
    parts.onBankFailed(error, question);
    const at = new Date(clock.now().getTime() + lookAgainEveryMs);
    await lookAtQuestion(database, { reference, at });
    return;
  }
  if (found.outcome === 'unknown-reference') await lookAtQuestion(database, { reference, at: null });
  else await payments.hearBank({ paymentId, reference, card, answer: unasked(found) });
}

async function cardOf({ database }: AskBankParts, { cardId, reference }: BankQuestion): Promise<Card> {
  const card = (await readCards(database, [cardId])).get(cardId);
  if (card === undefined) throw new Error(`card ${cardId} of ${reference} is not known`);
  return card;
}

/** Of each bank's clearing account in one run, and at once: a slow bank holds up no other one. */
const perBank = { inRun: 20, atOnce: 4 };

/**
 * Asks what is due again. A reversal that a bank has refused waits on the quarantine list; once an operator has released
 * it, it is asked under a new reference.
 */
export function bankQuestionsTimer(parts: AskBankParts & { readonly isolation: Isolation }): Timer {
  const { database, clock, isolation } = parts;
  const work = (question: BankQuestion): Promise<unknown> => {
    if (question.outcome === null) return askBank(parts, question.reference);
    if (question.task === 'debit-card') return lookAgain(parts, question);
    const by = askAgain(question, clock.now());
    return database.transaction((tx) => replaceQuestion(tx, { refused: question.reference, by }));
  };
  return {
    name: bankTimerName,
    nextDueAt: async () => readNextQuestion(database, await isolation.held(bankTimerName)),
    async run(now) {
      const except = await isolation.held(bankTimerName);
      const due = await readDueQuestions(database, { by: now, except, perBank: perBank.inRun });
      const banks = Map.groupBy(due, (question) => question.clearingAccount);
      const how = { key: (question: BankQuestion) => question.reference, work, parallel: perBank.atOnce };
      const done = await Promise.all(
        [...banks.values()].map((questions) => isolation.each(bankTimerName, questions, how)),
      );
      return done.reduce((all, each) => all + each, 0);
    },
  };
}
