// What a bank's answer does to the question that it names: once, or nothing but evidence.
import { money } from '@tongbao/money';
import { describe, expect, it } from 'vitest';
import { nothingSpent } from '../ledger/index.ts';
import {
  balanceOf,
  changeFacts,
  clearing,
  fundsOf,
  later,
  now,
  samplePaid,
  samplePayment,
  sampleRefund,
  wallet,
} from '../testing/sample-payment.ts';
import type { BankAnswer, Card } from '../wallet/index.ts';
import { type BankQuestion, debitQuestion, refundQuestion, reversalQuestion } from './bank-question.ts';
import { decideHearBank, type HearBankFacts } from './hear-bank.ts';
import type { Payment } from './payment.ts';

const card = { id: 3n, customerId: 7n, bank: 'CMB', currency: 'CNY' } as Card;
const by = { payerId: 7n, funding: { kind: 'card', cardId: 3n }, fundingAccount: clearing } as const;
const waiting = samplePayment({ ...by, status: 'pending', events: 2 });
const paid = samplePaid(by);
const yes = { outcome: 'approved' } as const;
const no = { outcome: 'declined', reason: 'card-blocked' } as const;

const factsOf = (
  payment: Payment,
  question: BankQuestion,
  over: Partial<HearBankFacts> = {},
): HearBankFacts => ({
  ...changeFacts([payment]),
  ...{ payerAccounts: new Map(), funds: fundsOf(0n), sums: new Map(), refunds: new Map() },
  ...{ questions: new Map([[question.reference, question]]), returned: new Set() },
  ...{ returnAccounts: new Map([['CNY', 2_156n]]) },
  ...over,
});
const hear = (facts: HearBankFacts, answer: BankAnswer, reference: string) =>
  decideHearBank(facts, { paymentId: 12n, reference, card, answer });
const heard = (of: { reference: string; outcome: string; effect: string }, id = 102n - 2n) => ({
  ...{ id, bank: 'CMB', heardAt: now },
  ...of,
});

describe('a debit that is waited for', () => {
  const question = debitQuestion(waiting, now);

  it('approved: the payment is paid, and the question is answered', () => {
    const facts = factsOf(waiting, question);
    const decision = hear(facts, yes, 'P12-2');
    expect(decision.answer).toBe('applied');
    expect(decision.changed?.status).toBe('paid');
    expect(decision.answered).toEqual({ ...question, outcome: 'approved', answeredAt: now, nextAskAt: null });
    expect(decision.heard).toEqual(heard({ reference: 'P12-2', outcome: 'approved', effect: 'applied' }));
    expect(facts.questions.get('P12-2')).toEqual(decision.answered);
    // The same again is kept, and changes nothing.
    const again = hear(facts, yes, 'P12-2');
    expect(again).toEqual({
      answer: 'repeated',
      heard: expect.objectContaining({ outcome: 'approved', effect: 'repeated' }),
    });
  });

  it('declined: the payment is open again, with the bank’s reason', () => {
    const decision = hear(factsOf(waiting, question), no, 'P12-2');
    expect(decision.changed).toMatchObject({ status: 'created', lastRefusal: 'card-blocked' });
    // What was counted when the bank was asked is given back to that day.
    const spending = { ...nothingSpent, day: 16_385n, dayCount: 2n, dayAmount: 50_000n, year: 2014n };
    const counted = factsOf(waiting, question, {
      payerAccounts: new Map([[12n, wallet]]),
      balances: new Map([balanceOf(1_000_000n, { spending })]),
    });
    expect(hear(counted, no, 'P12-2').spending?.sums).toEqual({
      ...spending,
      dayCount: 1n,
      dayAmount: 12_941n,
    });
    expect(decision.answered).toMatchObject({ outcome: 'card-blocked', nextAskAt: null });
    expect(decision.heard).toMatchObject({ outcome: 'card-blocked', effect: 'applied' });
    expect(decision.attention).toBeUndefined();
  });
});

describe('security C4: a debit that is not waited for any more', () => {
  const question = debitQuestion(waiting, now);
  const newer = { ...waiting, events: 4 };

  it('approved: nothing of the newer one changes, and the money goes back to the card, once', () => {
    const facts = factsOf(newer, question);
    const decision = hear(facts, yes, 'P12-2');
    expect(decision.answer).toBe('stale');
    expect([decision.changed, decision.events, decision.attention]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(decision.answered).toEqual({ ...question, outcome: 'approved', answeredAt: now, nextAskAt: null });
    expect(decision.returned).toMatchObject({
      ...{
        id: 101n,
        requestId: 'P12-2',
        amount: money('CNY', 37_059n),
        card,
        account: 2_156n,
        createdAt: now,
      },
    });
    expect(decision.entry).toMatchObject({ id: 102n, occurredAt: now });
    expect(decision.entry!.postings).toEqual(
      expect.arrayContaining([
        { account: clearing, amount: -37_059n },
        { account: 2_156n, amount: 37_059n },
      ]),
    );
    expect(facts.payments.get(12n)).toBe(newer);
    expect(facts.returned).toEqual(new Set(['P12-2']));
    const again = hear(factsOf(newer, question, { returned: facts.returned }), yes, 'P12-2');
    expect([again.returned, again.entry, again.answered?.outcome]).toEqual([
      undefined,
      undefined,
      'approved',
    ]);
  });

  it('declined, where nobody took the money either: answered, and nothing to look at', () => {
    const ended = factsOf(samplePayment(), question);
    const decision = hear(ended, no, 'P12-2');
    expect([decision.answer, decision.attention]).toEqual(['stale', undefined]);
    expect(decision.answered).toEqual({
      ...{ ...question, outcome: 'card-blocked', answeredAt: now, nextAskAt: null },
    });
    expect(ended.questions.get('P12-2')).toEqual(decision.answered);
    // We had given it up; now the bank says no as well, and is not asked again.
    const givenUp = { ...question, outcome: 'bank-unavailable', answeredAt: now, nextAskAt: later(1) };
    const late = hear(factsOf(samplePayment(), givenUp), no, 'P12-2');
    expect([late.attention, late.answered]).toEqual([undefined, { ...givenUp, nextAskAt: null }]);
  });

  it('declined after it was approved: kept, for an operator to look at', () => {
    const decided = { ...question, outcome: 'approved', answeredAt: now, nextAskAt: later(1) };
    const decision = hear(factsOf(paid, decided), no, 'P12-2');
    expect(decision.attention).toEqual({
      item: 'P12-2',
      reason: 'the bank answers card-blocked to what was decided as approved',
    });
    expect([decision.answer, decision.answered]).toEqual(['stale', { ...decided, nextAskAt: null }]);
  });

  it('core 11: one that we give up is asked about once more a day later', () => {
    const gone = { outcome: 'declined', reason: 'bank-unavailable' } as const;
    const decision = hear(factsOf(waiting, question), gone, 'P12-2');
    expect(decision.answered).toMatchObject({ outcome: 'bank-unavailable', nextAskAt: later(86_400_000) });
  });

  it('one that the shopper has not answered, or has given up, is asked about once more ten minutes later', () => {
    for (const reason of ['step-up-expired', 'step-up-abandoned'] as const) {
      const decision = hear(factsOf(waiting, question), { outcome: 'declined', reason }, 'P12-2');
      expect(decision.answered).toMatchObject({ outcome: reason, nextAskAt: later(600_000) });
    }
    // What the bank itself has decided is not.
    const failed = hear(
      factsOf(waiting, question),
      { outcome: 'declined', reason: 'step-up-failed' },
      'P12-2',
    );
    expect(failed.answered).toMatchObject({ outcome: 'step-up-failed', nextAskAt: null });
  });

  it('an answer about a payment that was put away is not waited for', () => {
    const facts = factsOf(waiting, question);
    facts.payments.delete(12n);
    expect(hear(facts, no, 'P12-2').answer).toBe('stale');
  });

  it('what we had said for the bank, and it says now, needs no further look', () => {
    const given = { ...question, outcome: 'step-up-abandoned', answeredAt: now, nextAskAt: later(600_000) };
    const open = samplePayment({ ...by, events: 3 });
    const gone = { outcome: 'declined', reason: 'step-up-abandoned' } as const;
    const decision = hear(factsOf(open, given), gone, 'P12-2');
    expect(decision).toEqual({
      ...{ answer: 'repeated', answered: { ...given, nextAskAt: null } },
      heard: expect.objectContaining({ effect: 'repeated' }),
    });
    // Looked at already: nothing is written.
    const seen = hear(factsOf(open, { ...given, nextAskAt: null }), gone, 'P12-2');
    expect(seen.answered).toBeUndefined();
    // A reversal that is asked about anew is not a look back.
    const reversal = {
      ...reversalQuestion(paid, now),
      outcome: 'approved',
      answeredAt: now,
      nextAskAt: later(1),
    };
    expect(hear(factsOf(paid, reversal), yes, 'V12').answered).toBeUndefined();
  });

  it('a question that was answered is not open, though its payment waits; nor is one of a payment that ended', () => {
    const answered = { ...question, outcome: 'card-blocked', answeredAt: now, nextAskAt: null };
    const facts = factsOf(waiting, answered);
    const decision = hear(facts, no, 'P12-2');
    expect([decision.answer, decision.changed]).toEqual(['repeated', undefined]);
    expect(facts.questions.get('P12-2')).toBe(answered);
    const ended = samplePayment({ status: 'expired', events: 2 });
    expect(hear(factsOf(ended, question), yes, 'P12-2')).toMatchObject({ answer: 'stale' });
  });
});

describe('a refund', () => {
  const refunding = { ...paid, refunding: money('KRW', 29_500n), refundingToPayer: money('CNY', 18_530n) };
  const refund = sampleRefund({ putAside: true });
  const question = refundQuestion(refunding, refund, now);
  const facts = (status: typeof refund.status = 'processing') =>
    factsOf(refunding, question, { refunds: new Map([[20n, { ...refund, status }]]) });

  it('approved is done, declined has failed', () => {
    const done = hear(facts(), yes, 'R20');
    expect([done.answer, done.changedRefund?.status, done.answered?.outcome]).toEqual([
      ...['applied', 'succeeded', 'approved'],
    ]);
    const failed = hear(facts(), no, 'R20');
    expect([failed.changedRefund?.status, failed.answered?.outcome]).toEqual(['failed', 'card-blocked']);
    // Only debits are looked at again.
    const gone = { outcome: 'declined', reason: 'bank-unavailable' } as const;
    expect(hear(facts(), gone, 'R20').answered).toMatchObject({ nextAskAt: null });
  });

  it('that has ended is not ended again', () => {
    const decision = hear(facts('failed'), yes, 'R20');
    expect([decision.answer, decision.changedRefund, decision.returned]).toEqual([
      'stale',
      undefined,
      undefined,
    ]);
    expect(decision.attention).toEqual({
      item: 'R20',
      reason: 'the bank answers approved to what was decided as closed',
    });
    expect(hear(factsOf(refunding, question), yes, 'R20').answer).toBe('stale');
    expect(hear(facts('failed'), no, 'R20').attention?.reason).toContain('card-blocked to what was decided');
    const decided = { ...question, outcome: 'approved', answeredAt: now, nextAskAt: later(1) };
    expect(hear(factsOf(refunding, decided), no, 'R20').answered).toEqual(decided);
  });
});

describe('a reversal', () => {
  const cancelled = { ...paid, status: 'cancelled' } as const;
  const question = reversalQuestion(paid, now);

  it('approved is answered; declined stays due, and an operator is told', () => {
    const done = hear(factsOf(cancelled, question), yes, 'V12');
    expect(done).toEqual({
      answer: 'applied',
      answered: { ...question, outcome: 'approved', answeredAt: now, nextAskAt: null },
      heard: expect.objectContaining({ reference: 'V12', effect: 'applied' }),
    });
    const refused = hear(factsOf(cancelled, question), no, 'V12');
    expect(refused.answered).toEqual({
      ...question,
      outcome: 'card-blocked',
      answeredAt: now,
      nextAskAt: now,
    });
    expect(refused.attention).toEqual({
      item: 'V12',
      reason: 'the bank refused to give the money of payment 12 back to its card: card-blocked',
    });
  });
});

it('an answer to nothing, or about another payment, is an error', () => {
  const question = debitQuestion(waiting, now);
  expect(() => hear(factsOf(waiting, question), yes, 'P12-9')).toThrow(
    'no bank was asked under P12-9 about payment 12',
  );
  const about = { ...question, paymentId: 13n };
  expect(() => hear(factsOf(waiting, about), yes, 'P12-2')).toThrow('about payment 12');
});
