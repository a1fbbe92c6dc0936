// What a debit that waits for its shopper comes to, whatever banks say and in whatever order.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StepUp } from './bank.ts';
import {
  answerFault,
  codeFault,
  codesAskedAtMost,
  codesGivenAtMost,
  heardStepUp,
  isOver,
  mayAskForCode,
  nextLookAt,
  type OpenStepUp,
} from './step-up.ts';

const start = Date.parse('2014-11-11T02:00:00Z');
const at = (seconds: number): Date => new Date(start + seconds * 1_000);
const of = { reference: 'P1-2', bank: 'PINE', customerId: 7n, endsAt: at(840) };
const code = (over: Partial<Extract<StepUp, { kind: 'one-time-code' }>> = {}): StepUp => ({
  ...{ kind: 'one-time-code', id: 'A', expiresAt: at(300), phone: '138****0001', length: 6 },
  ...{ triesLeft: 3, resendAt: at(60) },
  ...over,
});
const page = (over: Partial<Extract<StepUp, { kind: 'redirect' }>> = {}): StepUp => ({
  ...{ kind: 'redirect', id: 'B', expiresAt: at(300), url: 'https://bank.example/a' },
  ...over,
});
const heard = (asks: StepUp, former?: OpenStepUp, now = at(0), endsAt: Date | null = of.endsAt) =>
  heardStepUp(former, { ...of, endsAt }, { asks, now });

describe('until when the shopper is waited for', () => {
  it('the bank’s end, the order’s, or a quarter of an hour: whichever comes first', () => {
    expect(heard(code())).toEqual({
      ...{ reference: 'P1-2', bank: 'PINE', customerId: 7n, asks: code(), askedAt: at(0) },
      ...{ deadline: at(300), codesGiven: 0, codesAsked: 0 },
    });
    expect(heard(code({ expiresAt: at(3_600) })).deadline).toEqual(at(840));
    expect(heard(code({ expiresAt: at(3_600) }), undefined, at(0), null).deadline).toEqual(at(900));
    expect(heard(code(), undefined, at(0), at(20)).deadline).toEqual(at(20));
  });

  it('a page after a code under the same id is a page', () => {
    expect(heard(page({ id: 'A' }), heard(code())).asks).toEqual(page({ id: 'A' }));
  });

  it('only comes nearer, whatever the bank says later', () => {
    const said = fc.record({
      seconds: fc.integer({ min: 1, max: 4_000 }),
      tries: fc.integer({ min: 0, max: 9 }),
    });
    const order = fc.option(fc.integer({ min: 1, max: 4_000 }));
    fc.assert(
      fc.property(fc.array(said, { minLength: 1, maxLength: 8 }), order, (answers, ends) => {
        const endsAt = ends === null ? null : at(ends);
        let open: OpenStepUp | undefined;
        answers.forEach(({ seconds, tries }, place) => {
          const asks = code({ expiresAt: at(seconds), triesLeft: tries });
          const next = heard(asks, open, at(place), endsAt);
          if (endsAt !== null) expect(next.deadline <= endsAt).toBe(true);
          expect(next.deadline <= asks.expiresAt).toBe(true);
          expect(next.deadline <= at(900)).toBe(true);
          if (open !== undefined) {
            expect(next.deadline <= open.deadline).toBe(true);
            expect(next.askedAt).toEqual(open.askedAt);
            const [before, after] = [open.asks, next.asks] as { triesLeft: number }[];
            expect(after!.triesLeft).toBe(Math.min(before!.triesLeft, tries));
          }
          open = next;
        });
      }),
    );
  });

  it('another question, or another kind, begins with its own tries', () => {
    const used = heard(code({ triesLeft: 1 }));
    expect(heard(code({ id: 'C', triesLeft: 3 }), used).asks).toMatchObject({ id: 'C', triesLeft: 3 });
    expect(heard(page(), used).asks).toEqual(page());
    expect(heard(code(), heard(page())).asks).toEqual(code());
    const counted = { ...used, codesGiven: 4, codesAsked: 2 };
    expect(heard(code({ id: 'C' }), counted)).toMatchObject({ codesGiven: 4, codesAsked: 2 });
  });

  it('is over at its very end, and the bank is asked then', () => {
    const open = heard(code());
    expect(isOver(open, at(299.999))).toBe(false);
    expect(isOver(open, at(300))).toBe(true);
    expect(nextLookAt(open, at(0))).toEqual(at(300));
  });

  it('what is said on a page is looked for every 15 seconds, and at the end', () => {
    const open = heard(page());
    expect(nextLookAt(open, at(0))).toEqual(at(15));
    expect(nextLookAt(open, at(290))).toEqual(at(300));
  });
});

describe('what the shopper may do', () => {
  const open = heard(code());

  it('answers what their own page showed, in time', () => {
    const mine = { customerId: 7n, stepUpId: 'A', now: at(1) };
    expect(answerFault(open, mine)).toBeNull();
    expect(answerFault(undefined, mine)).toBe('step-up-unknown');
    expect(answerFault(open, { ...mine, customerId: 8n })).toBe('step-up-unknown');
    expect(answerFault(open, { ...mine, stepUpId: 'B' })).toBe('code-expired');
    expect(answerFault(open, { ...mine, now: at(300) })).toBe('code-expired');
  });

  it('gives a code of the bank’s form, so many times', () => {
    expect(codeFault(open, '123456')).toBeNull();
    expect(codeFault(open, '12345')).toBe('code-wrong');
    expect(codeFault(heard(page()), '123456')).toBe('code-wrong');
    expect(codeFault({ ...open, codesGiven: codesGivenAtMost - 1 }, '123456')).toBeNull();
    expect(codeFault({ ...open, codesGiven: codesGivenAtMost }, '123456')).toBe('code-too-many');
  });

  it('asks for another code when the bank would send one, so many times', () => {
    expect(mayAskForCode(open, at(59))).toBe(false);
    expect(mayAskForCode(open, at(60))).toBe(true);
    expect(mayAskForCode({ ...open, codesAsked: codesAskedAtMost }, at(60))).toBe(false);
    expect(mayAskForCode(heard(code({ resendAt: null })), at(60))).toBe(false);
    expect(mayAskForCode(heard(page()), at(60))).toBe(false);
  });

  it('the bounds are the documented ones', () => {
    expect([codesGivenAtMost, codesAskedAtMost]).toEqual([10, 5]);
  });
});
