// hear-step-up: a card's bank wants to hear from the shopper before it makes a debit. The payment stays pending; the question
// says from when the bank is asked again: at the end of the shopper's time, which never lies after the order's own.
import type { Verb } from '../database/index.ts';
import {
  type Card,
  heardStepUp,
  nextLookAt,
  type OpenStepUp,
  readStepUps,
  type StepUp,
} from '../wallet/index.ts';
import type { BankQuestion } from './bank-question.ts';
import { readQuestions } from './bank-question-store.ts';
import { type ChangeFacts, type ChangeSources, changeVerb } from './change.ts';
import type { Decision } from './decision.ts';
import { waitsFor } from './hear-bank.ts';

export interface HearStepUp {
  readonly paymentId: bigint;
  readonly reference: string;
  readonly card: Pick<Card, 'bank' | 'customerId'>;
  readonly asks: StepUp;
}

export interface HearStepUpFacts extends ChangeFacts {
  readonly questions: Map<string, BankQuestion>;
  readonly stepUps: Map<string, OpenStepUp>;
}

/** Answers what the shopper is asked; null when the debit is not waited for any more. */
export function decideHearStepUp(facts: HearStepUpFacts, command: HearStepUp): Decision<OpenStepUp | null> {
  const { reference, card, asks } = command;
  const question = facts.questions.get(reference);
  if (question === undefined || question.paymentId !== command.paymentId)
    throw new Error(`no bank was asked under ${reference} about payment ${command.paymentId}`);
  const payment = facts.payments.get(question.paymentId);
  const isOpen = question.task === 'debit-card' && question.outcome === null;
  if (!isOpen || payment === undefined || !waitsFor(payment, question)) return { answer: null };
  const of = { reference, bank: card.bank, customerId: card.customerId, endsAt: payment.expiresAt };
  const stepUp = heardStepUp(facts.stepUps.get(reference), of, { asks, now: facts.now });
  const answered: BankQuestion = { ...question, nextAskAt: nextLookAt(stepUp, facts.now) };
  facts.stepUps.set(reference, stepUp);
  facts.questions.set(reference, answered);
  return { answer: stepUp, answered, stepUp };
}

export const hearStepUpVerb = (
  sources: ChangeSources,
): Verb<HearStepUp, HearStepUpFacts, Decision<OpenStepUp | null>> =>
  changeVerb({
    name: 'payments.hear-step-up',
    sources,
    more: async (tx, commands, facts) => {
      const references = commands.map(({ reference }) => reference);
      const questions = await readQuestions(tx, references);
      return { ...facts, questions, stepUps: await readStepUps(tx, references) };
    },
    decide: decideHearStepUp,
  });
