// A merchant that is paid in dollars and prices in won, yen, pounds and dollars, on a real PostgreSQL: from the order over refunds
// and cancellations to the payout, with every proof, the export and the verifier (decision 0088).
import { convert, divide, money, type Rate } from '@tongbao/money';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audit, exportLines } from '../audit/index.ts';
import { verifyExport } from '../audit/verify.ts';
import { readBalances } from '../ledger/index.ts';
import type { MerchantAccess } from '../merchants/index.ts';
import type { Payment } from '../payments/index.ts';
import { settlementWorld } from '../testing/settlement-world.ts';

let world: Awaited<ReturnType<typeof settlementWorld>>;
let shop: MerchantAccess;

const hour = 3_600_000;
const spreadBps = 40;

beforeEach(async () => {
  world = await settlementWorld('2014-11-11T02:00:00Z');
  const model = (await world.shop('KR')).contract;
  shop = await world.shop('KR', {
    contract: {
      ...model,
      settlementCurrency: 'USD',
      paymentCurrencies: ['USD', 'KRW', 'JPY', 'GBP', 'CNY'],
      settlementSpreadBps: spreadBps,
      ...{ feeBps: 150, spreadBps: 50, minAmount: 50n, maxAmount: 1_000_000n },
    },
  });
  const account = { accountName: 'Hanbit', accountNumber: 'KR123456', bankBic: 'TBSMKRKR' };
  await world.platform.settlement.changeTerms(shop.merchant.id, account);
});
afterEach(() => world.close());

async function expectAllRight(): Promise<void> {
  expect(await found()).toEqual({ red: [], findings: [] });
}

/** The proofs that do not hold, and what the verifier says of an export. */
async function found(): Promise<{ red: string[]; findings: string[] }> {
  const { database, clock, auditLog } = world.platform;
  await auditLog.sealAll();
  const { proofs } = await audit(world.platform.audit);
  const lines: string[] = [];
  await exportLines({ database, exportedAt: clock.now() }, async (line) => void lines.push(line));
  async function* read() {
    yield* lines;
  }
  const { findings } = await verifyExport(read());
  return { red: proofs.filter((proof) => !proof.ok).map(({ name }) => name), findings };
}

/** What stands on accounts by their codes; the shop's number is left out. */
async function standing(): Promise<Record<string, bigint>> {
  const { rows } = await world.test.owner.pool.query(
    `SELECT code, balance FROM ledger.account a JOIN ledger.balance b ON b.account_id = a.id
     WHERE balance <> 0 AND kind NOT IN ('customer-wallet', 'safeguarding-bank')`,
  );
  return Object.fromEntries(
    rows.map(({ code, balance }) => [code.replace(`:${shop.merchant.id}:`, ':'), BigInt(balance)]),
  );
}

const usd = (amount: bigint) => money('USD', amount);
const at = (payment: Payment, rate: Rate): bigint => convert(payment.amount, rate, 'half-even').amount;

describe('a payment in won for a merchant that is paid in dollars', () => {
  it('says with the order what the merchant gets, and posts both conversions with both spreads', async () => {
    const order = await world.order(shop, 59_000n, { currency: 'KRW' });
    const quote = order.settlementQuote!;
    // 1085.196102513715 won a dollar on that day; 40 hundredths of a per cent less; seven digits.
    expect(quote).toMatchObject({ spreadBps: -40, quoteId: `${order.id}-S`, lockedAt: order.createdAt });
    expect([quote.price.base, quote.price.quote]).toEqual(['KRW', 'USD']);
    expect(Number(quote.price.numerator) / Number(quote.price.denominator)).toBeCloseTo(
      0.996 / 1085.196102513715,
      9,
    );
    expect(quote.expiresAt).toEqual(order.quote.expiresAt);
    expect(order.settlementAmount).toEqual(usd(at(order, quote.price)));
    expect(order.settlementAmount).toEqual(usd(5_415n));
    expect(order.fee).toEqual(usd(divide(5_415n * 150n, 10_000n, 'half-even')));

    const payment = await world.confirm(order);
    expect(await world.platform.payments.findById(order.id)).toEqual(payment);
    expect(payment.settlementQuote).toEqual(quote);
    const mid = at(order, quote.mid);
    expect(await standing()).toEqual({
      'fx-position:CNY': payment.midAmount.amount,
      'fx-spread:CNY': payment.spreadAmount.amount,
      'fx-position:USD': -mid,
      'fx-spread:USD': mid - 5_415n,
      'merchant-pending:USD': 5_415n - 81n,
      'discount-fee:USD': 81n,
    });
    await expectAllRight();
  });

  it('is refunded in parts that together take exactly what the merchant got', async () => {
    const payment = await world.pay(shop, 59_000n, { currency: 'KRW' });
    const parts = [1n, 6n, 19_993n, 20_000n, 18_999n, 1n];
    const own = await world.order(shop, 100n);
    await world.confirm(own);
    const refunds = [];
    let reached = 0n;
    let taken = 0n;
    for (const part of parts) {
      const refund = await world.refund(payment, part);
      refunds.push(refund);
      reached += part;
      taken += refund.settlementAmount.amount;
      expect(taken).toBe(divide(5_415n * reached, 59_000n, 'half-even'));
      expect(refund.settlementAmount.currency).toBe('USD');
    }
    expect(taken).toBe(5_415n);
    // One won is less than a cent.
    expect(refunds[0]!.settlementAmount).toEqual(usd(0n));
    const { platform } = world;
    expect(await platform.payments.refundsOf(payment.id)).toEqual(refunds);
    await expectAllRight();
    // Only what rounding and the second payment leave.
    const left = await standing();
    expect(
      left['fx-position:USD']! + 100n + (left['rounding:USD'] ?? 0n) + (left['fx-spread:USD'] ?? 0n),
    ).toBe(0n);
  });

  it('is cancelled leg by leg', async () => {
    const payment = await world.pay(shop, 59_000n, { currency: 'KRW' });
    const cancelled = await world.platform.payments.cancel({
      merchantId: shop.merchant.id,
      paymentId: payment.id,
    });
    expect(cancelled.status).toBe('cancelled');
    expect(await standing()).toEqual({});
    await expectAllRight();
  });

  it('is settled and paid out in dollars, which the treasury buys with yuan', async () => {
    const won = await world.pay(shop, 59_000n, { currency: 'KRW' });
    const yen = await world.pay(shop, 12_000n, { currency: 'JPY' });
    const pounds = await world.pay(shop, 4_999n, { currency: 'GBP' });
    const yuan = await world.pay(shop, 30_000n, { currency: 'CNY' });
    const dollars = await world.pay(shop, 2_000n);
    expect(dollars.settlementQuote).toBeNull();
    expect(yuan.payerAmount).toEqual(yuan.amount);
    const refund = await world.refund(won, 20_000n);
    await expectAllRight();
    await world.mover.advance(25 * hour);
    await expectAllRight();
    const [batch] = await world.platform.settlement.batchesOf({
      ...{ merchantId: shop.merchant.id, before: 2n ** 63n - 1n, limit: 1 },
    });
    const all = [won, yen, pounds, yuan, dollars];
    const gross = all.reduce((sum, each) => sum + each.settlementAmount.amount, 0n);
    const fees = all.reduce((sum, each) => sum + each.fee.amount, 0n);
    expect(batch).toMatchObject({
      currency: 'USD',
      gross: gross - refund.settlementAmount.amount,
      fees: -fees,
    });
    await world.mover.advance(72 * hour);
    const [paid] = await world.platform.settlement.batchesOf({
      ...{ merchantId: shop.merchant.id, before: 2n ** 63n - 1n, limit: 1 },
    });
    expect(paid).toMatchObject({ id: batch!.id, status: 'PAID' });
    const { positions, deals } = await world.platform.settlement.treasury(10);
    expect(positions.filter(({ amount }) => amount !== 0n)).toEqual([]);
    expect(deals.map(({ currency }) => currency)).toEqual(['USD']);
    await expectAllRight();
  });
});

it('a merchant that is paid in what its shoppers pay in: both conversions meet on the same accounts', async () => {
  const abroad = await world.shop('KR', {
    contract: {
      ...shop.contract,
      ...{ settlementCurrency: 'CNY', paymentCurrencies: ['KRW', 'IDR'], minAmount: 1n },
    },
  });
  const payment = await world.pay(abroad, 59_000n, { currency: 'KRW' });
  expect(payment.quote.mid).toEqual(payment.settlementQuote!.mid);
  const all = await standing();
  // What came in and went out at the middle rate is nothing; both spreads stay.
  expect(all['fx-position:CNY']).toBeUndefined();
  expect(all['fx-spread:CNY']).toBe(payment.payerAmount.amount - payment.settlementAmount.amount);
  await world.refund(payment, 20_001n);
  await world.refund(payment, 38_999n);
  await expectAllRight();
  // A hundredth of a rupiah is nothing on either side: done, and no entry.
  const rupiah = await world.pay(abroad, 100_000n, { currency: 'IDR' });
  const tiny = await world.refund(rupiah, 1n);
  expect([tiny.status, tiny.payerAmount.amount, tiny.settlementAmount.amount]).toEqual(['succeeded', 0n, 0n]);
  const events = await world.platform.payments.eventsOf(rupiah.id);
  expect(events.at(-1)).toMatchObject({ kind: 'refunded', entryId: 0n });
  await world.refund(rupiah, 99_999n);
  await expectAllRight();
  await world.mover.advance(25 * hour);
  await expectAllRight();
});

it('owes in its own currency what it may owe, and nets it', async () => {
  const payment = await world.pay(shop, 59_000n, { currency: 'KRW' });
  await world.mover.advance(72 * hour);
  // Paid out: nothing is pending any more.
  await expect(world.refund(payment, 59_000n)).rejects.toMatchObject({
    code: 'merchant-balance-insufficient',
  });
  await world.agreeDebt(shop, 6_000n);
  const refund = await world.refund(payment, 59_000n);
  expect(refund).toMatchObject({ settlementAmount: usd(5_415n), owedFee: 81n, owed: 5_415n - 81n });
  await expectAllRight();
  await world.pay(shop, 20_000n);
  await world.mover.advance(25 * hour);
  const after = await standing();
  expect(after['merchant-receivable:USD'] ?? after['merchant-fee-receivable:USD']).toBeUndefined();
  expect(after['merchant-payable:USD']).toBe(20_000n - 300n - 5_415n);
  await expectAllRight();
});

describe('what is refused', () => {
  const codeOf = (asked: Promise<unknown>) =>
    asked.then(
      () => 'taken',
      ({ code, detail }: { code: string; detail?: { field?: string } }) => [code, detail?.field],
    );

  it('a currency that is not agreed, one without a rate, shares, and what comes to too little or too much', async () => {
    expect(await codeOf(world.order(shop, 100n, { currency: 'HKD' }))).toEqual([
      'currency-not-supported',
      'amount',
    ]);
    const shares = { pricedIn: 'order' as const, parts: { customs: 100n } };
    expect(await codeOf(world.order(shop, 59_000n, { currency: 'KRW', shares }))).toEqual([
      ...['currency-not-supported', 'shares'],
    ]);
    // Half a dollar to ten thousand of them, by what the merchant gets.
    const limits = ['amount-out-of-limits', 'amount'];
    expect(await codeOf(world.order(shop, 538n, { currency: 'KRW' }))).toEqual(limits);
    expect((await world.order(shop, 545n, { currency: 'KRW' })).settlementAmount).toEqual(usd(50n));
    expect(await codeOf(world.order(shop, 11_000_000n, { currency: 'KRW' }))).toEqual(limits);
    expect(await codeOf(world.order(shop, 10_000_000_000_000_000_000n, { currency: 'KRW' }))).toEqual(limits);
    await expectAllRight();
  });
});

it('the database keeps the bounds, whoever writes', async () => {
  const payment = await world.pay(shop, 59_000n, { currency: 'KRW' });
  const plain = await world.pay(shop, 100n);
  const refund = await world.refund(payment, 1_000n);
  const refused = (text: string) =>
    expect(world.test.owner.pool.query(text), text).rejects.toThrow(/check constraint/);
  const set = (what: string, { id }: Payment = payment) =>
    refused(`UPDATE payments.payment SET ${what} WHERE id = ${id}`);
  await set('settlement_amount = 0');
  await set('settlement_amount = NULL');
  await set(`settlement_currency = 'KRW'`);
  await set('settlement_amount = fee - 1');
  await set('settlement_amount = 100', plain);
  await set('fee = 101', plain);
  await refused(`UPDATE payments.refund SET settlement_amount = -1 WHERE id = ${refund.id}`);
  for (const what of [`rate_rule = 'never'`, 'settlement_spread_bps = 1001', 'settlement_spread_bps = -1'])
    await refused(`UPDATE merchants.contract SET ${what}`);
  await refused(`UPDATE merchants.contract SET payment_currencies = '{}'`);
});

it.each([
  [
    'the share of a refund',
    'UPDATE payments.refund SET settlement_amount = settlement_amount + 1',
    /does not do what event refunded/,
  ],
  ['the fee', 'UPDATE payments.payment SET fee = fee - 1', /does not do what event paid/],
])(
  '%s, changed by the database’s owner, is seen by the audit and by the verifier',
  async (_what, text, says) => {
    await world.refund(await world.pay(shop, 59_000n, { currency: 'KRW' }), 20_000n);
    await expectAllRight();
    await world.test.owner.pool.query(text);
    const { red, findings } = await found();
    expect(red).toContain('payments-have-exactly-their-entries');
    expect(findings.join('\n')).toMatch(says);
  },
);

it('a contract names currencies that there are', async () => {
  const contract = { ...shop.contract, paymentCurrencies: ['USD', 'XXQ'] };
  await expect(world.shop('KR', { contract })).rejects.toMatchObject({ code: 'currency-not-supported' });
  const { paymentCurrencies: _all, settlementSpreadBps: _spread, rateRule: _rule, ...least } = shop.contract;
  const plain = await world.shop('KR', { contract: least });
  expect(plain.contract).toMatchObject({
    ...{ paymentCurrencies: ['USD'], settlementSpreadBps: 0, rateRule: 'locked-at-payment' },
  });
});

it('balances are of the merchant’s own currency only', async () => {
  await world.pay(shop, 59_000n, { currency: 'KRW' });
  const { rows } = await world.test.owner.pool.query('SELECT id FROM ledger.account WHERE owner_id = $1', [
    shop.merchant.id,
  ]);
  const balances = await readBalances(
    world.platform.database,
    rows.map(({ id }) => BigInt(id)),
  );
  for (const account of balances.keys()) expect(account % 1000n).toBe(840n);
});
