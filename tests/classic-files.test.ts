// The rest of the reference's checklist (section 10): files, declarations, the registry, orders paid in a shop.
import type { AuditAnswer } from '@tongbao/protocol/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { classicOrders } from './classic-orders.ts';
import { type ClassicShop, classicShop, shopperOf } from './classic-shop.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';

let sandbox: Sandbox;
let shop: ClassicShop;
let yenShop: ClassicShop;
let shopper: Awaited<ReturnType<typeof shopperOf>>;

beforeAll(async () => {
  sandbox = await startSandbox();
  shop = classicShop(sandbox, 0);
  yenShop = classicShop(sandbox, 1);
  const { phone, pin } = sandbox.credentials.customers[0]!;
  shopper = await shopperOf(sandbox, phone, pin);
});

afterAll(async () => {
  const audit = await sandbox.get<AuditAnswer>('/audit.json');
  await sandbox?.stop();
  expect(audit.proofs.filter((proof) => !proof.ok)).toEqual([]);
});

const { next, orderOf, query, advance, announced, paid, refund } = classicOrders(() => ({ sandbox, shop }));

describe('files', () => {
  const dayFromNow = async (days: number) => {
    const { now } = await sandbox.get<{ now: string }>('/sandbox/clock');
    return new Date(Date.parse(now) + 8 * 3_600_000 + days * 86_400_000)
      .toISOString()
      .slice(0, 10)
      .replaceAll('-', '');
  };
  const file = async (service: string, start: number, end: number) =>
    (await shop.call({ service, start_date: await dayFromNow(start), end_date: await dayFromNow(end) })).text;

  test('row 20: rates: bar lines without a line end after the last; the 101st call of a day is refused', async () => {
    const { text } = await yenShop.call({ service: 'forex_rate_file' });
    for (const line of text.split('\n'))
      expect(line).toMatch(/^\d{8}\|(090530|100030)\|[A-Z]{3}\|\d+\.\d{6}$/);
    expect(text.split('\n').some((line) => line.includes('|KRW|0.00'))).toBe(true);
    const linesAt = async (hour: string) => {
      const { now } = await sandbox.get<{ now: string }>('/sandbox/clock');
      const local = new Date(Date.parse(now) + 8 * 3_600_000).toISOString().slice(0, 10);
      const day = new Date(Date.parse(`${local}T${hour}+08:00`) + 86_400_000).toISOString();
      await sandbox.post('/sandbox/clock', { set: day });
      const dated = (await yenShop.call({ service: 'forex_rate_file' })).text.split('\n');
      const today = new Date(Date.parse(day) + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '');
      return new Map(dated.map((line) => [line.split('|')[2], line.startsWith(today)]));
    };
    // Before nine yesterday's rates stand; at half past nine the dollar is out; after ten all are.
    expect([...(await linesAt('08:59:00')).values()]).not.toContain(true);
    const halfPastNine = await linesAt('09:30:00');
    expect([halfPastNine.get('USD'), halfPastNine.get('KRW')]).toEqual([true, false]);
    expect([...(await linesAt('10:30:00')).values()]).not.toContain(false);
    for (let call = 2; call <= 100; call++) await yenShop.call({ service: 'forex_rate_file' });
    expect((await yenShop.call({ service: 'forex_rate_file' })).xml.isSuccess).toBe(false);
  });

  test('row 21: transactions: ten days, and the refusals in the file’s own words', async () => {
    const { number } = await paid();
    await refund(number, { return_amount: '1000' });
    const failed = 'File download failed:';
    expect(await file('forex_compare_file', -3, 0)).toBe(`${failed}Finish date not ahead of today`);
    await advance('P1D');
    const text = await file('forex_compare_file', -10, -1);
    const lines = text.split('\r\n').map((line) => line.split('|'));
    const [payment] = lines.filter(([id]) => id === number);
    expect(payment).toHaveLength(9);
    expect(payment).toMatchObject([
      number,
      '59000',
      'KRW',
      expect.stringMatching(/^\d{14}$/),
      '',
      'P',
      '885',
      'P',
      '',
    ]);
    expect(lines.some((line) => line[5] === 'R' && line[1] === '1000' && line[8] === 'size')).toBe(true);
    expect(await file('forex_compare_file', -11, -1)).toBe(`${failed}Over 10 days to Date period`);
    expect(await file('forex_compare_file', -1, -3)).toBe(`${failed}Finish date ahead of begin date`);
    const wrong = await shop.call({
      service: 'forex_compare_file',
      start_date: '2014-11-11',
      end_date: '20141112',
    });
    expect(wrong.text).toBe(`${failed}Date format incorrect YYYYMMDD`);
    const never = await shop.call({
      service: 'forex_compare_file',
      start_date: '20140101',
      end_date: '20140102',
    });
    expect(never.text).toBe(`${failed}No balance account data in the period`);
  });

  test('row 22: a row moves to the liquidation file, with column 5 filled and status L', async () => {
    const { number } = await paid();
    const back = next('R');
    await refund(number, { out_return_no: back, return_amount: '9000' });
    await advance('P1D');
    const rowsOf = async (service: string, start: number, end: number) =>
      (await file(service, start, end)).split('\r\n').map((line) => line.split('|'));
    const ours = (rows: string[][]) => rows.filter(([id]) => id === number || id === back);
    const before = ours(await rowsOf('forex_compare_file', -1, -1));
    expect(before.map((row) => [row[4], row[7]])).toEqual([
      ['', 'P'],
      ['', 'P'],
    ]);
    expect(ours(await rowsOf('forex_liquidation_file', -1, -1))).toEqual([]);

    await advance('P8D');
    const settled = ours(await rowsOf('forex_liquidation_file', -9, -1));
    const time = expect.stringMatching(/^\d{14}$/);
    expect(settled).toEqual([
      [number, '59000', 'KRW', time, time, 'P', '885', 'L', ''],
      [back, '9000', 'KRW', time, time, 'R', expect.stringMatching(/^-?\d+$/), 'L', 'size'],
    ]);
    expect(ours(await rowsOf('forex_compare_file', -10, -1))).toEqual(settled);
    // All rows of a payout add up to what the bank paid.
    const { batches } = await sandbox.get<{ batches: { status: string; net: string }[] }>(
      `/sandbox/settlements?clientId=${sandbox.credentials.merchants[0]!.clientId}`,
    );
    const paidOut = batches.filter((batch) => batch.status === 'PAID');
    const rows = await rowsOf('forex_liquidation_file', -10, -1);
    const sum = rows.reduce(
      (net, row) => net + (row[5] === 'P' ? BigInt(row[1]!) : -BigInt(row[1]!)) - BigInt(row[6]!),
      0n,
    );
    expect(paidOut.length).toBeGreaterThan(0);
    expect(sum).toBe(paidOut.reduce((net, batch) => net + BigInt(batch.net), 0n));
  });

  test('refunds take what is not settled: short of it, at once is refused, later waits until there is enough', async () => {
    const { number } = await paid();
    await advance('P8D');
    const short = await refund(number, { return_amount: '1000', is_sync: 'Y' });
    expect(short.xml).toMatchObject({ isSuccess: false, error: 'MERCHANT_BALANCE_NOT_ENOUGH' });
    expect((await refund(number, { return_amount: '59000' })).xml.isSuccess).toBe(true);
    const refunded = async () => (await query(number)).xml.leaves.refund_fee ?? '';
    await advance('PT7H');
    expect(await refunded()).toBe('');
    await paid();
    await paid();
    expect(await refunded()).toBe('');
    await advance('PT6H');
    expect(await refunded()).toBe((await query(number)).xml.leaves.total_fee);
  });

  test('a refund that finds no funds for 180 days has failed, and can be asked for again', async () => {
    const { number } = await paid();
    await advance('P8D');
    expect((await refund(number, { return_amount: '59000' })).xml.isSuccess).toBe(true);
    expect((await refund(number, { return_amount: '59000' })).xml.error).toBe('RETURN_AMOUNT_EXCEED');
    await advance('P181D');
    expect((await query(number)).xml.leaves.refund_fee ?? '').toBe('');
    await paid();
    await paid();
    expect((await refund(number, { return_amount: '59000', is_sync: 'Y' })).xml.isSuccess).toBe(true);
    // Half a year of timers.
  }, 180_000);
});

describe('declarations, registry, shops', () => {
  test('row 25: customs: over the paid amount, split without a number, pushed again, another identity', async () => {
    const { number } = await paid({ rmb_fee: '61.00' });
    const tradeNo = (await query(number)).xml.leaves.trade_no!;
    const declare = async (more: Record<string, string>) =>
      (
        await shop.call({
          service: 'alipay.acquire.customs',
          out_request_no: '201411110001',
          trade_no: tradeNo,
          merchant_customs_code: 'SHOP1',
          merchant_customs_name: '韩光',
          amount: '61.00',
          customs_place: 'zongshu',
          ...more,
        })
      ).xml.leaves;
    expect(await declare({ amount: '61.01' })).toMatchObject({ result_code: 'FAIL' });
    expect(await declare({ is_split: 'T' })).toMatchObject({ detail_error_code: 'INVALID_PARAMETER' });
    const first = await declare({ amount: '60.00', buyer_name: '别人', buyer_id_no: '1' });
    expect(first).toMatchObject({ result_code: 'SUCCESS', identity_check: 'F' });
    expect((await declare({ amount: '61.00' })).alipay_declare_no).toBe(first.alipay_declare_no);
    expect(await declare({ out_request_no: '201411110002', amount: '0.01' })).toMatchObject({
      result_code: 'FAIL',
    });
    const asked = {
      service: 'alipay.overseas.acquire.customs.query',
      out_request_nos: '201411110001,nothing',
    };
    const { leaves } = (await shop.call(asked)).xml;
    expect(leaves.not_found).toBe('nothing');
    expect(JSON.parse(leaves.records!)).toMatchObject([{ amount: '61.00', customs_place: 'ZONGSHU' }]);
  });

  test('row 26: maintain: an old timestamp is an error; the industry cannot be changed', async () => {
    const { now } = await sandbox.get<{ now: string }>('/sandbox/clock');
    const at = (minutes: number) =>
      new Date(Date.parse(now) + 8 * 3_600_000 - minutes * 60_000)
        .toISOString()
        .slice(0, 19)
        .replace('T', ' ');
    const maintain = async (more: Record<string, string>) =>
      (
        await shop.call({
          service: 'alipay.overseas.secmerchant.online.maintain',
          timestamp: at(0),
          secondary_merchant_id: 'S1',
          secondary_merchant_name: 'Little Shop',
          secondary_merchant_industry: '5311',
          register_country: 'KR',
          site_infos: '[{"site_type":"WEB","site_url":"https://little.example"}]',
          ...more,
        })
      ).xml.leaves.result_code;
    expect(await maintain({ timestamp: at(31) })).toBe('FAIL');
    expect(await maintain({})).toBe('SUCCESS');
    expect(await maintain({ secondary_merchant_industry: '5812' })).toBe('FAIL');
    const secondary = { secondary_merchant_id: 'S1', secondary_merchant_industry: '5311' };
    const wrong = await shop.call(orderOf({ ...secondary, secondary_merchant_name: 'Other' }));
    expect(wrong.text).toContain('SECONDARY_MERCHANT_NAME_NOT_MATCH');
    const { cashierUrl } = await announced({ ...secondary, secondary_merchant_name: 'Little Shop' });
    const { merchant } = await shopper.look(cashierUrl);
    expect(merchant).toMatchObject({ name: '韩光百货 Hanbit Mall', seller: 'Little Shop' });
  });

  test('row 28: cancel after the grace of the next day is refused', async () => {
    const order = {
      service: 'alipay.acquire.precreate',
      subject: '台灯',
      currency: 'KRW',
      total_fee: '1000',
    };
    const buy = async () => {
      const number = next('Q');
      const { leaves } = (await shop.call({ ...order, out_trade_no: number })).xml;
      await sandbox.post('/sandbox/pay', { cashierUrl: leaves.qr_code });
      return number;
    };
    const cancel = async (number: string) =>
      (await shop.call({ service: 'alipay.acquire.cancel', out_trade_no: number })).xml.leaves;
    expect(await cancel(await buy())).toMatchObject({ result_code: 'SUCCESS', action: 'refund' });
    const late = await buy();
    await advance('P1DT16M');
    expect(await cancel(late)).toMatchObject({ detail_error_code: 'REASON_TRADE_CANCEL_TIME_OUT' });
    const asked = { service: 'alipay.acquire.refund', out_trade_no: late, refund_amount: '400' };
    // What was paid yesterday is in a closed batch: a refund needs something that is not.
    expect((await shop.call(asked)).xml.error).toBe('MERCHANT_BALANCE_NOT_ENOUGH');
    await buy();
    expect((await shop.call(asked)).xml.leaves).toMatchObject({ result_code: 'SUCCESS', refund_fee: '400' });
    const seen = (await shop.call({ service: 'alipay.acquire.query', out_trade_no: late })).xml.leaves;
    expect(seen.trade_status).toBe('TRADE_FINISHED');
  });
});
