// A seeded month: December 2014, six shops in six currencies, one of which prices in four others, 20,000 payments, 1,500 refunds,
// holidays, a closed day, a reserve, a shop below zero and one below its minimum. Settled by the clock; every batch and file is recomputed
// from the payments alone by recompute.ts, to the unit.
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { money } from '@tongbao/money';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { audit, exportLines } from '../../platform/src/audit/index.ts';
import { verifyExport } from '../../platform/src/audit/verify.ts';
import { createServer } from '../../platform/src/http/server.ts';
import { settlementAdapter } from '../../platform/src/http/settlement/index.ts';
import { createLog } from '../../platform/src/log.ts';
import type { MerchantAccess } from '../../platform/src/merchants/index.ts';
import type { Payment } from '../../platform/src/payments/index.ts';
import { type SettlementWorld, settlementWorld } from '../../platform/src/testing/settlement-world.ts';
import { type Agreement, type Movement, minorOf, readReport, recompute } from './recompute.ts';

const paymentsInAll = 20_000;
const refundsInAll = 1_500;
const days = 31;
/** UTC hours at which people buy: on both sides of each shop's midnight and cut-off. */
const hours = [1, 7, 11, 15.5];
const until = new Date('2015-01-23T12:00:00Z');

const plain: Omit<Agreement, 'zoneHours' | 'closedDays'> = {
  cycleDays: 1,
  cutOffMinute: 1440,
  minPayout: 1n,
  fixedFee: 0n,
  refundFee: 0n,
  taxBps: 0n,
  reserveBps: 0n,
  reserveDays: 0,
};

const plan: Readonly<
  Record<
    string,
    {
      decimals: number;
      least: bigint;
      most: bigint;
      agreement: Agreement;
      /** Other currencies that it prices in, and how many of their minor units are about one of its own. */
      prices?: Readonly<Record<string, { decimals: number; worth: bigint }>>;
    }
  >
> = {
  KR: {
    decimals: 0,
    least: 1_000n,
    most: 90_000n,
    agreement: { ...plain, zoneHours: 9, closedDays: ['2014-12-25', '2015-01-01'] },
  },
  JP: {
    decimals: 0,
    least: 100n,
    most: 9_000n,
    agreement: {
      ...plain,
      zoneHours: 9,
      closedDays: ['2014-12-23', '2014-12-31', '2015-01-01', '2015-01-02', '2015-01-03', '2015-01-12'],
      cycleDays: 2,
      cutOffMinute: 18 * 60,
      fixedFee: 3n,
      refundFee: 11n,
      taxBps: 800n,
    },
  },
  GB: {
    decimals: 2,
    least: 100n,
    most: 9_900n,
    agreement: {
      ...plain,
      zoneHours: 0,
      closedDays: ['2014-12-25', '2014-12-26', '2015-01-01'],
      cycleDays: 3,
      minPayout: 1_500_000n,
    },
  },
  HK: {
    decimals: 2,
    least: 1_000n,
    most: 80_000n,
    agreement: {
      ...plain,
      zoneHours: 8,
      closedDays: ['2014-12-25', '2014-12-26', '2015-01-01'],
      reserveBps: 500n,
      reserveDays: 10,
    },
  },
  US: {
    decimals: 2,
    least: 50n,
    most: 30_000n,
    prices: {
      KRW: { decimals: 0, worth: 11n },
      JPY: { decimals: 0, worth: 1n },
      GBP: { decimals: 2, worth: 1n },
      HKD: { decimals: 2, worth: 8n },
    },
    agreement: {
      ...plain,
      zoneHours: -5,
      closedDays: ['2014-12-25', '2015-01-01', '2015-01-19'],
      cycleDays: 2,
      fixedFee: 10n,
      taxBps: 500n,
    },
  },
  // The tenth is the closed day: a typhoon that no calendar knew.
  TW: {
    decimals: 2,
    least: 10_000n,
    most: 300_000n,
    // Taiwan worked on Saturday 27 December instead of 2 January.
    agreement: {
      ...plain,
      zoneHours: 8,
      closedDays: ['2014-12-10', '2015-01-01', '2015-01-02'],
      workedDays: ['2014-12-27'],
    },
  },
};
const regions = Object.keys(plan);

interface Shop {
  readonly region: string;
  readonly access: MerchantAccess;
  readonly movements: Movement[];
  readonly payments: { payment: Payment; refunded: bigint; feeReturned: bigint }[];
}

let world: SettlementWorld;
let app: Awaited<ReturnType<typeof createServer>>;
const shops: Shop[] = [];

/** A small generator with a seed: the same month every time. */
let seed = 20_141_201;
function random(below: number): number {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % below;
}

beforeAll(async () => {
  world = await settlementWorld('2014-12-01T00:00:00Z');
  for (const region of regions) await openShop(region);
  await world.closeDay('TW', '2014-12-10');
  const { database, settlement, merchants } = world.platform;
  const adapter = settlementAdapter({ database, settlement, merchants, publicUrl: '', bank: world.bank });
  app = await createServer({
    logger: createLog('silent'),
    adapters: [adapter],
    healthy: async () => true,
  });
  const slots = days * hours.length;
  for (let slot = 0; slot < slots; slot++) {
    const day = Math.floor(slot / hours.length);
    const at = Date.parse('2014-12-01T00:00:00Z') + (day * 24 + hours[slot % hours.length]!) * 3_600_000;
    await world.mover.moveTo(new Date(at));
    await trade(share(paymentsInAll, slot, slots), share(refundsInAll, slot, slots), day);
  }
  await world.mover.moveTo(until);
}, 900_000);
afterAll(async () => {
  await app?.close();
  await world?.close();
});

const share = (all: number, slot: number, slots: number): number =>
  Math.floor((all * (slot + 1)) / slots) - Math.floor((all * slot) / slots);

async function openShop(region: string): Promise<void> {
  const access = await world.shop(region);
  const { agreement } = plan[region]!;
  await world.platform.settlement.changeTerms(access.merchant.id, {
    cycleDays: agreement.cycleDays,
    cutOffMinute: agreement.cutOffMinute,
    minPayout: agreement.minPayout,
    fixedFee: agreement.fixedFee,
    refundFee: agreement.refundFee,
    taxBps: Number(agreement.taxBps),
    reserveBps: Number(agreement.reserveBps),
    reserveDays: agreement.reserveDays,
    accountName: `Shop ${region}`,
    accountNumber: `${region}0001`,
    bankBic: `TBSM${region}${region}`,
  });
  // Taiwan's bad days are more than it has: it may owe, and the house's own money covers that.
  if (region === 'TW') await agreeDebt(access, 10n ** 10n);
  shops.push({ region, access, movements: [], payments: [] });
}

async function agreeDebt({ merchant, contract }: MerchantAccess, limit: bigint): Promise<void> {
  await world.platform.merchants.agreeDebtLimit(merchant.id, { amount: limit, agreedBy: 'test' });
  const own = money(contract.settlementCurrency, limit);
  const received = { reference: `OWN-${merchant.id}`, amount: own };
  await world.bank.receive(received);
  await world.platform.settlement.bookOwnFunds(received);
}

async function trade(payments: number, refunds: number, day: number): Promise<void> {
  // Taiwan has two bad days: nobody buys, and every refund is its own and whole.
  const bad = day === 7 || day === 8;
  await Promise.all(
    Array.from({ length: payments }, () => buy(shops[random(bad ? shops.length - 1 : shops.length)]!)),
  );
  const chosen = new Map<Payment, Promise<void>>();
  while (chosen.size < refunds) {
    const shop = bad ? shops.at(-1)! : shops[random(shops.length)]!;
    const bought = shop.payments[random(shop.payments.length)]!;
    if (chosen.has(bought.payment) || bought.refunded === bought.payment.amount.amount) continue;
    chosen.set(bought.payment, giveBack(shop, bought, bad));
  }
  await Promise.all(chosen.values());
}

async function buy(shop: Shop): Promise<void> {
  const { least, most, prices = {} } = plan[shop.region]!;
  const own = least + BigInt(random(Number(most - least)));
  const currencies = [null, ...Object.keys(prices)];
  const currency = currencies[random(currencies.length)]!;
  const payment = await (currency === null
    ? world.pay(shop.access, own)
    : world.pay(shop.access, own * prices[currency]!.worth, { currency }));
  const amount = currency === null ? own : worthOf(payment, prices[currency]!.decimals);
  expect(payment.settlementAmount.amount).toBe(amount);
  // The contract's fee, half-even: the shop's own arithmetic, compared with what was charged.
  const fee = halfEven(amount * BigInt(shop.access.contract.feeBps), 10_000n);
  expect(payment.fee.amount).toBe(fee);
  shop.payments.push({ payment, refunded: 0n, feeReturned: 0n });
  shop.movements.push({ kind: 'PAYMENT', requestId: payment.requestId, amount, fee, at: payment.paidAt! });
}

/** What a price comes to in cents at the rate that was locked with it. */
function worthOf({ amount, settlementQuote }: Payment, decimals: number): bigint {
  const { numerator, denominator } = settlementQuote!.price;
  return halfEven(amount.amount * numerator * 100n, denominator * 10n ** BigInt(decimals));
}

async function giveBack(shop: Shop, bought: Shop['payments'][number], whole: boolean): Promise<void> {
  const paid = bought.payment.amount.amount;
  const rest = paid - bought.refunded;
  const amount = whole || rest < 3n ? rest : 1n + BigInt(random(Number(rest)));
  const before = bought.refunded;
  bought.refunded += amount;
  const refund = await world.refund(bought.payment, amount);
  // Of what the shop got the cumulative share; where nothing is converted that is the amount.
  const gross = bought.payment.settlementAmount.amount;
  const taken = (part: bigint) => halfEven(gross * part, paid);
  const feeShare = (part: bigint) => halfEven(bought.payment.fee.amount * taken(part), gross);
  const fee = shop.access.contract.returnsFee ? feeShare(before + amount) - feeShare(before) : 0n;
  shop.movements.push({
    kind: 'REFUND',
    requestId: refund.requestId,
    amount: taken(before + amount) - taken(before),
    fee,
    at: refund.finishedAt!,
  });
}

function halfEven(numerator: bigint, denominator: bigint): bigint {
  const below = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  return twice > denominator || (twice === denominator && below % 2n === 1n) ? below + 1n : below;
}

/** What a row moved in the shop's own currency; where it was converted, the row's own rate says so. */
function movedOf(row: Record<string, string>, region: string): bigint {
  const { decimals, prices = {} } = plan[region]!;
  const price = prices[row.transactionCurrency!];
  if (price === undefined) {
    expect([row.convertedTransactionAmountValue, row.quotePrice]).toEqual(['', '']);
    return minorOf(row.transactionAmountValue!, decimals);
  }
  expect(row.quoteCurrencyPair).toBe(`${row.transactionCurrency}/${row.settlementCurrency}`);
  const moved = minorOf(row.convertedTransactionAmountValue!, decimals);
  if (row.transactionType !== 'PAYMENT') return moved;
  const [whole, digits = ''] = row.quotePrice!.split('.');
  const rate = BigInt(`${whole}${digits}`) * 100n;
  const amount = minorOf(row.transactionAmountValue!, price.decimals);
  expect(moved).toBe(halfEven(amount * rate, 10n ** BigInt(digits.length + price.decimals)));
  return moved;
}

interface ListedBatch {
  batchId: string;
  status: string;
  currency: string;
  gross: string;
  fees: string;
  adjustments: string;
  net: string;
  count: number;
  paidAt: string | null;
  settlementDay: string;
  rollOvers: number;
  files: { name: string; url: string }[];
}

async function batchesOf(shop: Shop): Promise<ListedBatch[]> {
  const url = `/sandbox/settlements?clientId=${shop.access.merchant.clientId}`;
  return ((await app.inject(url)).json() as { batches: ListedBatch[] }).batches.reverse();
}

test('the month was as large as it should be', () => {
  const all = shops.flatMap((shop) => shop.movements);
  expect(all.filter((movement) => movement.kind === 'PAYMENT')).toHaveLength(paymentsInAll);
  expect(all.filter((movement) => movement.kind === 'REFUND')).toHaveLength(refundsInAll);
});

describe.each(regions)('the shop in %s', (region) => {
  const shopOf = () => shops.find((shop) => shop.region === region)!;

  test('has exactly the batches that its payments lead to', async () => {
    const shop = shopOf();
    const expected = recompute(shop.movements, plan[region]!.agreement, until);
    const listed = await batchesOf(shop);
    const closed = listed.filter((batch) => batch.status !== 'OPEN');
    expect(closed.map((batch) => ({ ...batch, files: undefined }))).toMatchObject(
      expected.closed.map((batch) => ({
        status: 'PAID',
        settlementDay: batch.day,
        gross: `${batch.gross}`,
        fees: `${batch.fees}`,
        adjustments: `${batch.adjustments}`,
        net: `${batch.net}`,
        count: batch.lines,
        rollOvers: batch.rollOvers,
      })),
    );
    const paidDays = closed.map((batch) => batch.paidAt!.slice(0, 10));
    expect(paidDays).toEqual(expected.closed.map((batch) => batch.payDay));
    const open = listed.filter((batch) => batch.status === 'OPEN');
    expect(open.reduce((all, batch) => all + BigInt(batch.net), 0n)).toBe(expected.open);
  });

  test('has files whose rows and totals are the payments, to the unit', async () => {
    const shop = shopOf();
    const { decimals, agreement } = plan[region]!;
    const expected = recompute(shop.movements, agreement, until);
    const closed = (await batchesOf(shop)).filter((batch) => batch.status !== 'OPEN');
    for (const [index, batch] of closed.entries()) {
      const wanted = expected.closed[index]!;
      const [items, summary] = await Promise.all(
        batch.files.slice(0, 2).map(async ({ url }) => readReport((await app.inject(url)).body)),
      );
      const minor = (row: Record<string, string>, column: string) => minorOf(row[column] ?? '', decimals);
      let gross = 0n;
      let net = 0n;
      for (const row of items!) {
        const fees = Object.entries(row)
          .filter(([name]) => /Fee(AmountValue)?$/.test(name) && !name.endsWith('Currency'))
          .reduce((all, [, value]) => all + minorOf(value, decimals), 0n);
        const moved = movedOf(row, region);
        const settled = minor(row, 'settlementAmountValue');
        if (row.transactionType !== 'RESERVE' && row.transactionType !== 'RESERVE_RELEASED')
          expect(settled).toBe(moved + fees);
        gross += moved;
        net += settled;
      }
      expect({ gross, net, lines: items!.length }).toEqual({
        gross: wanted.gross,
        net: wanted.net,
        lines: wanted.lines,
      });
      expect(items!.flatMap((row) => row.transactionRequestId || []).sort()).toEqual(wanted.requestIds);
      expect(items!.every((row) => row.settlementBatchId === batch.batchId)).toBe(true);
      const total = summary!.at(-1)!;
      expect(total.summaryType).toBe('TOTAL');
      expect(minor(total, 'settlementAmountValue')).toBe(wanted.net);
      const parts = summary!.slice(0, -1);
      expect(parts.reduce((all, row) => all + minor(row, 'settlementAmountValue'), 0n)).toBe(wanted.net);
      expect(parts.reduce((all, row) => all + BigInt(row.count!), 0n)).toBe(BigInt(wanted.lines));
    }
  });
});

test('the month had what it was made for', async () => {
  const of = async (region: string) => batchesOf(shops.find((shop) => shop.region === region)!);
  const [gb, hk, tw] = [await of('GB'), await of('HK'), await of('TW')];
  expect(gb.some((batch) => batch.rollOvers > 0)).toBe(true);
  expect(hk.some((batch) => BigInt(batch.adjustments) < 0n)).toBe(true);
  expect(tw.some((batch) => batch.rollOvers > 0)).toBe(true);
  expect(tw.every((batch) => batch.settlementDay !== '2014-12-10')).toBe(true);
});

test('all proofs hold, and the export verifies without the server', async () => {
  await world.platform.auditLog.sealAll();
  const report = await audit(world.platform.audit);
  expect(report.proofs.filter((proof) => !proof.ok)).toEqual([]);
  const lines: string[] = [];
  await exportLines({ database: world.platform.database, exportedAt: until }, async (line) => {
    lines.push(line);
  });
  const read = (text: string[]) =>
    createInterface({ input: Readable.from(text.map((line) => `${line}\n`)), crlfDelay: Infinity });
  expect((await verifyExport(read(lines))).findings).toEqual([]);
  // One unit moved from one line to nowhere, and a line that is gone.
  const at = lines.findIndex((line) => line.startsWith('{"type":"line"') && line.includes('"PAYMENT"'));
  const tampered = [...lines];
  tampered[at] = lines[at]!.replace(/"gross":"(\d+)"/, (_all, gross) => `"gross":"${BigInt(gross) + 1n}"`);
  expect((await verifyExport(read(tampered))).findings.join()).toMatch(/its lines come to/);
  const dealt = lines.findIndex((line) => line.startsWith('{"type":"deal"'));
  const bought = [...lines];
  bought[dealt] = lines[dealt]!.replace(/"bought":"(-?\d+)"/, '"bought":"1"');
  expect((await verifyExport(read(bought))).findings.join()).toMatch(/does not post what was exchanged/);
  const rated = [...lines];
  rated[dealt] = lines[dealt]!.replace(/"rate":"/, '"rate":"1');
  expect((await verifyExport(read(rated))).findings.join()).toMatch(/at its rate it is worth/);
  const missing = lines.filter((_line, index) => index !== at);
  expect((await verifyExport(read(missing))).findings.join()).toMatch(/its lines come to/);
}, 180_000);
