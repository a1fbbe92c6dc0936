// How long a price holds, and what an open order costs afterwards (security M2).
import { money, parseRate } from '@tongbao/money';
import { describe, expect, it } from 'vitest';
import {
  changeFacts,
  createFacts,
  later,
  minute,
  now,
  ratesOf,
  sampleAuthorize,
  sampleCreate,
  sampleOrder,
  samplePayment,
} from '../testing/sample-payment.ts';
import { decideAuthorize } from './authorize.ts';
import { assertPayment } from './bounds.ts';
import { decideCreate } from './create.ts';
import { hasRate, mostEvents, type Payment, quoteExpiry, quoteIsOver } from './payment.ts';
import { decideRequote, needsQuote } from './requote.ts';

const hour = 60 * minute;
/** Open for a day. */
const long = samplePayment({ expiresAt: later(24 * hour) });
const withLife = (quoteLifeMs: number | undefined): Payment => ({
  ...long,
  terms: { ...long.terms, ...(quoteLifeMs === undefined ? {} : { quoteLifeMs }) },
});

describe('a price holds', () => {
  it('for an hour, or as long as the contract says, and never beyond the order', () => {
    const { quoteLifeMs: _none, ...terms } = long.terms;
    const usual = { ...long, terms: terms as Payment['terms'] };
    expect(quoteExpiry(usual, now)).toEqual(later(hour));
    expect(quoteExpiry(withLife(5_000), now)).toEqual(later(5_000));
    expect(quoteExpiry(withLife(48 * hour), now)).toEqual(later(24 * hour));
    // A quote of before the order counts from the order; a later one from itself.
    expect(quoteExpiry(withLife(5_000), later(-hour))).toEqual(later(5_000));
    expect(quoteExpiry(withLife(5_000), later(hour))).toEqual(later(hour + 5_000));
  });

  it('until its last instant, which is over', () => {
    const of = withLife(5_000);
    expect([quoteIsOver(of, later(4_999)), quoteIsOver(of, later(5_000))]).toEqual([false, true]);
    expect([needsQuote(of, later(4_999)), needsQuote(of, later(5_000))]).toEqual([false, true]);
  });

  it('for good where no rate is part of it, when nobody can pay any more, and once it is paid', () => {
    const won = { ...withLife(5_000), payerAmount: money('KRW', 59_000n) };
    expect([hasRate(won), hasRate(long), needsQuote(won, later(hour))]).toEqual([false, true, false]);
    expect(needsQuote(withLife(5_000), later(24 * hour))).toBe(false);
    expect(needsQuote(withLife(5_000), later(24 * hour - 1))).toBe(true);
    expect(needsQuote({ ...withLife(5_000), status: 'paid' }, later(hour))).toBe(false);
  });

  it('as long as a new order says', () => {
    const { created } = decideCreate(createFacts(), sampleCreate({ expiresAt: later(24 * hour) }));
    expect(created!.quote.expiresAt).toEqual(quoteExpiry(created!, now));
    expect(created!.order.pricedIn).toBeUndefined();
    const named = decideCreate(createFacts(), sampleCreate({ payerAmount: money('CNY', 37_059n) }));
    expect(named.created!.order.pricedIn).toBe('payer');
  });
});

describe('afterwards', () => {
  const at = later(2 * hour);
  const facts = (payment: Payment) => ({
    ...changeFacts([payment], { now: at }),
    rates: ratesOf('7', '1000'),
  });

  it('core, payments.events: is priced anew tens of thousands of times at most', () => {
    expect(mostEvents).toBe(30_000);
    const priced = (events: number) => decideRequote(facts({ ...long, events }), { paymentId: long.id });
    expect(priced(mostEvents - 1).changed?.events).toBe(mostEvents);
    expect(priced(mostEvents).refused?.code).toBe('quote-not-available');
  });
  const command = { paymentId: 12n };
  const order = withLife(hour);

  it('is quoted anew: the order’s won at the rate of the moment, with the same spread and its fee', () => {
    const given = facts(order);
    const { answer, changed, requoted, events } = decideRequote(given, command);
    // 0.007 and half a per cent: 0.007035; 59,000 of them are 415.065 yuan, 413.00 at the middle rate.
    expect(changed).toEqual({
      ...order,
      ...{ payerAmount: money('CNY', 41_506n), midAmount: money('CNY', 41_300n) },
      ...{ spreadAmount: money('CNY', 206n), fee: money('KRW', 885n), events: 2 },
      quote: {
        ...{
          ...order.quote,
          mid: parseRate('KRW', 'CNY', '0.007'),
          price: parseRate('KRW', 'CNY', '0.007035'),
        },
        ...{ lockedAt: at, expiresAt: later(3 * hour), quoteId: '12' },
      },
    });
    expect([answer, requoted]).toEqual([changed, changed]);
    expect(events).toEqual([
      { paymentId: 12n, sequence: 2, kind: 'requoted', occurredAt: at, entryId: 0n, refundId: 0n },
    ]);
    expect(given.payments.get(12n)).toEqual(changed);
    // It holds now.
    expect(decideRequote(given, command)).toEqual({ answer: changed });
  });

  it('named in yuan stays what it is in yuan', () => {
    const named = { ...order, order: { ...sampleOrder, pricedIn: 'payer' as const } };
    const { changed } = decideRequote(facts(named), command);
    // 370.59 ÷ 0.007035.
    expect([changed!.payerAmount, changed!.amount]).toEqual([order.payerAmount, money('KRW', 52_678n)]);
    // Its fee is of the new amount: 790.17.
    expect(changed!.fee).toEqual(money('KRW', 790n));
  });

  it('whose shares are named in yuan takes them from its fee at the new rate', () => {
    const parts = [{ receiver: 'customs', account: '6156', amount: '7035' }];
    const named = { ...order, order: { ...sampleOrder, shares: { pricedIn: 'payer' as const, parts } } };
    // 70.35 of 415.06 yuan are 10,000 won of 59,000.
    expect(decideRequote(facts(named), command).changed!.fee).toEqual(money('KRW', 10_885n));
  });

  it('is left alone while it holds, and refused where nobody knows a rate or an order', () => {
    const holds = { ...facts(order), now };
    expect(decideRequote(holds, command)).toEqual({ answer: order });
    const yen = { ...order, amount: money('JPY', 1_000n) };
    expect(decideRequote(facts(yen), command).refused?.code).toBe('quote-not-available');
    expect(decideRequote(facts(order), { paymentId: 13n }).refused?.code).toBe('payment-not-found');
  });

  it('is not paid at the former price, nor at one that the shopper did not see', () => {
    const pay = (payment: Payment, when: Date, expected?: ReturnType<typeof money>) =>
      decideAuthorize(
        changeFacts([payment], { now: when }),
        sampleAuthorize(expected === undefined ? {} : { expected }),
      ).refused?.code ?? 'paid';
    expect([pay(order, later(hour - 1)), pay(order, later(hour))]).toEqual(['paid', 'price-changed']);
    expect(pay(order, now, money('CNY', 37_059n))).toBe('paid');
    expect(pay(order, now, money('CNY', 37_058n))).toBe('price-changed');
    expect(pay(order, now, money('HKD', 37_059n))).toBe('price-changed');
  });

  it('the step is one of the table: a new price by its event only, in the same currencies', () => {
    const { changed, events } = decideRequote(facts(order), command);
    expect(() => assertPayment(order, changed!, events!)).not.toThrow();
    expect(() => assertPayment(order, { ...changed!, events: 1 }, [])).toThrow('quote was changed');
    const dearer = { ...order, payerAmount: money('CNY', 37_060n) };
    expect(() => assertPayment(order, dearer, [])).toThrow('payerAmount was changed');
    const other = { ...changed!, spreadAmount: money('HKD', 206n) };
    expect(() => assertPayment(order, other, events!)).toThrow('spreadAmount was changed');
    const moved = { ...changed!, terms: { ...changed!.terms } };
    expect(() => assertPayment(order, moved, events!)).toThrow('terms was changed');
  });
});
