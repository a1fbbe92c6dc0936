// What create decides, whole: the payment that comes out of an order, and every reason to refuse one.
import { money, parseRate } from '@tongbao/money';
import { describe, expect, it } from 'vitest';
import type { LockedQuote, QuoteRow } from '../fx/index.ts';
import {
  accessOf,
  createFacts,
  later,
  minute,
  now,
  ratesOf,
  sampleCreate,
  sampleOrder,
  samplePayment,
} from '../testing/sample-payment.ts';
import { decideCreate, maxLifetimeMs } from './create.ts';
import type { OrderShares } from './payment.ts';

const codeOf = (
  command: Parameters<typeof sampleCreate>[0],
  facts: Parameters<typeof createFacts>[0] = {},
) => {
  const { refused } = decideCreate(createFacts(facts), sampleCreate(command));
  return refused === undefined ? null : [refused.code, refused.detail?.field];
};

describe('an order', () => {
  it('becomes a payment: priced, with its fee, its terms and its deadline', () => {
    const facts = createFacts();
    expect(decideCreate(facts, sampleCreate())).toEqual({
      answer: { payment: samplePayment(), replayed: false },
      created: samplePayment(),
      paymentRequest: {
        merchantId: 2n,
        requestId: 'order-1',
        subjectId: 12n,
        inputHash: Buffer.from('hash'),
      },
      events: [{ paymentId: 12n, sequence: 1, kind: 'created', occurredAt: now, entryId: 0n, refundId: 0n }],
    });
    expect(facts.ids).toEqual([14n, 13n]);
  });

  it('twice in one batch is answered twice and made once; with another hash it is refused', () => {
    const facts = createFacts();
    const { answer } = decideCreate(facts, sampleCreate());
    expect(decideCreate(facts, sampleCreate())).toEqual({
      answer: { payment: answer!.payment, replayed: true },
    });
    const other = sampleCreate({ inputHash: Buffer.from('other') });
    expect(decideCreate(facts, other)).toEqual({ refused: { code: 'request-reused', detail: undefined } });
    // Another merchant's request of the same name is another request.
    expect(decideCreate(facts, { ...other, merchantId: 3n }).refused?.code).toBe('merchant-unknown');
    expect(decideCreate(facts, sampleCreate({ requestId: 'order-2' })).created?.id).toBe(13n);
  });

  it('of an announced checkout has the id that it was given', () => {
    const facts = createFacts();
    const { created, events } = decideCreate(facts, sampleCreate({ paymentId: 99n }));
    expect([created!.id, created!.quote.quoteId, events![0]!.paymentId]).toEqual([99n, '99', 99n]);
    expect(facts.ids).toHaveLength(3);
  });

  it('without a notification address has the merchant’s', () => {
    const order = { ...sampleOrder, notifyUrl: null };
    expect(decideCreate(createFacts(), sampleCreate({ order })).created!.order.notifyUrl).toBe(
      'https://mall.example/always',
    );
  });

  it.each([
    [5_000n, 1, 0n],
    [15_000n, 1, 2n],
    [25_000n, 1, 2n],
    [35_000n, 1, 4n],
    [59_000n, 0, 0n],
  ])('of ₩%i at %i hundredths of a per cent has a fee of ₩%i: half to even', (won, feeBps, fee) => {
    const merchants = new Map([[2n, accessOf({ feeBps })]]);
    const { created } = decideCreate(createFacts({ merchants }), sampleCreate({ amount: money('KRW', won) }));
    expect(created!.fee).toEqual(money('KRW', fee));
    expect(created!.terms.feeBps).toBe(feeBps);
  });

  it('keeps the contract’s terms', () => {
    const terms = {
      ...{ pendingAccount: 1_410n, feeBps: 3, returnsFee: true },
      ...{ refundWindowDays: 90, timeZone: 'Europe/London', quoteLifeMs: 60_000 },
    };
    const merchants = new Map([[2n, accessOf(terms)]]);
    const facts = createFacts({ merchants });
    const one = decideCreate(facts, sampleCreate()).created!;
    expect(one.terms).toEqual({ ...terms, settlementCurrency: 'KRW' });
    // One object for all payments under a contract.
    expect(decideCreate(facts, sampleCreate({ requestId: 'order-2' })).created!.terms).toBe(one.terms);
  });

  it('whose shares are others’ has them in its fee', () => {
    const part = (amount: string) => ({ receiver: 'customs', account: '6156', amount });
    const feeWith = (shares: OrderShares) =>
      decideCreate(createFacts(), sampleCreate({ order: { ...sampleOrder, shares } })).created!.fee.amount;
    expect(feeWith({ pricedIn: 'order', parts: [part('9000'), part('1000')] })).toBe(10_885n);
  });
});

describe('the price', () => {
  it('named in the payer’s currency makes the order’s amount at the same rate, and not a fen less is paid', () => {
    const amount = money('KRW', 1n);
    const made = (fen: bigint) =>
      decideCreate(createFacts(), sampleCreate({ amount, payerAmount: money('CNY', fen) })).created!;
    expect(made(37_059n)).toMatchObject({
      // 370.59 ÷ 0.00628125 = 58,999.40 won, which are 368.746… yuan at the middle rate.
      amount: money('KRW', 58_999n),
      payerAmount: money('CNY', 37_059n),
      midAmount: money('CNY', 36_874n),
      spreadAmount: money('CNY', 185n),
    });
    // With no spread the middle value is what is paid, and never above it.
    const merchants = new Map([[2n, accessOf({ spreadBps: 0, minAmount: 1n })]]);
    const free = decideCreate(
      createFacts({ merchants }),
      sampleCreate({ amount, payerAmount: money('CNY', 1n) }),
    ).created!;
    expect(free).toMatchObject({ amount: money('KRW', 2n), midAmount: money('CNY', 1n) });
    expect(free.spreadAmount).toEqual(money('CNY', 0n));
  });

  it('rounds the order’s amount half to even', () => {
    const merchants = new Map([[2n, accessOf({ spreadBps: 0, minAmount: 1n })]]);
    // One won is two fen.
    const rates = ratesOf('20', '1000');
    const won = (fen: bigint) =>
      decideCreate(
        createFacts({ merchants, rates }),
        sampleCreate({ amount: money('KRW', 1n), payerAmount: money('CNY', fen) }),
      ).created!.amount.amount;
    expect([3n, 5n, 7n, 9n].map(won)).toEqual([2n, 2n, 4n, 4n]);
    // Two won are worth four fen; three are paid, and none of them is a spread.
    const { created } = decideCreate(
      createFacts({ merchants, rates }),
      sampleCreate({ amount: money('KRW', 1n), payerAmount: money('CNY', 3n) }),
    );
    expect([created!.midAmount.amount, created!.spreadAmount.amount]).toEqual([3n, 0n]);
  });

  it('rounds the middle value half to even', () => {
    // Half a fen a won at the middle rate: 199 won are 99.5 fen, 201 won 100.5.
    const rates = ratesOf('5', '1000');
    const mids = [100n, 101n].map((fen) => {
      const asked = sampleCreate({ amount: money('KRW', 1n), payerAmount: money('CNY', fen) });
      const { amount, midAmount } = decideCreate(createFacts({ rates }), asked).created!;
      return [amount.amount, midAmount.amount];
    });
    expect(mids).toEqual([
      [199n, 100n],
      [201n, 100n],
    ]);
  });

  it('core: is that of a quote given before, while it lives, to the merchant that it was given to', () => {
    const locked: LockedQuote = {
      ...samplePayment().quote,
      quoteId: 'Q1',
      price: parseRate('KRW', 'CNY', '0.006'),
      mid: parseRate('KRW', 'CNY', '0.0059'),
      expiresAt: later(1),
    };
    const quoted: QuoteRow = { merchantId: 2n, base: 'KRW', quote: 'CNY', locked };
    const withQuote = (row: QuoteRow) => ({ quotes: new Map([['Q1', row]]) });
    const { created } = decideCreate(createFacts(withQuote(quoted)), sampleCreate({ quoteId: 'Q1' }));
    expect(created!.payerAmount).toEqual(money('CNY', 35_400n));
    // The rate stays for as long as the payment waits.
    expect(created!.quote).toEqual({ ...locked, expiresAt: later(14 * minute) });

    const asked = { quoteId: 'Q1' };
    const none = ['quote-not-available', 'quoteId'];
    expect(codeOf(asked)).toEqual(none);
    expect(codeOf(asked, withQuote({ ...quoted, merchantId: 3n }))).toEqual(none);
    expect(codeOf(asked, withQuote({ ...quoted, base: 'JPY' }))).toEqual(none);
    expect(codeOf(asked, withQuote({ ...quoted, quote: 'HKD' }))).toEqual(none);
    // One that expires now has expired.
    const expiresNow = { ...quoted, locked: { ...locked, expiresAt: now } };
    expect(codeOf(asked, withQuote(expiresNow))).toEqual(['quote-expired', 'quoteId']);
  });

  it('cannot be made of a currency without a rate', () => {
    const merchants = new Map([[2n, accessOf({ paymentCurrencies: ['KRW', 'JPY'] })]]);
    expect(codeOf({ amount: money('JPY', 1_000n) }, { merchants })).toEqual([
      'quote-not-available',
      'quoteId',
    ]);
  });
});

describe('the deadline', () => {
  const expiryOf = (expiresAt: Date | null, lifetimeMs = 14 * minute) =>
    decideCreate(createFacts(), sampleCreate({ expiresAt, lifetimeMs })).created?.expiresAt;

  it('is the asked one, thirty days at most, else the usual time from now', () => {
    expect(maxLifetimeMs).toBe(30 * 86_400_000);
    expect(expiryOf(null, 1_000)).toEqual(later(1_000));
    expect(expiryOf(later(1))).toEqual(later(1));
    expect(expiryOf(later(maxLifetimeMs))).toEqual(later(maxLifetimeMs));
    expect(expiryOf(later(maxLifetimeMs + 1))).toEqual(later(maxLifetimeMs));
  });

  it('that is now, or was, is refused', () => {
    expect(codeOf({ expiresAt: now })).toEqual(['payment-expired', 'expiresAt']);
    expect(codeOf({ expiresAt: later(-1) })).toEqual(['payment-expired', 'expiresAt']);
  });
});

describe('refused', () => {
  it('is a merchant that nobody knows, that is suspended, or whose contract has not begun', () => {
    const withAccess = (...of: Parameters<typeof accessOf>) => ({
      merchants: new Map([[2n, accessOf(...of)]]),
    });
    expect(codeOf({ merchantId: 3n })).toEqual(['merchant-unknown', undefined]);
    expect(codeOf({}, withAccess({}, { status: 'suspended' }))).toEqual(['merchant-not-active', undefined]);
    expect(codeOf({}, withAccess({ liveFrom: later(1) }))).toEqual(['merchant-not-active', undefined]);
    expect(codeOf({}, withAccess({ liveFrom: now }))).toBeNull();
  });

  it('is a currency that the contract has not', () => {
    expect(codeOf({ amount: money('JPY', 1_000n) })).toEqual(['currency-not-supported', 'amount']);
    expect(codeOf({ settlementCurrency: 'USD' })).toEqual([
      'settlement-currency-not-contracted',
      'settlementCurrency',
    ]);
    expect(codeOf({ settlementCurrency: 'KRW' })).toBeNull();
  });

  it.each([
    [99n, false],
    [100n, true],
    [10_000_000n, true],
    [10_000_001n, false],
  ])('is ₩%i outside of the contract’s limits: taken is %s', (won, isTaken) => {
    expect(codeOf({ amount: money('KRW', won) })).toEqual(
      isTaken ? null : ['amount-out-of-limits', 'amount'],
    );
  });

  it('is the amount before anything else of it is looked at', () => {
    expect(codeOf({ amount: money('KRW', 99n), expiresAt: now })).toEqual(['amount-out-of-limits', 'amount']);
    expect(codeOf({ amount: money('KRW', 99n), quoteId: 'Q1' })).toEqual(['amount-out-of-limits', 'amount']);
  });

  it('is an amount that only the payer’s price puts outside of them', () => {
    const of = (fen: bigint) => codeOf({ amount: money('KRW', 1n), payerAmount: money('CNY', fen) });
    // 62 fen are 98.7 won, 63 fen 100.3.
    expect(of(62n)).toEqual(['amount-out-of-limits', 'amount']);
    expect(of(63n)).toBeNull();
  });

  it('is a share that another’s quote does not hide: nothing is kept of a refusal', () => {
    const facts = createFacts();
    decideCreate(facts, sampleCreate({ quoteId: 'Q1' }));
    expect(facts.answered.size).toBe(0);
    expect(decideCreate(facts, sampleCreate()).answer?.replayed).toBe(false);
  });
});
