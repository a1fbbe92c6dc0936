// Whose money a refund is: on real PostgreSQL, over days of settlement, with every proof after each step. Security C2.
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { audit, coverage, exportLines } from '../audit/index.ts';
import { verifyExport } from '../audit/verify.ts';
import { readBalancesOfOwner } from '../ledger/index.ts';
import { type MerchantAccess, readDebtOf, readDebts } from '../merchants/index.ts';
import type { Payment } from '../payments/index.ts';
import type { MovableClock } from '../system/index.ts';
import { settlementWorld } from '../testing/settlement-world.ts';
import { newestBatches } from './index.ts';

let world: Awaited<ReturnType<typeof settlementWorld>>;
let shop: MerchantAccess;
const hour = 3_600_000;
const refused = { code: 'merchant-balance-insufficient' };

// A Tuesday in Seoul, eleven in the morning; Hanbit's terms: 1.5 per cent, kept on refunds.
beforeEach(async () => {
  world = await settlementWorld('2014-11-11T02:00:00Z');
  shop = await world.shop('KR');
  const account = { accountName: 'Shop', accountNumber: 'KR1', bankBic: 'TBSMKRKR' };
  await world.platform.settlement.changeTerms(shop.merchant.id, account);
});
afterEach(() => world.close());

const kinds = [
  'merchant-pending',
  'merchant-refunding',
  'merchant-receivable',
  'merchant-fee-receivable',
  'merchant-payable',
] as const;

/** What stands on the shop's accounts, without what is zero. */
async function stands(of: MerchantAccess = shop): Promise<Record<string, bigint>> {
  const owner = { ownerId: of.merchant.id, currency: of.contract.settlementCurrency };
  const rows = await readBalancesOfOwner(world.test.database, { kinds, ...owner });
  return Object.fromEntries(
    rows.filter((row) => row.balance !== 0n).map((row) => [row.kind.replace('merchant-', ''), row.balance]),
  );
}

const batches = () =>
  world.platform.settlement.batchesOf({ merchantId: shop.merchant.id, before: newestBatches, limit: 10 });

/** By the standing proofs, and by the verifier, from the export alone. */
async function proved(): Promise<void> {
  const { proofs } = await audit(world.platform.audit);
  expect(proofs.filter((proof) => !proof.ok)).toEqual([]);
  expect((await verifyExport(Readable.from(await exported()))).findings).toEqual([]);
}

async function exported(): Promise<string[]> {
  const lines: string[] = [];
  const { database, clock } = world.platform;
  await exportLines({ database, exportedAt: clock.now() }, async (line) => void lines.push(line));
  return lines;
}

const days = (count: number) => world.mover.advance(count * 24 * hour);

describe('security C2: a refund is paid from the merchant’s own money', () => {
  test('what was paid out cannot be refunded from other clients’ money, over no door', async () => {
    const other = await world.shop('KR');
    await world.pay(other, 5_000_000n);
    const paid = [await world.pay(shop, 600_000n), await world.pay(shop, 600_000n)] as const;
    await days(5);
    expect((await batches())[0]).toMatchObject({ status: 'PAID', net: 1_182_000n });
    await expect(world.refund(paid[0], 600_000n)).rejects.toMatchObject(refused);
    await expect(world.refund(paid[1], 100n)).rejects.toMatchObject(refused);
    expect(await stands()).toEqual({});
    await proved();
  });

  test('the only payment of a shop whose contract keeps the fee can be refunded; the fee is owed and netted', async () => {
    const payment = await world.pay(shop, 59_000n);
    await world.refund(payment, 30_000n);
    expect(await stands()).toEqual({ pending: 28_115n });
    await world.refund(payment, 29_000n);
    expect(await stands()).toEqual({ 'fee-receivable': -885n });
    await proved();
    const owner = { ownerId: shop.merchant.id, currency: 'KRW' };
    const { owed, since } = (await readDebtOf(world.test.database, owner))!;
    expect(owed).toBe(885n);
    expect(Math.abs(since.getTime() - world.platform.clock.now().getTime())).toBeLessThan(hour);
    await days(2);
    await world.pay(shop, 10_000n);
    expect(await stands()).toEqual({ pending: 9_850n, 'fee-receivable': -885n });
    expect((await readDebts(world.test.database))[0]).toMatchObject({ owed: 885n, since });
    await days(2);
    expect(await stands()).toEqual({});
    expect(await readDebtOf(world.test.database, owner)).toBeNull();
    expect((await batches())[0]).toMatchObject({ status: 'PAID', net: 8_965n, gross: 10_000n });
    await proved();
  });

  test('many small refunds are lent no more than the fee that was charged', async () => {
    const payment = await world.pay(shop, 1_000n);
    await days(2);
    expect(await stands()).toEqual({});
    // A won of each is more than its fee of 0.015: what is lent is a share of what is refunded, rounded up once.
    let done = 0n;
    for (let number = 0; number < 40; number++) {
      const one = await world.refund(payment, 1n).catch((error: unknown) => error);
      if (!(one instanceof Error)) done += 1n;
    }
    expect(done).toBe(1n);
    expect(-((await stands())['fee-receivable'] ?? 0n)).toBe(done);
    await proved();
  });

  test('within the agreed limit the shop owes; beyond it the refund is refused, however many ask at once', async () => {
    await world.agreeDebt(shop, 100_000n);
    const payments: Payment[] = [];
    for (let number = 0; number < 8; number++) payments.push(await world.pay(shop, 30_000n));
    await days(5);
    const asked = await Promise.allSettled(payments.map((payment) => world.refund(payment, 30_000n)));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    for (const each of asked) if (each.status === 'rejected') expect(each.reason).toMatchObject(refused);
    const standing = await stands();
    // The kept fee of each refund is lent without a limit; the rest is within it.
    expect(standing).toEqual({ receivable: -88_650n, 'fee-receivable': -1_350n });
    await proved();
    await world.pay(shop, 200_000n);
    await days(5);
    expect(await stands()).toEqual({});
    expect((await batches())[0]).toMatchObject({ status: 'PAID', net: 107_000n });
    await proved();
  });

  test('a debt that the house’s own money does not cover is said clearly, and covers nobody else’s claim', async () => {
    await world.platform.merchants.agreeDebtLimit(shop.merchant.id, { amount: 900_000n, agreedBy: 'test' });
    const payment = await world.pay(shop, 600_000n);
    const other = await world.shop('KR');
    await days(5);
    await world.pay(other, 100_000n);
    await world.refund(payment, 600_000n);
    const { proofs } = await audit(world.platform.audit);
    const wrong = proofs.filter((proof) => !proof.ok);
    expect(wrong.map(({ name }) => name)).toEqual(['client-money-is-covered']);
    expect(wrong[0]!.detail).toMatch(
      /merchants owe KRW 600000, the house's own is KRW 10500: KRW 589500 of clients' money is not covered/,
    );
    const line = (await coverage(world.test.database)).find(({ currency }) => currency === 'KRW')!;
    expect(line).toMatchObject({ clients: 98_500n, receivable: 600_000n });
  });

  test('what several clients have is counted one by one: a merchant’s debt makes no claim smaller', async () => {
    await world.agreeDebt(shop, 600_000n);
    const payment = await world.pay(shop, 600_000n);
    const other = await world.shop('KR');
    await world.pay(other, 100_000n);
    await days(1);
    await world.pay(other, 100_000n);
    await world.refund(payment, 600_000n);
    const line = (await coverage(world.test.database)).find(({ currency }) => currency === 'KRW')!;
    expect(line.clients).toBeGreaterThanOrEqual(98_500n);
    await proved();
  });

  test('a cancellation needs its money too', async () => {
    await world.platform.settlement.changeTerms(shop.merchant.id, {
      cutOffMinute: 720,
      cycleDays: 0,
      payMinute: 780,
    });
    const early = await world.pay(shop, 59_000n);
    await world.mover.advance(8 * hour);
    expect((await batches())[0]).toMatchObject({ status: 'PAID' });
    const cancel = () =>
      world.platform.payments.cancel({ merchantId: shop.merchant.id, paymentId: early.id });
    await expect(cancel()).rejects.toMatchObject(refused);
    await world.agreeDebt(shop, 50_000n);
    await expect(cancel()).rejects.toMatchObject(refused);
    await world.pay(shop, 10_000n);
    expect((await cancel()).status).toBe('cancelled');
    // Nothing of the fee is lent: all of it went back.
    expect(await stands()).toEqual({ receivable: 9_850n - 58_115n });
    await proved();
  });

  test('a limit that is lowered below what is owed keeps the debt and allows no more', async () => {
    await world.agreeDebt(shop, 100_000n);
    const payments = [await world.pay(shop, 50_000n), await world.pay(shop, 50_000n)] as const;
    await days(5);
    await world.refund(payments[0], 50_000n);
    await world.platform.merchants.agreeDebtLimit(shop.merchant.id, { amount: 10_000n, agreedBy: 'test' });
    await expect(world.refund(payments[1], 50_000n)).rejects.toMatchObject(refused);
    await proved();
    await world.pay(shop, 40_000n);
    await days(4);
    await proved();
    const access = await world.platform.merchants.get(shop.merchant.id);
    expect(access.contract.debtLimit).toBe(10_000n);
  });
});

describe('security C2: what the verifier finds in an export', () => {
  test('a debt that is not there, a fee lent twice, a refund that takes too little, a bound that was passed', async () => {
    await world.agreeDebt(shop, 100_000n);
    const payment = await world.pay(shop, 59_000n);
    await world.refund(payment, 59_000n);
    const other = await world.pay(shop, 50_000n);
    await days(5);
    await world.refund(other, 50_000n);
    const lines = await exported();
    const findingsWith = async (type: string, holds: string, change: (line: string) => string) => {
      const at = lines.findIndex((line) => line.startsWith(`{"type":"${type}"`) && line.includes(holds));
      const changed = lines.map((line, index) => (index === at ? change(line) : line));
      expect(changed[at]).not.toBe(lines[at]);
      return (await verifyExport(Readable.from(changed))).findings.join('; ');
    };
    const figure = (name: string, value: string) => (line: string) =>
      line.replace(new RegExp(`"${name}":"-?\\d+"`), `"${name}":"${value}"`);
    expect(await findingsWith('account', 'merchant-receivable', figure('balance', '0'))).toMatch(
      /merchant-receivable:\d+:KRW stands at 0/,
    );
    expect(await findingsWith('account', 'merchant-receivable', figure('lowest', '-1'))).toMatch(
      /outside its bounds/,
    );
    expect(await findingsWith('refund', '"owedFee":"885"', figure('owedFee', '1885'))).toMatch(
      /is lent for a kept fee of 885/,
    );
    expect(await findingsWith('refund', '"owedFee":"885"', figure('owed', '1'))).toMatch(
      /does not do what event refunded asks for/,
    );
  });
});

describe('security C2: what the database refuses, whoever writes it', () => {
  test('a merchant’s account below zero, and a debt beyond its limit', async () => {
    await world.agreeDebt(shop, 1_000n);
    const owner = { ownerId: shop.merchant.id, currency: 'KRW' };
    const rows = await readBalancesOfOwner(world.test.database, { kinds, ...owner });
    const id = (kind: string) => rows.find((row) => row.kind === `merchant-${kind}`)!.id;
    const write = (account: bigint, amount: bigint) =>
      world.test.database.pool.query(
        'UPDATE ledger.balance SET balance = balance + $2 WHERE account_id = $1',
        [account, amount],
      );
    const outside = { constraint: 'balance_within_bounds' };
    await expect(write(id('pending'), -1n)).rejects.toMatchObject(outside);
    await expect(write(id('refunding'), -1n)).rejects.toMatchObject(outside);
    await expect(write(id('receivable'), -1_001n)).rejects.toMatchObject(outside);
    await expect(write(id('receivable'), 1n)).rejects.toMatchObject(outside);
    await expect(write(id('fee-receivable'), 1n)).rejects.toMatchObject(outside);
  });
});

test('core: a merchant names two hundred receivers of shares; those that it named go on, as do another merchant’s', async () => {
  const { payments } = world.platform;
  const of = (merchantId: bigint, number: number) =>
    payments.shareAccount({ merchantId, receiver: `2088${number}`, currency: 'CNY' });
  const merchantId = shop.merchant.id;
  const accounts = new Set<bigint>();
  for (let number = 0; number < 200; number++) accounts.add(await of(merchantId, number));
  expect(accounts.size).toBe(200);
  await expect(of(merchantId, 200)).rejects.toMatchObject({ code: 'receivers-too-many' });
  const other = (await world.shop('KR')).merchant.id;
  // One receiver is one account, whoever names it.
  expect(await of(merchantId, 7)).toBe(await of(other, 7));
  expect(accounts.has(await of(other, 200))).toBe(false);
});

describe('core 4: the tax on fees', () => {
  test('takes nothing of shares that belong to others, whichever currency they are in', async () => {
    await world.platform.settlement.changeTerms(shop.merchant.id, { taxBps: 1_000 });
    const order = { pricedIn: 'order', parts: { customs: 30_000n, carrier: 20_000n } } as const;
    const first = await world.pay(shop, 100_000n, { shares: order });
    expect(first.fee.amount).toBe(51_500n);
    await world.mover.advance(28 * hour);
    // A tenth of the fee of 1,500; nothing of the 50,000.
    expect((await batches())[0]).toMatchObject({ status: 'PAID', fees: -51_650n, net: 48_350n });
    // In yuan: half of what is paid is the carrier's, and the tax is the same.
    const second = await world.order(shop, 100_000n);
    const half = { pricedIn: 'payer', parts: { carrier: second.payerAmount.amount / 2n } } as const;
    const paid = await world.pay(shop, 100_000n, { shares: half });
    const share = paid.fee.amount - 1_500n;
    await world.platform.payments.refund({
      ...{ merchantId: paid.merchantId, paymentId: paid.id, requestId: 'half', inputHash: Buffer.from('1') },
      ...{ amount: { currency: 'KRW', amount: 10_000n }, reason: null, notifyUrl: null, metadata: null },
      ...{ funds: 'now', shares: [{ receiver: 'carrier', amount: second.payerAmount.amount / 10n }] },
    });
    await world.mover.advance(28 * hour);
    const back = (await world.platform.payments.refundsOf(paid.id))[0]!.feeReturned.amount;
    expect((await batches())[0]).toMatchObject({
      ...{ status: 'PAID', fees: -1_500n - share - 150n + back, gross: 90_000n },
    });
    const undone = await world.pay(shop, 100_000n, { shares: order });
    await world.platform.payments.cancel({ merchantId: undone.merchantId, paymentId: undone.id });
    await world.pay(shop, 1_000n);
    await world.mover.advance(28 * hour);
    // What was cancelled costs nothing, its tax included.
    expect((await batches())[0]).toMatchObject({ status: 'PAID', fees: -17n, gross: 1_000n });
    await proved();
  });
});

describe('what a settlement pays', () => {
  test('no more than stands there: what was refunded after the cut-off is carried into the next batch', async () => {
    const day = await world.pay(shop, 100_000n);
    // The cut-off passes while nothing runs; then a refund comes before the batch is closed.
    const clock = world.platform.clock as MovableClock;
    clock.set(new Date(clock.now().getTime() + 14 * hour));
    await world.refund(day, 40_000n);
    await world.mover.advance(24 * hour);
    const [open, paid] = await batches();
    // 98,500 were earned before the cut-off; 40,000 of them have gone back.
    expect(paid).toMatchObject({
      status: 'PAID',
      gross: 100_000n,
      adjustments: -40_000n,
      net: 58_500n,
      lines: 2n,
    });
    expect(open).toMatchObject({ status: 'OPEN', gross: -40_000n, adjustments: 40_000n, net: 0n, lines: 2n });
    expect(await stands()).toEqual({});
    await proved();
  });
});
