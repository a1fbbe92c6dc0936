// A merchant that prices in won and is paid in dollars: what its payments, refunds and cancellations come to, to the cent, as pure
// decisions (decision 0088).
import { money, parseRate, rate } from '@tongbao/money';
import { describe, expect, it } from 'vitest';
import { rateTable } from '../fx/rate-table.ts';
import { assertBalanced, type Posting } from '../ledger/index.ts';
import {
  accessOf,
  changeFacts,
  createFacts,
  dollarHouse,
  dollarMerchant,
  inDollars,
  later,
  minute,
  now,
  ratesOf,
  sampleAuthorize,
  sampleCreate,
  sampleOrder,
  samplePaid,
  samplePayment,
  sampleRefund,
  wallet,
} from '../testing/sample-payment.ts';
import { decideAuthorize } from './authorize.ts';
import { assertPayment, paymentFault, refundFault, sumsFault } from './bounds.ts';
import { decideCancel } from './cancel.ts';
import { decideCreate } from './create.ts';
import { decidePay } from './pay.ts';
import { hasRate, type Payment, type Refund } from './payment.ts';
import { fundingPostings, refundPostings, releasePostings, reversalPostings } from './postings.ts';
import { decideRefund } from './refund.ts';
import { noRefunds } from './refund-price.ts';
import { decideRequote, needsQuote } from './requote.ts';
import { conversionOf, openSettled, settledAt, settlementPart } from './settlement-price.ts';

const cents = (amount: bigint) => money('USD', amount);
const won = (amount: bigint) => money('KRW', amount);
const fen = (amount: bigint) => money('CNY', amount);

const agreed = {
  ...{ settlementCurrency: 'USD', paymentCurrencies: ['USD', 'KRW'], settlementSpreadBps: 50 },
  ...{ pendingAccount: dollarMerchant.pending, minAmount: 100n, maxAmount: 100_000n },
};
const facts = (contract: Parameters<typeof accessOf>[0] = {}, over: Parameters<typeof createFacts>[0] = {}) =>
  createFacts({ merchants: new Map([[2n, accessOf({ ...agreed, ...contract })]]), ...over });
const codeOf = (of: { refused?: { code: string; detail?: { field?: string } | undefined } }) =>
  of.refused === undefined ? null : [of.refused.code, of.refused.detail?.field];

const paid = (over: Partial<Payment> = {}): Payment => samplePaid({ ...inDollars(), ...over });
const posted = (postings: readonly Posting[]) => {
  assertBalanced({ id: 1n, kind: 'payment', payerId: 7n, subjectId: 12n, occurredAt: now, postings });
  return Object.fromEntries(postings.map(({ account, amount }) => [`${account}`, amount]));
};

describe('an order in won', () => {
  it('becomes a payment that says what its merchant gets, at a rate of the same moment', () => {
    expect(decideCreate(facts(), sampleCreate()).created).toEqual(samplePayment(inDollars()));
  });

  it('in the merchant’s own currency is not converted', () => {
    const { created } = decideCreate(facts(), sampleCreate({ amount: cents(5_900n) }));
    expect(created).toMatchObject({ settlementAmount: cents(5_900n), settlementQuote: null });
    expect(created!.fee).toEqual(cents(88n));
  });

  it('may be settled as the request names it, and not otherwise', () => {
    const named = (settlementCurrency: string) =>
      codeOf(decideCreate(facts(), sampleCreate({ settlementCurrency })));
    expect(named('USD')).toBeNull();
    expect(named('KRW')).toEqual(['settlement-currency-not-contracted', 'settlementCurrency']);
  });

  it('is held against limits by what it comes to: 1,000 won are 99.5 cents', () => {
    const of = (amount: bigint, contract: Parameters<typeof accessOf>[0] = {}) =>
      codeOf(decideCreate(facts(contract), sampleCreate({ amount: won(amount) })));
    const limits = ['amount-out-of-limits', 'amount'];
    // 99.5 cents is even at 100; below that, 99.
    expect([of(1_000n), of(999n)]).toEqual([null, limits]);
    expect([of(59_000n, { minAmount: 5_870n }), of(59_000n, { minAmount: 5_871n })]).toEqual([null, limits]);
    expect([of(59_000n, { maxAmount: 5_870n }), of(59_000n, { maxAmount: 5_869n })]).toEqual([null, limits]);
    expect(of(1n, { minAmount: 1n })).toEqual(limits);
    const yuan = sampleCreate({ amount: won(1n), payerAmount: fen(37_059n) });
    expect(decideCreate(facts(), yuan).created).toMatchObject({
      ...{ amount: won(58_999n), settlementAmount: cents(5_870n) },
    });
  });

  it('is refused with shares of others, and without a rate to what its merchant is paid in', () => {
    const shares = { pricedIn: 'order' as const, parts: [] };
    const withShares = sampleCreate({ order: { ...sampleOrder, shares } });
    expect(codeOf(decideCreate(facts(), withShares))).toEqual(['currency-not-supported', 'shares']);
    expect(codeOf(decideCreate(createFacts(), withShares))).toBeNull();
    const inPounds = facts({ settlementCurrency: 'GBP' });
    expect(codeOf(decideCreate(inPounds, sampleCreate()))).toEqual(['quote-not-available', 'amount']);
  });

  it('holds both rates as long as its contract says, and the order longer', () => {
    const expiresAt = later(24 * 60 * minute);
    const { created } = decideCreate(facts(), sampleCreate({ expiresAt }));
    expect(created).toMatchObject({
      ...{ expiresAt, quote: { expiresAt: later(60 * minute) } },
      settlementQuote: { expiresAt: later(60 * minute), quoteId: '12-S' },
    });
  });

  it('under a quote of before has the payer’s rate of then and the merchant’s of now', () => {
    const { quote } = samplePayment();
    const former = {
      ...quote,
      quoteId: '5',
      lockedAt: later(-minute),
      price: parseRate('KRW', 'CNY', '0.01'),
    };
    const quotes = new Map([['5', { merchantId: 2n, base: 'KRW', quote: 'CNY', locked: former }]]);
    const { created } = decideCreate(facts({}, { quotes }), sampleCreate({ quoteId: '5' }));
    expect(created).toMatchObject({
      payerAmount: fen(59_000n),
      quote: { quoteId: '5', lockedAt: later(-minute) },
      settlementQuote: { quoteId: '12-S', lockedAt: now, price: parseRate('KRW', 'USD', '0.000995') },
    });
    expect(created!.settlementQuote!.expiresAt).toEqual(created!.quote.expiresAt);
  });

  it('with no spread is worth its middle rate, also where the price is rounded up by a hair', () => {
    const amount = won(1_000_000_000n);
    const third = { mid: rate('KRW', 'USD', 2n, 3n), price: parseRate('KRW', 'USD', '0.6666667') };
    const payment = { ...paid(), amount, settlementQuote: { ...paid().settlementQuote!, ...third } };
    const settlementAmount = settledAt(payment.settlementQuote, amount);
    expect(settlementAmount).toEqual(cents(66_666_670_000n));
    expect(conversionOf({ ...payment, settlementAmount })).toEqual({ mid: 66_666_670_000n, spread: 0n });
    expect(conversionOf(paid())).toEqual({ mid: 5_900n, spread: 30n });
    expect(conversionOf(samplePaid())).toEqual({ mid: 59_000n, spread: 0n });
    expect(settledAt(null, amount)).toBe(amount);
  });
});

describe('paying', () => {
  const whole = {
    [`${wallet}`]: -37_059n,
    [`${dollarHouse.payerPosition}`]: 36_875n,
    [`${dollarHouse.payerSpread}`]: 184n,
    [`${dollarHouse.settlementPosition}`]: -5_900n,
    [`${dollarHouse.conversion.spread}`]: 30n,
    [`${dollarMerchant.pending}`]: 5_782n,
    [`${dollarHouse.settlementFee}`]: 88n,
  };

  it('posts yuan to dollars, and no won', () => {
    const order = samplePayment(inDollars());
    const { entry } = decideAuthorize(changeFacts([order]), sampleAuthorize());
    expect(posted(entry!.postings)).toEqual(whole);
  });

  it('in one step posts the same', () => {
    const { paymentId: _none, ...authorize } = sampleAuthorize();
    const decision = decidePay({ ...changeFacts([]), ...facts() }, { create: sampleCreate(), authorize });
    expect(posted(decision.entry!.postings)).toEqual(whole);
    expect(decision.created).toMatchObject({ status: 'paid', settlementAmount: cents(5_870n) });
  });

  it('is reversed leg by leg, and needs what the merchant got', () => {
    const reversed = Object.fromEntries(Object.entries(whole).map(([account, amount]) => [account, -amount]));
    const legs = { house: dollarHouse, merchant: dollarMerchant };
    expect(posted(reversalPostings(paid(), legs, 0n))).toEqual(reversed);
    const cancel = (pending: bigint) =>
      decideCancel(
        {
          ...changeFacts([paid()]),
          funds: new Map([[dollarMerchant.pending, { accounts: dollarMerchant, pending, credit: 0n }]]),
        },
        { merchantId: 2n, paymentId: 12n },
      );
    expect(cancel(5_781n).refused?.code).toBe('merchant-balance-insufficient');
    expect(posted(cancel(5_782n).entry!.postings)).toEqual(reversed);
  });
});

describe('a refund', () => {
  const legs = { house: dollarHouse, merchant: dollarMerchant };
  /** ₩29,500: half. */
  const half = (over: Partial<Refund> = {}): Refund =>
    sampleRefund({ settlementAmount: cents(2_935n), feeReturned: cents(0n), ...over });

  it('takes the share of what the merchant got; position and spread get theirs, and the rest is rounding', () => {
    expect(posted(refundPostings(paid(), half({ payerAmount: fen(18_530n) }), legs))).toEqual({
      [`${wallet}`]: 18_530n,
      [`${dollarHouse.payerPosition}`]: -18_438n,
      [`${dollarHouse.payerSpread}`]: -92n,
      [`${dollarHouse.settlementPosition}`]: 2_950n,
      [`${dollarHouse.conversion.spread}`]: -15n,
      [`${dollarMerchant.pending}`]: -2_935n,
    });
    const cent = half({ settlementAmount: cents(2_936n), feeReturned: cents(44n), owed: 36n });
    expect(posted(refundPostings(paid(), cent, legs))).toMatchObject({
      [`${dollarHouse.conversion.rounding}`]: 1n,
      [`${dollarMerchant.pending}`]: -2_936n + 44n + 36n,
      [`${dollarMerchant.receivable}`]: -36n,
      [`${dollarHouse.settlementFee}`]: -44n,
    });
  });

  it('to a card is put aside, taken from there, or put back, in dollars', () => {
    const aside = half({ putAside: true, feeReturned: cents(44n) });
    expect(posted(fundingPostings(aside, dollarMerchant))).toEqual({
      [`${dollarMerchant.pending}`]: -2_891n,
      [`${dollarMerchant.refunding}`]: 2_891n,
    });
    expect(posted(refundPostings(paid(), aside, legs))).toMatchObject({
      [`${dollarMerchant.refunding}`]: -2_891n,
    });
    expect(posted(releasePostings(aside, dollarMerchant))).toEqual({
      [`${dollarMerchant.refunding}`]: -2_891n,
      [`${dollarMerchant.pending}`]: 2_891n,
    });
  });

  it('brings what was taken to the rounded share; where nothing is converted it is the amount', () => {
    expect(settlementPart(paid(), 29_500n, 0n)).toEqual(cents(2_935n));
    expect(settlementPart(paid({ refunded: won(10_000n), refunding: won(5_000n) }), 29_500n, 1_490n)).toEqual(
      // 44,500 ÷ 59,000 of 5,870 are 4,427.4.
      cents(4_427n - 1_490n),
    );
    expect(settlementPart(paid(), 29_500n, 3_000n)).toEqual(cents(0n));
    expect(settlementPart(samplePaid(), 29_500n, 7n)).toEqual(won(29_500n));
    expect(openSettled(paid(), { settled: 9n })).toBe(9n);
    expect(openSettled(samplePaid({ refunded: won(1n), refunding: won(2n) }), { settled: 9n })).toBe(3n);
  });

  const ask = (payment: Payment, amount: bigint, over: { pending?: bigint; sums?: typeof noRefunds } = {}) =>
    decideRefund(
      {
        ...changeFacts([payment]),
        ...{ answered: new Map(), sharesBack: new Map(), sums: new Map([[12n, over.sums ?? noRefunds]]) },
        funds: new Map([
          [
            dollarMerchant.pending,
            { accounts: dollarMerchant, pending: over.pending ?? 10_000n, credit: 0n },
          ],
        ]),
      },
      {
        ...{
          merchantId: 2n,
          paymentId: 12n,
          requestId: 'r',
          inputHash: Buffer.from('r'),
          amount: won(amount),
        },
        ...{ reason: null, notifyUrl: null, metadata: null, funds: 'now' },
      },
    );

  it('of everything takes everything, and counts it; from the payment itself, with the kept fee lent', () => {
    const all = ask(paid(), 59_000n, { pending: 5_782n });
    expect(all.newRefund).toMatchObject({ settlementAmount: cents(5_870n), owedFee: 88n, owed: 0n });
    expect(all.refundSums!.sums.settled).toBe(5_870n);
    expect(ask(paid(), 59_000n, { pending: 5_781n }).refused?.code).toBe('merchant-balance-insufficient');
    const refunded = paid({ refunded: won(29_500n), refundedToPayer: fen(18_530n) });
    const rest = ask(refunded, 29_500n, { sums: { ...noRefunds, settled: 2_936n } });
    expect(rest.newRefund!.settlementAmount).toEqual(cents(2_934n));
    expect(rest.refundSums!.sums.settled).toBe(5_870n);
  });

  it('returns the fee in dollars, by what was taken', () => {
    const terms = { ...paid().terms, returnsFee: true };
    expect(ask(paid({ terms }), 29_500n).newRefund!.feeReturned).toEqual(cents(44n));
    // Five won are half a cent: nothing is taken, so nothing of the fee comes back.
    expect(ask(paid({ terms }), 5n).newRefund).toMatchObject({
      settlementAmount: cents(0n),
      feeReturned: cents(0n),
    });
  });

  it('of less than the smallest unit on either side has no entry, and is done all the same', () => {
    const cheap = paid({ payerAmount: fen(100n), midAmount: fen(100n), spreadAmount: fen(0n) });
    const { entry, events, newRefund, notification } = ask(cheap, 1n);
    expect([entry, newRefund!.status, newRefund!.payerAmount]).toEqual([undefined, 'succeeded', fen(0n)]);
    expect(events!.map(({ kind, entryId }) => [kind, entryId])).toEqual([['refunded', 0n]]);
    expect(notification).toBeDefined();
    expect(ask(paid(), 29_500n).entry!.id).toBe(ask(paid(), 29_500n).events![0]!.entryId);
  });
});

describe('a new rate', () => {
  const open = samplePayment({ ...inDollars(), expiresAt: later(24 * 60 * minute) });
  const at = later(120 * minute);
  const requote = (payment: Payment, rates = ratesOf('7', '2000')) =>
    decideRequote({ ...changeFacts([payment], { now: at }), rates }, { paymentId: 12n });

  it('is both sides’: price, gross and fee', () => {
    const { changed, events } = requote(open);
    expect(changed).toMatchObject({
      ...{ payerAmount: fen(20_753n), settlementAmount: cents(2_935n), fee: money('USD', 44n) },
      settlementQuote: {
        ...{ quoteId: '12-S', spreadBps: -50, price: parseRate('KRW', 'USD', '0.0004975') },
        ...{ lockedAt: at, expiresAt: changed!.quote.expiresAt },
      },
    });
    expect(() => assertPayment(open, changed!, events!)).not.toThrow();
    expect(() => assertPayment(open, { ...changed!, events: 1 }, [])).toThrow('was changed');
    const { settlementQuote } = changed!;
    expect(() => assertPayment(open, { ...open, settlementQuote: { ...settlementQuote! } }, [])).toThrow();
    expect(() => assertPayment(open, { ...open, settlementQuote: { ...open.settlementQuote! } }, [])).toThrow(
      'settlementQuote was changed',
    );
  });

  it('is needed for the merchant’s side alone, where the shopper pays what the order names', () => {
    const yuan = { ...open, amount: fen(37_059n), midAmount: fen(37_059n), spreadAmount: fen(0n) };
    expect([
      hasRate(yuan),
      needsQuote(yuan, later(59 * minute)),
      needsQuote(yuan, later(60 * minute)),
    ]).toEqual([...[true, false, true]]);
    const { changed } = requote(yuan);
    expect(changed).toMatchObject({ amount: fen(37_059n), payerAmount: fen(37_059n) });
    expect(changed!.settlementQuote!.price.base).toBe('CNY');
  });

  it('that leaves nothing, or that nobody knows, is none', () => {
    const small = { ...open, amount: won(100n) };
    expect(codeOf(requote(small, ratesOf('7', '100000')))).toEqual(['amount-out-of-limits', undefined]);
    expect(requote(small, ratesOf('7', '10000')).changed!.settlementAmount).toEqual(cents(1n));
    const row = (currency: string, value: string) => ({
      ...{ currency, rate: value, date: '2014-11-11', pivot: 'KRW', source: 'test' },
    });
    const withoutDollars = rateTable({
      businessDay: '2014-11-11',
      rates: [row('CNY', '0.006')],
      staleAfterDays: 5,
    });
    expect(codeOf(requote(open, withoutDollars))).toEqual(['quote-not-available', undefined]);
  });
});

describe('bounds', () => {
  const fault = (over: Partial<Payment>) =>
    paymentFault(paid(over))?.replace('payment 12: it does not hold that ', '');
  const atItsRate = 'its merchant gets what it says, unless a rate converts it';

  it('a payment keeps to its settlement rate and its contract’s currency', () => {
    expect(paymentFault(paid())).toBeNull();
    for (const wrong of [5_869n, 5_871n]) expect(fault({ settlementAmount: cents(wrong) })).toBe(atItsRate);
    expect(fault({ settlementQuote: null })).toBe(atItsRate);
    // The same figure, with no rate to say why.
    expect(fault({ settlementQuote: null, settlementAmount: cents(59_000n) })).toBe(atItsRate);
    expect(fault({ terms: samplePaid().terms })).toBe(atItsRate);
    expect(fault({ settlementAmount: cents(0n) })).toBe('its merchant gets something');
    expect(fault({ fee: cents(5_870n) })).toBeUndefined();
    expect(fault({ fee: cents(5_871n) })).toBe('its fee is part of what its merchant gets');
    const { settlementQuote } = inDollars();
    expect(paymentFault(samplePaid({ settlementQuote }))).toBe(
      `payment 12: it does not hold that ${atItsRate}`,
    );
  });

  it('a refund takes part of what the merchant got, in its currency', () => {
    const of = (settlementAmount: Refund['settlementAmount']) =>
      refundFault({
        payment: paid(),
        refund: sampleRefund({ settlementAmount, feeReturned: cents(0n) }),
      });
    const law = 'refund 20: it does not hold that it takes part of what its merchant got';
    expect([of(cents(5_870n)), of(cents(0n))]).toEqual([null, null]);
    expect([of(cents(5_871n)), of(cents(-1n)), of(won(2_935n))]).toEqual([law, law, law]);
  });

  it('all refunds take no more than it, and all of it once everything is refunded', () => {
    const law =
      'payment 12: it does not hold that its refunds take no more than its merchant got, and those of all of it take all';
    const of = (settled: bigint, over: Partial<Payment> = {}) =>
      sumsFault({ payment: paid(over), sums: { feeReturned: 0n, owedFee: 0n, settled } });
    expect([of(0n), of(5_870n), of(5_871n), of(-1n)]).toEqual([null, null, law, law]);
    const whole = { refunded: won(30_000n), refunding: won(29_000n) };
    expect([of(5_870n, whole), of(5_869n, whole)]).toEqual([null, law]);
  });
});
