// Create and authorize as one decision: what is refused leaves nothing behind.
import { describe, expect, it } from 'vitest';
import {
  changeFacts,
  clearing,
  createFacts,
  sampleAuthorize,
  sampleCreate,
  samplePaid,
  wallet,
} from '../testing/sample-payment.ts';
import { decidePay } from './pay.ts';

const factsOf = (over: object = {}) => ({ ...changeFacts([]), ...createFacts(), ...over });
const command = (over: Partial<ReturnType<typeof sampleAuthorize>> = {}) => ({
  create: sampleCreate(),
  authorize: sampleAuthorize(over),
});

describe('pay', () => {
  it('is both verbs’ decisions in one: two events, one entry, the request', () => {
    const facts = factsOf();
    const decision = decidePay(facts, command());
    expect(decision.created).toEqual(samplePaid());
    expect(decision).toEqual({
      answer: { payment: samplePaid(), replayed: false },
      created: samplePaid(),
      paymentRequest: expect.objectContaining({ requestId: 'order-1', subjectId: 12n }),
      events: [
        expect.objectContaining({ sequence: 1, kind: 'created' }),
        expect.objectContaining({ sequence: 2, kind: 'paid', entryId: 13n }),
      ],
      entry: expect.objectContaining({ id: 13n, kind: 'payment', subjectId: 12n }),
      notification: expect.objectContaining({ id: 14n, sequence: 2 }),
      spending: { account: wallet, sums: expect.objectContaining({ dayCount: 1n }) },
      question: undefined,
    });
    expect(facts.payments.get(12n)).toEqual(samplePaid());
  });

  it('again is the paid payment, and nothing else', () => {
    const facts = factsOf();
    decidePay(facts, command());
    expect(decidePay(facts, command())).toEqual({ answer: { payment: samplePaid(), replayed: true } });
    const other = { ...command(), create: sampleCreate({ inputHash: Buffer.from('other') }) };
    expect(decidePay(facts, other).refused?.code).toBe('request-reused');
  });

  it('with a card is pending, and its bank is asked', () => {
    const decision = decidePay(
      factsOf(),
      command({ funding: { kind: 'card', cardId: 3n }, clearingAccount: clearing }),
    );
    expect(decision.answer?.payment.status).toBe('pending');
    expect(decision.question).toMatchObject({ reference: 'P12-2', task: 'debit-card' });
    expect([decision.entry, decision.notification]).toEqual([undefined, undefined]);
  });

  it('refused leaves nothing: the same request id may be used again', () => {
    const facts = factsOf();
    const payer = { customerId: 7n, kycClass: 3, status: 'blocked' } as const;
    expect(decidePay(facts, command({ payer }))).toEqual({
      refused: { code: 'risk-rejected', detail: { field: 'payer-blocked' } },
    });
    expect([facts.payments.size, facts.answered.size]).toEqual([0, 0]);
    expect(decidePay(facts, command()).answer?.replayed).toBe(false);
    const unknown = { ...command(), create: sampleCreate({ merchantId: 9n }) };
    expect(decidePay(factsOf(), unknown)).toEqual({
      refused: { code: 'merchant-unknown', detail: undefined },
    });
  });
});
