// Conversions at the end of the day: pure laws by generators, and one day on a real PostgreSQL with the banks' books.
import { parseRate } from '@tongbao/money';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { audit } from '../audit/index.ts';
import { freechangeSource } from '../fx/index.ts';
import { settlementWorld } from '../testing/settlement-world.ts';
import { decideDeals } from './treasury.ts';

const rates = new Map([
  ['KRW', parseRate('KRW', 'CNY', '0.005658')],
  ['JPY', parseRate('JPY', 'CNY', '0.053')],
  ['GBP', parseRate('GBP', 'CNY', '9.7111')],
]);

const amount = fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n });

describe('deals', () => {
  test('close every position, and all that was collected is cost or gain', () => {
    fc.assert(
      fc.property(amount, amount, amount, amount, (cny, krw, jpy, gbp) => {
        const positions = [
          { currency: 'CNY', amount: cny },
          { currency: 'KRW', amount: krw },
          { currency: 'JPY', amount: jpy },
          { currency: 'GBP', amount: gbp },
        ];
        const deals = decideDeals(positions, rates);
        for (const { currency, amount: open } of positions.slice(1))
          expect(deals.find((deal) => deal.currency === currency)?.bought ?? 0n).toBe(-open);
        for (const deal of deals) expect(deal.collected - deal.cost).toBe(deal.gain);
        const collected = deals.reduce((all, deal) => all + deal.collected, 0n);
        if (deals.some((deal) => deal.cost !== 0n)) expect(collected).toBe(cny);
      }),
    );
  });

  test('nothing is realised while a position has no rate', () => {
    const positions = [
      { currency: 'CNY', amount: 1_000n },
      { currency: 'KRW', amount: -100_000n },
      { currency: 'TWD', amount: -5_000n },
    ];
    expect(decideDeals(positions, rates)).toEqual([
      { currency: 'KRW', bought: 100_000n, cost: 56_580n, collected: 56_580n, gain: 0n },
    ]);
  });
});

describe('a day', () => {
  let world: Awaited<ReturnType<typeof settlementWorld>>;
  beforeAll(async () => {
    world = await settlementWorld('2014-11-11T02:00:00Z');
  });
  afterAll(() => world.close());

  test('ends with no open position, the money at the settlement bank, and every proof green', async () => {
    const [korea, britain] = [await world.shop('KR'), await world.shop('GB')];
    await world.pay(korea, 1_000_000n);
    await world.pay(britain, 45_000n);
    const before = await world.platform.settlement.treasury(10);
    expect(before.positions).toMatchObject([
      { currency: 'CNY' },
      { currency: 'GBP', amount: -45_000n },
      { currency: 'KRW', amount: -1_000_000n },
    ]);
    await world.mover.moveTo(new Date('2014-11-11T17:00:00Z'));
    const { positions, deals } = await world.platform.settlement.treasury(10);
    expect(positions.every((position) => position.amount === 0n)).toBe(true);
    expect(deals).toMatchObject([
      { day: '2014-11-11', currency: 'GBP', bought: 45_000n },
      { day: '2014-11-11', currency: 'KRW', bought: 1_000_000n },
    ]);
    const collected = deals.reduce((all, deal) => all + deal.collected, 0n);
    expect(collected).toBe(before.positions[0]!.amount);
    const report = await audit(world.platform.audit);
    expect(report.proofs.filter((proof) => !proof.ok)).toEqual([]);
    // A refund on the day after is sold back at that day's rate.
    await world.refund(await world.pay(korea, 50_000n), 50_000n);
    await world.mover.moveTo(new Date('2014-11-12T17:00:00Z'));
    expect((await audit(world.platform.audit)).ok).toBe(true);
  });

  test('a deal whose answer was lost is booked once', async () => {
    const shop = await world.shop('JP');
    const { exchange } = world.bank;
    let lost = 1;
    Object.assign(world.bank, {
      async exchange(deal: Parameters<typeof exchange>[0]) {
        await exchange(deal);
        lost -= 1;
        if (lost >= 0) throw new Error('connection lost');
      },
    });
    await world.pay(shop, 7_000n);
    const days = (await world.platform.settlement.treasury(50)).deals.length;
    await world.mover.moveTo(new Date('2014-11-13T16:00:30Z'));
    // The bank has done it, our books do not know yet: the proof counts it as on its way.
    expect((await audit(world.platform.audit)).ok).toBe(true);
    await world.mover.moveTo(new Date('2014-11-13T18:00:00Z'));
    const { deals, positions } = await world.platform.settlement.treasury(50);
    expect(deals).toHaveLength(days + 1);
    expect(positions.every((position) => position.amount === 0n)).toBe(true);
    expect((await audit(world.platform.audit)).ok).toBe(true);
  });

  test('a conversion that states another rate, cost or gain than it was made at is found', async () => {
    const { pool } = world.test.owner;
    const [deal] = (await world.platform.settlement.treasury(1)).deals;
    const faultAfter = async (change: string) => {
      await pool.query(`UPDATE settlement.deal SET ${change} WHERE id = $1`, [deal!.id]);
      const { proofs } = await audit(world.platform.audit);
      const found = proofs.find(({ name }) => name === 'conversions-are-worth-their-rate')!;
      await pool.query('UPDATE settlement.deal SET rate = $2, cost = $3, gain = $4 WHERE id = $1', [
        deal!.id,
        deal!.rate,
        deal!.cost.toString(),
        deal!.gain.toString(),
      ]);
      return found.ok ? '' : found.detail;
    };
    expect(await faultAfter("rate = '0.0535'")).toMatch(/7000 JPY at 0.0535 are 37450 CNY, it states/);
    expect(await faultAfter('cost = cost + 1, gain = gain - 1')).toMatch(/it states/);
    expect(await faultAfter('day = day')).toBe('');
    await pool.query('UPDATE settlement.deal SET entry_id = entry_id + 1 WHERE id = $1', [deal!.id]);
    expect(JSON.stringify((await audit(world.platform.audit)).proofs)).toMatch(
      /does not post what was exchanged/,
    );
    await pool.query('UPDATE settlement.deal SET entry_id = entry_id - 1 WHERE id = $1', [deal!.id]);
    expect((await audit(world.platform.audit)).ok).toBe(true);
  });
});

test('a day without any rate closes nothing and holds nothing up; the next day closes its positions', async () => {
  const published = freechangeSource();
  let isAway = false;
  const world = await settlementWorld('2014-11-11T02:00:00Z', {
    name: published.name,
    ratesUpTo: (day, days) =>
      isAway
        ? Promise.reject(new Error('the rate source cannot be reached'))
        : published.ratesUpTo(day, days),
  });
  try {
    const korea = await world.shop('KR');
    const payment = await world.pay(korea, 1_000_000n);
    await world.mover.moveTo(new Date('2014-11-11T17:00:00Z'));
    isAway = true;
    // What was stored stands in for days; in the end it is too old. A refund needs no rate but its payment's own.
    await world.mover.moveTo(new Date('2014-11-20T02:00:00Z'));
    await world.agreeDebt(korea, 50_000n);
    await world.refund(payment, 50_000n);
    const before = (await world.platform.settlement.treasury(10)).deals.length;
    await world.mover.moveTo(new Date('2014-11-20T17:00:00Z'));
    expect((await world.platform.settlement.treasury(10)).deals).toHaveLength(before);
    isAway = false;
    await world.mover.moveTo(new Date('2014-11-21T17:00:00Z'));
    const { positions, deals } = await world.platform.settlement.treasury(10);
    expect(deals[0]).toMatchObject({ day: '2014-11-21', currency: 'KRW', bought: -50_000n });
    expect(positions.every((position) => position.amount === 0n)).toBe(true);
    expect((await audit(world.platform.audit)).ok).toBe(true);
  } finally {
    await world.close();
  }
});

describe('a clock that is turned back', () => {
  let world: Awaited<ReturnType<typeof settlementWorld>>;
  afterAll(() => world?.close());

  test('core 5: over a treasury day, again and again: every later move works, and every proof holds', async () => {
    world = await settlementWorld('2014-11-11T02:00:00Z');
    const { mover, platform } = world;
    const shop = await world.shop('KR');
    for (let time = 1; time <= 3; time++) {
      await world.pay(shop, 59_000n);
      await mover.moveTo(new Date('2014-11-14T02:00:00Z'));
      await world.pay(shop, 9_000n);
      await mover.moveTo(new Date('2014-11-11T02:00:00Z'));
    }
    await mover.moveTo(new Date('2014-11-20T02:00:00Z'));
    const { positions, deals } = await platform.settlement.treasury(100);
    expect(positions.every(({ amount }) => amount === 0n)).toBe(true);
    expect(deals.every((deal) => deal.entry_id !== 0n)).toBe(true);
    expect(
      deals.filter(({ day, currency }) => day === '2014-11-11' && currency === 'KRW').length,
    ).toBeGreaterThan(1);
    expect((await audit(platform.audit)).proofs.filter((proof) => !proof.ok)).toEqual([]);
  });
});
