// Asking card banks, outside any transaction, until their answer is known. A job asks as soon as the question is
// committed; a timer asks again for as long as it takes. Each question carries a reference, so that asking again never
// moves money again.
import type { Database, Isolation } from '../database/index.ts';
import type { Clock, Timer } from '../system/index.ts';
import {
  type BankGateway,
  beginWithinMs,
  type Card,
  createStepUps,
  type DebitAnswer,
  isOver,
  putToShopper,
  readCards,
  readStepUps,
  type StepUps,
  waitAfter,
} from '../wallet/index.ts';
import { askAgain, type BankQuestion } from './bank-question.ts';
import {
  askQuestionFrom,
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
  readonly payments: Pick<PaymentsRoom, 'hearBank' | 'hearStepUp'>;
  /** Where a bank's page sends the shopper's browser when they have answered there; absent: no bank may ask anybody. */
  readonly returnUrl?: (paymentId: bigint) => Promise<string>;
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
  const asked = (await readStepUps(database, [reference])).get(reference);
  // The next time is written before the bank is asked: a process that dies meanwhile leaves a question that is due.
  const wait = asked === undefined ? waitAfter(attempts + 1) : waitAfter(1);
  const nextAskAt = new Date(now.getTime() + wait);
  if (!(await takeQuestion(database, { reference, attempts, now, nextAskAt }))) return;
  const card = await cardOf(parts, question);
  const isTimeOver = asked !== undefined && isOver(asked, now);
  let answer: DebitAnswer;
  try {
    answer = await ask(parts, { question, card, isTimeOver });
  } catch (error) {
    parts.onBankFailed(error, question);
    if (!isTimeOver) return;
    // The shopper need not wait for a bank that is away: what it has charged goes back to the card.
    answer = { outcome: 'declined', reason: 'step-up-expired' };
  }
  await hearAnswer(parts, { question, card, answer });
}

/** Records what the bank has said about a question. */
export async function hearAnswer(
  { payments }: Pick<AskBankParts, 'payments'>,
  { question, card, answer }: { question: BankQuestion; card: Card; answer: DebitAnswer },
): Promise<void> {
  const { paymentId, reference } = question;
  if (answer.outcome === 'step-up-required')
    await payments.hearStepUp({ paymentId, reference, card, asks: answer.stepUp });
  else await payments.hearBank({ paymentId, reference, card, answer });
}

interface Asking {
  readonly question: BankQuestion;
  readonly card: { readonly bank: string; readonly token: string };
  /** The shopper was asked by their bank, and their time is over. */
  readonly isTimeOver: boolean;
}

async function ask(
  { bank, clock, returnUrl }: AskBankParts,
  { question, card, isTimeOver }: Asking,
): Promise<DebitAnswer> {
  const { task, reference, amount, attempts, askedAt, paymentId } = question;
  const mayAsk = question.mayAsk && returnUrl !== undefined;
  if (amount.amount === 0n) return { outcome: 'approved' };
  const key = { bank: card.bank, reference };
  const request = { ...key, cardToken: card.token, amount };
  const put = (answer: DebitAnswer) => putToShopper({ bank, mayAsk: mayAsk && !isTimeOver }, key, answer);
  if (attempts > 0) {
    const found = await bank.query(key);
    if (found.outcome !== 'unknown-reference') return put(found);
    if (isTimeOver) return { outcome: 'declined', reason: 'step-up-expired' };
    // A debit that the bank never got to know of is not begun a day later: the shopper has left. Money that is to go
    // back to a card goes back, however late.
    if (task === 'debit-card' && clock.now().getTime() - askedAt.getTime() >= beginWithinMs)
      return { outcome: 'declined', reason: 'bank-unavailable' };
  }
  if (task !== 'debit-card') return bank.credit(request);
  const stepUp = mayAsk ? { stepUp: { returnUrl: await returnUrl(paymentId) } } : {};
  return put(await bank.debit({ ...request, ...stepUp }));
}

const lookAgainEveryMs = 3_600_000;

/** A debit that was given up: if the bank has made it after all, its answer contradicts, and the money goes back. */
async function lookAgain(parts: AskBankParts, question: BankQuestion): Promise<void> {
  const { database, clock, bank } = parts;
  const { reference } = question;
  const card = await cardOf(parts, question);
  let found: Awaited<ReturnType<BankGateway['query']>>;
  try {
    const key = { bank: card.bank, reference };
    const answer = await bank.query(key);
    found =
      answer.outcome === 'unknown-reference'
        ? answer
        : await putToShopper({ bank, mayAsk: false }, key, answer);
  } catch (error) {
    parts.onBankFailed(error, question);
    const at = new Date(clock.now().getTime() + lookAgainEveryMs);
    await lookAtQuestion(database, { reference, at });
    return;
  }
  if (found.outcome === 'unknown-reference') await lookAtQuestion(database, { reference, at: null });
  else await hearAnswer(parts, { question, card, answer: found });
}

async function cardOf({ database }: AskBankParts, { cardId, reference }: BankQuestion): Promise<Card> {
  const card = (await readCards(database, [cardId])).get(cardId);
  if (card === undefined) throw new Error(`card ${cardId} of ${reference} is not known`);
  return card;
}

/** What shoppers do about what their banks ask, for orders. */
export function paymentStepUps(parts: AskBankParts): StepUps {
  const { database, clock, bank } = parts;
  return createStepUps({
    ...{ database, clock, bank },
    async hear(reference, answer) {
      const question = (await readQuestions(database, [reference])).get(reference);
      if (question === undefined) throw new Error(`no bank was asked under ${reference}`);
      await hearAnswer(parts, { question, card: await cardOf(parts, question), answer });
    },
    askFrom: async (reference, at) => void (await askQuestionFrom(database, { reference, at })),
    ask: (reference) => askBank(parts, reference),
    // They pay in another way, whether or not their bank can be told.
    unheard: { outcome: 'declined', reason: 'step-up-abandoned' },
    onBankFailed: async (error, reference) => {
      const question = (await readQuestions(database, [reference])).get(reference);
      if (question !== undefined) parts.onBankFailed(error, question);
    },
  });
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
