// What a bank asks the shopper is kept for the debit that the payment waits for, and for no other.
import { describe, expect, it } from 'vitest';
import { changeFacts, clearing, now, samplePayment } from '../testing/sample-payment.ts';
import type { StepUp } from '../wallet/index.ts';
import { debitQuestion, reversalQuestion } from './bank-question.ts';
import { decideHearStepUp, type HearStepUpFacts } from './hear-step-up.ts';
import type { Payment } from './payment.ts';

const by = { payerId: 7n, funding: { kind: 'card', cardId: 3n }, fundingAccount: clearing } as const;
const waiting = samplePayment({ ...by, status: 'pending', events: 2 });
const question = debitQuestion(waiting, now, true);
const card = { bank: 'PINE', customerId: 7n };
const asks: StepUp = {
  ...{ kind: 'one-time-code', id: 'A', expiresAt: new Date(now.getTime() + 60_000) },
  ...{ phone: '138****0001', length: 6, triesLeft: 3, resendAt: null },
};
const factsOf = (payment: Payment, asked = question): HearStepUpFacts => ({
  ...changeFacts([payment]),
  ...{ questions: new Map([[asked.reference, asked]]), stepUps: new Map() },
});
const hear = (facts: HearStepUpFacts, reference = question.reference, paymentId = waiting.id) =>
  decideHearStepUp(facts, { paymentId, reference, card, asks });

describe('a bank that asks', () => {
  it('the debit waits: the payment stays as it is, and the bank is asked again at the end', () => {
    const facts = factsOf(waiting);
    const decision = hear(facts);
    const stepUp = { reference: question.reference, ...card, asks, askedAt: now, deadline: asks.expiresAt };
    expect(decision.stepUp).toEqual({ ...stepUp, codesGiven: 0, codesAsked: 0 });
    expect(decision.answer).toBe(decision.stepUp);
    expect(decision.answered).toEqual({ ...question, nextAskAt: asks.expiresAt });
    expect(Object.keys(decision).sort()).toEqual(['answer', 'answered', 'stepUp']);
    // The next one of the batch sees it.
    expect(facts.stepUps.get(question.reference)).toBe(decision.stepUp);
    expect(facts.questions.get(question.reference)).toBe(decision.answered);
  });

  it('never longer than the order', () => {
    const expiresAt = new Date(now.getTime() + 1_000);
    expect(hear(factsOf({ ...waiting, expiresAt })).stepUp?.deadline).toEqual(expiresAt);
  });

  it('about what has ended, or about a newer debit: nothing is kept', () => {
    for (const payment of [
      { ...waiting, events: 4 },
      { ...waiting, status: 'created' as const },
    ])
      expect(hear(factsOf(payment))).toEqual({ answer: null });
    const answered = { ...question, outcome: 'approved', answeredAt: now, nextAskAt: null };
    expect(hear(factsOf(waiting, answered))).toEqual({ answer: null });
    const reversal = { ...reversalQuestion(waiting, now), event: waiting.events };
    expect(hear(factsOf(waiting, reversal), reversal.reference)).toEqual({ answer: null });
    expect(hear({ ...factsOf(waiting), payments: new Map() })).toEqual({ answer: null });
  });

  it('under a reference that is not the payment’s it is a mistake of ours', () => {
    expect(() => hear(factsOf(waiting), 'P9-9')).toThrow('no bank was asked under P9-9 about payment');
    expect(() => hear(factsOf(waiting), question.reference, 13n)).toThrow('about payment 13');
  });
});
