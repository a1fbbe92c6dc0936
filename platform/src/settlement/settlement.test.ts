// Settlement on a real PostgreSQL, with the whole platform around it and the clock that walks every timer.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { audit } from '../audit/index.ts';
import type { MerchantAccess } from '../merchants/index.ts';
import { settlementWorld } from '../testing/settlement-world.ts';
import { newestBatches } from './index.ts';

let world: Awaited<ReturnType<typeof settlementWorld>>;
let shop: MerchantAccess;

const hour = 3_600_000;
const account = { accountName: 'Hanbit', accountNumber: 'KR123456', bankBic: 'TBSMKRKR' };

const batches = () =>
  world.platform.settlement.batchesOf({ merchantId: shop.merchant.id, before: newestBatches, limit: 50 });

async function proved(): Promise<void> {
  const report = await audit(world.platform.audit);
  expect(report.proofs.filter((proof) => !proof.ok)).toEqual([]);
}

beforeEach(async () => {
  // A Tuesday, eleven in the morning in Seoul.
  world = await settlementWorld('2014-11-11T02:00:00Z');
  shop = await world.shop('KR');
  await world.platform.settlement.changeTerms(shop.merchant.id, account);
});
afterEach(() => world.close());

describe('a day of payments', () => {
  test('is closed at midnight and paid on the next working day in the morning', async () => {
    await world.pay(shop, 59_000n);
    const refunded = await world.pay(shop, 10_000n);
    await world.refund(refunded, 4_000n);
    await world.platform.settlement.takeIn();
    expect(await batches()).toMatchObject([
      { status: 'OPEN', lines: 3n, gross: 65_000n, fees: -1_035n, net: 63_965n, settlementDay: '2014-11-11' },
    ]);
    await world.mover.advance(14 * hour);
    expect(await batches()).toMatchObject([{ status: 'CLOSED', net: 63_965n, lines: 3n }]);
    await proved();
    await world.mover.advance(10 * hour);
    // Told to pay on 12 November at ten, by the bank at work for two hours.
    expect((await batches())[0]).toMatchObject({ status: 'IN_TRANSIT', payouts: [{ attempt: 1 }] });
    await proved();
    await world.mover.advance(3 * hour);
    const [paid] = await batches();
    expect(paid).toMatchObject({
      status: 'PAID',
      net: 63_965n,
      payouts: [{ status: 'paid', amount: 63_965n }],
    });
    expect(paid!.paidAt!.toISOString()).toMatch(/^2014-11-12T03:/);
    await proved();
  });
});

describe('what changes a batch', () => {
  test('a rejected payout is payable again, and leaves once more when the account is corrected', async () => {
    await world.bank.setPayee({ account: 'KR123456', behaviour: 'reject', reason: 'AC04', delayMs: 0n });
    await world.pay(shop, 59_000n);
    await world.mover.advance(28 * hour);
    expect(await batches()).toMatchObject([
      { status: 'REJECTED', refusal: 'AC04', payouts: [{ status: 'rejected', reason: 'AC04' }] },
    ]);
    await proved();
    await world.mover.advance(72 * hour);
    expect((await batches())[0]).toMatchObject({ status: 'REJECTED', attempts: 1 });
    await world.platform.settlement.changeTerms(shop.merchant.id, { accountNumber: 'KR777' });
    await world.mover.advance(3 * hour);
    expect(await batches()).toMatchObject([
      { status: 'PAID', payouts: [{ status: 'rejected' }, { status: 'paid', attempt: 2 }] },
    ]);
    await proved();
  });

  test('a batch below zero stays open until later payments make up for it', async () => {
    await world.agreeDebt(shop, 60_000n);
    const payment = await world.pay(shop, 59_000n);
    await world.mover.advance(28 * hour);
    await world.refund(payment, 59_000n);
    await world.mover.advance(48 * hour);
    const [open, paid] = await batches();
    expect(paid).toMatchObject({ status: 'PAID', net: 58_115n });
    expect(open).toMatchObject({ status: 'OPEN', net: -59_000n, settlementDay: '2014-11-14', rollOvers: 2 });
    await proved();
    await world.pay(shop, 100_000n);
    await world.mover.advance(96 * hour);
    expect((await batches())[0]).toMatchObject({ status: 'PAID', gross: 41_000n, net: 39_500n, lines: 2n });
    await proved();
  });

  test('fees, tax and reserve are lines and accounts of their own; the reserve comes back', async () => {
    await world.platform.settlement.changeTerms(shop.merchant.id, {
      fixedFee: 30n,
      refundFee: 20n,
      taxBps: 1_000,
      reserveBps: 500,
      reserveDays: 10,
    });
    const payment = await world.pay(shop, 10_000n);
    await world.refund(payment, 1_000n);
    await world.platform.payments.cancel({
      merchantId: shop.merchant.id,
      paymentId: (await world.pay(shop, 7_000n)).id,
    });
    await world.mover.advance(28 * hour);
    // 150 + 30 of the payment, 20 of the refund, and a tenth of each; what was cancelled costs nothing.
    expect(await batches()).toMatchObject([
      { status: 'PAID', gross: 9_000n, fees: -220n, adjustments: -439n, net: 8_341n, lines: 5n },
    ]);
    await proved();
    await world.mover.advance(10 * 24 * hour);
    expect((await batches())[0]).toMatchObject({ gross: 0n, fees: 0n, adjustments: 439n, lines: 1n });
    await world.mover.advance(10 * 24 * hour);
    expect((await batches())[0]).toMatchObject({ status: 'PAID', net: 439n, adjustments: 439n });
    await proved();
  });

  test('weekends, holidays and closed days are no days of settlement', async () => {
    await world.closeDay('KR', '2014-11-17');
    await world.mover.moveTo(new Date('2014-11-14T02:00:00Z'));
    await world.pay(shop, 59_000n);
    await world.mover.moveTo(new Date('2014-11-16T02:00:00Z'));
    await world.pay(shop, 10_000n);
    await world.mover.moveTo(new Date('2014-11-21T02:00:00Z'));
    expect(await batches()).toMatchObject([
      { status: 'PAID', settlementDay: '2014-11-18', gross: 10_000n },
      { status: 'PAID', settlementDay: '2014-11-14', gross: 59_000n },
    ]);
    expect((await batches())[1]!.paidAt!.toISOString()).toMatch(/^2014-11-18T03:/);
  });
});

describe('what must never happen', () => {
  test('an item whose transaction commits after the cut-off is in the next batch, once', async () => {
    const late = await world.platform.payments.create({
      ...(await order()),
      merchantId: shop.merchant.id,
    });
    // The event carries an instant before the cut-off and is committed after it.
    const client = await world.test.database.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query('SELECT pg_current_xact_id()');
      const happened = world.platform.clock.now();
      await world.pay(shop, 5_000n);
      await world.mover.advance(28 * hour);
      expect(await batches()).toMatchObject([{ status: 'PAID', gross: 5_000n }]);
      await client.query(
        `UPDATE payments.payment SET status = 'paid', paid_at = $2, events = 3 WHERE id = $1`,
        [late.payment.id.toString(), happened],
      );
      await client.query(
        `INSERT INTO payments.event (payment_id, sequence, kind, occurred_at, entry_id, refund_id)
         VALUES ($1, 3, 'paid', $2, 1, 0)`,
        [late.payment.id.toString(), happened],
      );
      await client.query('COMMIT');
    } finally {
      client.release();
    }
    await world.pay(shop, 7_000n);
    for (let again = 0; again < 3; again++) await world.platform.settlement.takeIn();
    expect((await batches())[0]).toMatchObject({ status: 'OPEN', lines: 2n, gross: 16_000n });
  });

  test('two processes that close, pay and read at once do it once', async () => {
    for (const amount of [1_000n, 2_000n, 3_000n]) await world.pay(shop, amount);
    const { timers, clock } = world.platform;
    const settlement = timers.filter((timer) => timer.name.startsWith('settlement'));
    for (const days of [1, 2]) {
      await world.mover.advance(0);
      const at = new Date(clock.now().getTime() + days * 24 * hour);
      for (let round = 0; round < 6; round++)
        await Promise.all([...settlement, ...settlement].map((timer) => timer.run(at)));
    }
    expect(await batches()).toMatchObject([{ status: 'PAID', gross: 6_000n, attempts: 1, payouts: [{}] }]);
    await proved();
  });

  test('a bank that cannot be reached gets the same message again', async () => {
    const { submit } = world.bank;
    const asked: string[] = [];
    let refuse = 2;
    // The bank does what it was asked, and its answer is lost.
    Object.assign(world.bank, {
      async submit(message: Parameters<typeof submit>[0]) {
        asked.push(message.messageId);
        await submit(message);
        refuse -= 1;
        if (refuse >= 0) throw new Error('connection lost');
      },
    });
    await world.pay(shop, 59_000n);
    await world.mover.advance(28 * hour);
    expect(asked).toHaveLength(3);
    expect(new Set(asked).size).toBe(1);
    expect(await batches()).toMatchObject([{ status: 'PAID', attempts: 1 }]);
    await proved();
  });

  test('terms outside their limits are refused with the field', async () => {
    const { settlement } = world.platform;
    await expect(settlement.changeTerms(shop.merchant.id, { taxBps: 9_000 })).rejects.toThrow(
      'taxBps must be a whole number from 0 to 5000',
    );
    await expect(settlement.changeTerms(shop.merchant.id, { reserveBps: 100 })).rejects.toThrow(
      'reserveDays',
    );
    await expect(settlement.changeTerms(shop.merchant.id, { bankBic: 'nope' })).rejects.toThrow(
      'bankBic is not a BIC',
    );
  });
});

async function order() {
  const { money } = await import('@tongbao/money');
  return {
    requestId: 'late',
    inputHash: Buffer.from('late'),
    amount: money('KRW', 9_000n),
    payerCurrency: 'CNY',
    settlementCurrency: null,
    quoteId: null,
    expiresAt: null,
    lifetimeMs: 14 * 60_000,
    order: {
      reference: null,
      description: 'Late',
      merchantName: null,
      goods: [],
      redirectUrl: 'https://mall.example/return',
      notifyUrl: null,
      metadata: null,
      channel: 'ams-pay' as const,
      channelData: {},
    },
  };
}

test('four hundred days with a debt that rolls over, a reserve and a rejected payout end with every proof green', async () => {
  await world.agreeDebt(shop, 500_000n);
  await world.platform.settlement.changeTerms(shop.merchant.id, { reserveBps: 1_000, reserveDays: 90 });
  const rejected = await world.shop('JP');
  await world.platform.settlement.changeTerms(rejected.merchant.id, {
    accountName: 'Closed',
    accountNumber: 'JP404',
  });
  await world.bank.setPayee({ account: 'JP404', behaviour: 'reject', reason: 'AC04', delayMs: 0n });
  const payment = await world.pay(shop, 500_000n);
  await world.pay(rejected, 6_800n);
  await world.mover.advance(48 * hour);
  await world.refund(payment, 500_000n);
  await world.mover.advance(400 * 24 * hour);
  const [open, paid] = await batches();
  expect(paid).toMatchObject({ status: 'PAID', net: 443_250n, adjustments: -49_250n });
  // The reserve came back and made up for a tenth of what is owed.
  expect(open).toMatchObject({ status: 'OPEN', net: -450_750n });
  expect(open!.rollOvers).toBeGreaterThan(260);
  await proved();
});
