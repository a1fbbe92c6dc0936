// The settlement routes and files on the whole platform: the fixed endpoint, the three AMS reports, the classic
// gateway's two files, and what bad input is told.
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MerchantAccess } from '../../merchants/index.ts';
import { classicItems } from '../../settlement/index.ts';
import { settlementWorld } from '../../testing/settlement-world.ts';
import { classicLineOf } from '../classic-file.ts';
import { paymentIdToWire, refundIdToWire } from '../payment-ids.ts';
import { createServer } from '../server.ts';
import { settlementAdapter } from './index.ts';

let world: Awaited<ReturnType<typeof settlementWorld>>;
let app: Awaited<ReturnType<typeof createServer>>;
let shop: MerchantAccess;
const wire = { payment: '', refund: '' };

beforeAll(async () => {
  world = await settlementWorld('2014-11-11T02:00:00Z');
  shop = await world.shop('GB');
  const { database, settlement, merchants } = world.platform;
  app = await createServer({
    logger: pino({ level: 'silent' }),
    adapters: [
      settlementAdapter({ database, settlement, merchants, publicUrl: 'http://x', bank: world.bank }),
    ],
    healthy: async () => true,
  });
  const terms = { clientId: 'SHOP_1', accountName: 'Aldwyn, Ltd', accountNumber: 'GB123', fixedFee: '20' };
  const changed = await app.inject({ method: 'POST', url: '/sandbox/settlements/terms', payload: terms });
  expect(changed.json()).toMatchObject({ accountNumber: 'GB123', fixedFee: '20', cycleDays: 1 });
  const payment = await world.pay(shop, 45_000n, 'order,1');
  const refund = await world.refund(payment, 5_000n, 'refund-1');
  wire.payment = paymentIdToWire(payment);
  wire.refund = refundIdToWire(refund);
});
afterAll(async () => {
  await app?.close();
  await world?.close();
});

const get = async (url: string) => app.inject(url);
const classic = async (kind: 'compare' | 'liquidation') => {
  const period = { from: new Date('2014-11-10T16:00:00Z'), to: new Date('2014-11-13T16:00:00Z') };
  const text = await world.platform.database.snapshot(async (tx) => {
    const lines: string[] = [];
    for await (const page of classicItems(tx, { merchantId: shop.merchant.id, kind, ...period }))
      lines.push(...page.map(classicLineOf));
    return lines.join('');
  });
  return text.split('\r\n').map((line) => line.split('|'));
};

describe('before the cut-off', () => {
  test('the open batch is listed with its sums so far and no files', async () => {
    const { batches } = (await get('/sandbox/settlements?clientId=SHOP_1')).json();
    // GBP 450.00 less 50.00; fees 2 % of the rest, and 0.20 of the payment.
    expect(batches).toMatchObject([
      { status: 'OPEN', currency: 'GBP', gross: '40000', fees: '-820', net: '39180', count: 2, paidAt: null },
    ]);
    expect(batches[0].files).toEqual([]);
  });

  test('the classic compare file has both movements, not settled; the liquidation file is empty', async () => {
    expect(await classic('compare')).toMatchObject(
      [
        ['order,1', '450.00', 'GBP', /^201411111\d{5}$/, '', 'P', '9.20', 'P', ''],
        ['refund-1', '50.00', 'GBP', /^201411111\d{5}$/, '', 'R', '-1.00', 'P', ''],
        [''],
      ].map((row) => row.map((cell) => (cell instanceof RegExp ? expect.stringMatching(cell) : cell))),
    );
    expect(await classic('liquidation')).toEqual([['']]);
  });
});

describe('after the payout', () => {
  beforeAll(async () => {
    await world.mover.moveTo(new Date('2014-11-12T13:00:00Z'));
  });

  test('the batch is paid, and each file is where the list says', async () => {
    const { batches } = (await get('/sandbox/settlements?clientId=SHOP_1')).json();
    expect(batches).toMatchObject([{ status: 'PAID', net: '39180', count: 2, settlementDay: '2014-11-11' }]);
    const [{ batchId, files }] = batches;
    const [items, summary, transactions] = await Promise.all(
      files.map(async ({ url }: { url: string }) =>
        (await get(url.replace('http://x', ''))).body.split('\n'),
      ),
    );
    expect(files.map((file: { name: string }) => file.name)).toEqual([
      `settlementItems_GBP_${batchId}_000.csv`,
      `settlementSummary_GBP_${batchId}_000.csv`,
      'transactionItems_20141111_000.csv',
    ]);
    expect(items[1]).toContain(
      `${batchId},SHOP_1,TONGBAO,,SHOP_1,,${wire.payment},,"order,1",,,PAYMENT,ALIPAY_CN,,,,450.00,GBP,,,,440.80,GBP,`,
    );
    expect(items[2]).toContain(
      `,${wire.refund},${wire.payment},refund-1,"order,1",,REFUND,ALIPAY_CN,,,,-50.00,GBP,,,,-49.00,GBP,`,
    );
    expect(items[1]).toContain('-9.00,GBP,,,,,,,-0.20,GBP,0.00,GBP,0.00,GBP');
    expect(items.slice(3)).toEqual(['<END>', '']);
    expect(summary.slice(1).map((line: string) => line.replace(/,2014[^,]*/, ''))).toEqual([
      `${batchId},SHOP_1,TONGBAO,PAYMENT,1,440.80,GBP,-9.00,GBP,-0.20,GBP,0.00,GBP,0.00,GBP`,
      `${batchId},SHOP_1,TONGBAO,REFUND,1,-49.00,GBP,1.00,GBP,0.00,GBP,0.00,GBP,0.00,GBP`,
      `${batchId},SHOP_1,TONGBAO,TOTAL,2,391.80,GBP,-8.00,GBP,-0.20,GBP,0.00,GBP,0.00,GBP`,
      '<END>',
      '',
    ]);
    expect(transactions).toHaveLength(5);
  });

  test('what was in the compare file is in the liquidation file, with column 5 filled', async () => {
    const settled = await classic('liquidation');
    expect(settled).toEqual(await classic('compare'));
    expect(settled.slice(0, 2).map((row) => [row[4], row[7]])).toEqual([
      [expect.stringMatching(/^20141112\d{6}$/), 'L'],
      [expect.stringMatching(/^20141112\d{6}$/), 'L'],
    ]);
  });

  test('the bank’s statement of the day has the payout', async () => {
    const statement = await get('/sandbox/settlements/statement.xml?currency=GBP&day=2014-11-12');
    expect(statement.headers['content-type']).toMatch(/xml/);
    expect(statement.body).toContain('<Amt Ccy="GBP">391.80</Amt><CdtDbtInd>DBIT</CdtDbtInd>');
  });
});

test('bad input is told what is wrong', async () => {
  const error = async (url: string) => {
    const answer = await get(url);
    return [answer.statusCode, answer.json().error.code, answer.json().error.message];
  };
  expect(await error('/sandbox/settlements')).toEqual([
    400,
    'invalid-request',
    expect.stringContaining('clientId'),
  ]);
  expect(await error('/sandbox/settlements?clientId=NOBODY')).toEqual([
    404,
    'merchant-unknown',
    'NOBODY is not a merchant of this sandbox',
  ]);
  const folder = '/sandbox/settlements/files/v1/settlements/SHOP_1';
  expect(await error(`${folder}/20141111/settlementItems_GBP_1_000.csv`)).toEqual([
    404,
    'file-not-found',
    'there is no file settlementItems_GBP_1_000.csv of SHOP_1',
  ]);
  expect(await error(`${folder}/20141332/transactionItems_20141332_000.csv`)).toMatchObject([
    404,
    'file-not-found',
    expect.any(String),
  ]);
  const post = async (payload: object) =>
    (await app.inject({ method: 'POST', url: '/sandbox/settlements/terms', payload })).json().error.message;
  // What no bank could read in a pain.001 is refused here, not there.
  expect(await post({ clientId: 'SHOP_1', bankBic: 'tbsm' })).toMatch(/a BIC of 8 or 11 characters/);
  expect(await post({ clientId: 'SHOP_1', accountName: 'A\u0001' })).toMatch(/no control characters/);
  expect(await post({ clientId: 'SHOP_1', accountNumber: '계좌' })).toMatch(/printable ASCII/);
  expect(await post({ clientId: 'SHOP_1', cycleDays: 99 })).toBe(
    'cycleDays must be a whole number from 0 to 60',
  );
  expect(await post({ clientId: 'SHOP_1', cycle: 1 })).toContain('cycle');
});
