// A shop that is paid in dollars and prices in nine currencies, over HTTP: both gateways, partial refunds, cancellations, the
// payout on its day, files that add up to it, proofs, and the export that proves itself.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { minorUnits } from '@tongbao/money';
import { acknowledgement } from '@tongbao/protocol/ams';
import { createMerchantClient, type MerchantClient } from '@tongbao/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClassicShop, classicShop } from './classic-shop.ts';
import { type Sandbox, startSandbox } from './start-sandbox.ts';

const prices: Readonly<Record<string, string>> = {
  ...{ USD: '560', KRW: '5900', JPY: '680', GBP: '450', EUR: '520' },
  ...{ HKD: '3880', SGD: '740', THB: '18900', CNY: '3490' },
};
const currencies = Object.keys(prices);
const foreign = currencies.filter((currency) => currency !== 'USD');
type Wire = { currency: string; value: string };
type Quote = { quoteCurrencyPair: string; quotePrice: number };

const inbox: Record<string, unknown>[] = [];
const receiver = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  inbox.push(JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(acknowledgement));
});
let notifyUrl: string;

let sandbox: Sandbox;
let shop: MerchantClient;
let classic: ClassicShop;
let clientId: string;
beforeAll(async () => {
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  notifyUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/notify`;
  sandbox = await startSandbox({ startDate: '2014-06-02' });
  const at = sandbox.credentials.merchants.findIndex(
    ({ settlementCurrency }) => settlementCurrency === 'USD',
  );
  const merchant = sandbox.credentials.merchants[at]!;
  clientId = merchant.clientId;
  shop = createMerchantClient({
    ...{ gatewayUrl: sandbox.http, clientId, gatewayPublicKey: merchant.gatewayPublicKey },
    privateKey: merchant.merchantPrivateKey,
  });
  classic = classicShop(sandbox, at);
});
afterAll(async () => {
  receiver.close();
  await sandbox?.stop();
});

let counter = 0;
const next = (): string => `usd-${++counter}`;
// biome-ignore lint/suspicious/noExplicitAny: requests as clients write them, not as the types allow.
const payOf = (currency: string, over: object = {}): any => ({
  productCode: 'CASHIER_PAYMENT',
  paymentRequestId: next(),
  paymentAmount: { currency, value: prices[currency] ?? '10000' },
  paymentMethod: { paymentMethodType: 'ALIPAY_CN' },
  order: { referenceOrderId: 'o', orderDescription: 'perfume' },
  paymentRedirectUrl: 'https://shop.example/return',
  ...over,
});

/** Cents for an amount at a wire quote, half to even, from the digits that stand on the wire. */
function centsAt({ currency, value }: Wire, { quotePrice }: Quote): bigint {
  const [whole, fraction = ''] = quotePrice.toFixed(20).split('.') as [string, string?];
  const price = BigInt(`${whole}${fraction}`);
  const scale = 10n ** BigInt(20 + minorUnits(currency));
  const exact = BigInt(value) * price * 100n;
  const [quotient, rest] = [exact / scale, exact % scale];
  return rest * 2n > scale || (rest * 2n === scale && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

/** Everything that the JSON gateway has told about money, for the files to be held against. */
const told: { id: string; gross: bigint; price: Wire }[] = [];

async function paid(currency: string) {
  const request = payOf(currency, {
    settlementStrategy: { settlementCurrency: 'USD' },
    paymentNotifyUrl: notifyUrl,
  });
  const opened = await shop.pay(request);
  expect(opened.result.resultCode).toBe('PAYMENT_IN_PROCESS');
  await sandbox.post('/sandbox/pay', { paymentId: opened.paymentId });
  const asked = await shop.inquiryPayment({ paymentId: opened.paymentId! });
  expect(asked.paymentStatus).toBe('SUCCESS');
  return { request, opened, asked };
}

test.each(foreign)(
  '%s: pay, inquiry and notification tell the dollars and the locked rate',
  async (currency) => {
    const { opened, asked } = await paid(currency);
    const quote = asked.settlementQuote!;
    expect(quote).toMatchObject({ quoteCurrencyPair: `${currency}/USD`, guaranteed: true });
    const cents = centsAt(asked.paymentAmount!, quote);
    expect(asked.grossSettlementAmount).toEqual({ currency: 'USD', value: cents.toString() });
    expect(opened).toMatchObject({
      grossSettlementAmount: asked.grossSettlementAmount,
      settlementQuote: quote,
    });
    expect(asked.actualPaymentAmount?.currency).toBe('CNY');
    if (currency === 'CNY') {
      expect(asked.actualPaymentAmount).toEqual(asked.paymentAmount);
      expect(asked).not.toHaveProperty('paymentQuote');
    } else expect(asked.paymentQuote?.quoteCurrencyPair).toBe(`${currency}/CNY`);
    const body = await notified('PAYMENT_RESULT', { paymentId: asked.paymentId });
    expect(body).toMatchObject({
      grossSettlementAmount: asked.grossSettlementAmount,
      settlementQuote: quote,
    });
    told.push({ id: asked.paymentId!, gross: cents, price: asked.paymentAmount! });
  },
);

test('USD: nothing is converted, and nothing is said of it', async () => {
  const { opened, asked } = await paid('USD');
  for (const answer of [opened, asked, await notified('PAYMENT_RESULT', { paymentId: asked.paymentId })]) {
    expect(answer).not.toHaveProperty('grossSettlementAmount');
    expect(answer).not.toHaveProperty('settlementQuote');
  }
  const cents = BigInt(asked.paymentAmount!.value);
  told.push({ id: asked.paymentId!, gross: cents, price: asked.paymentAmount! });
});

/** The notification that the shop was sent. */
async function notified(notifyType: string, named: object) {
  const find = () =>
    inbox.find((each) =>
      Object.entries({ notifyType, ...named }).every(([name, value]) => each[name] === value),
    );
  await expect.poll(find, { timeout: 15_000 }).toBeDefined();
  return find()!;
}

test.each(currencies)('%s: partial refunds take exactly the dollars that were given', async (currency) => {
  const { request, asked } = await paid(currency);
  const whole = BigInt(prices[currency]!);
  const parts = [whole / 3n, whole / 7n, whole - whole / 3n - whole / 7n];
  const gross = asked.grossSettlementAmount ?? asked.paymentAmount!;
  told.push({ id: asked.paymentId!, gross: BigInt(gross.value), price: asked.paymentAmount! });
  let cents = 0n;
  let yuan = 0n;
  for (const part of parts) {
    const refundAmount = { currency, value: part.toString() };
    const refundRequestId = next();
    const made = await shop.refund({ refundRequestId, paymentId: asked.paymentId!, refundAmount });
    expect(made.result.resultCode).toBe('SUCCESS');
    const found = await shop.inquiryRefund({ refundRequestId });
    if (currency === 'USD') expect(made).not.toHaveProperty('grossSettlementAmount');
    else expect(made.settlementQuote).toEqual(asked.settlementQuote);
    expect(found.grossSettlementAmount).toEqual(made.grossSettlementAmount);
    expect(found.settlementQuote).toEqual(made.settlementQuote);
    const taken = BigInt((made.grossSettlementAmount ?? refundAmount).value);
    const heard = await notified('REFUND_RESULT', { refundRequestId });
    expect(heard.grossSettlementAmount).toEqual(made.grossSettlementAmount);
    expect(heard.settlementQuote).toEqual(made.settlementQuote);
    cents += taken;
    yuan += BigInt(made.actualRefundAmount!.value);
    told.push({ id: made.refundId!, gross: -taken, price: { currency, value: (-part).toString() } });
  }
  expect(cents).toBe(BigInt(gross.value));
  expect(yuan).toBe(BigInt(asked.actualPaymentAmount!.value));
  expect((await shop.pay(request)).result.resultCode).toBe('SUCCESS');
});

test('a paid order is cancelled on its day, with every leg', async () => {
  const { asked } = await paid('THB');
  expect((await shop.cancel({ paymentId: asked.paymentId! })).result.resultCode).toBe('SUCCESS');
  const gross = BigInt(asked.grossSettlementAmount!.value);
  const { currency, value } = asked.paymentAmount!;
  told.push({ id: asked.paymentId!, gross, price: { currency, value } });
  told.push({ id: asked.paymentId!, gross: -gross, price: { currency, value: `-${value}` } });
});

test('the settlement currency may be left out or empty, and no other one is agreed', async () => {
  for (const settlementStrategy of [
    undefined,
    {},
    { settlementCurrency: '' },
    { settlementCurrency: 'USD' },
  ]) {
    const answer = await shop.pay(payOf('EUR', { settlementStrategy }));
    expect(answer.settlementQuote?.quoteCurrencyPair).toBe('EUR/USD');
  }
  const other = { settlementStrategy: { settlementCurrency: 'EUR' } };
  expect((await shop.pay(payOf('EUR', other))).result.resultCode).toBe('SETTLE_CONTRACT_NOT_MATCH');
  const consult = {
    productCode: 'CASHIER_PAYMENT' as const,
    paymentAmount: { currency: 'EUR', value: '100' },
  };
  const consulted = await shop.consult({ ...consult, ...other });
  expect(consulted.result.resultCode).toBe('SETTLE_CONTRACT_NOT_MATCH');
  expect((await shop.pay(payOf('PHP'))).result.resultCode).toBe('CURRENCY_NOT_SUPPORT');
});

test('rates of every currency at once, and a payment at one of them', async () => {
  const all = await shop.inquireExchangeRate({ productCode: 'CASHIER_PAYMENT' });
  const pairs = currencies.filter((currency) => currency !== 'CNY').map((currency) => `${currency}/CNY`);
  expect(all.quotes!.map((quote) => quote.quoteCurrencyPair).sort()).toEqual(pairs.sort());
  const { quoteId, exchangeRate } = all.paymentQuotes!.find(({ buyCurrency }) => buyCurrency === 'GBP')!;
  const used = await shop.pay(payOf('GBP', { paymentQuote: { quoteId } }));
  expect(used.paymentQuote).toMatchObject({ quoteId, quotePrice: exchangeRate });
  expect(used.settlementQuote?.quoteCurrencyPair).toBe('GBP/USD');
  const wrong = await shop.pay(payOf('EUR', { paymentQuote: { quoteId } }));
  expect(wrong.result.resultCode).toBe('NO_AVAILABLE_QUOTE');
});

test('consult tells the limits in each currency; at them an order is taken, beyond them it is not', async () => {
  const consult = (currency: string, value: string) =>
    shop.consult({ productCode: 'CASHIER_PAYMENT', paymentAmount: { currency, value } });
  const [option] = (await consult('KRW', '59000')).paymentOptions!;
  expect(option!.enabled).toBe(true);
  expect(option!.supportedCurrencies).toEqual(expect.arrayContaining(currencies));
  expect(Object.keys(option!.amountLimitInfoMap!).sort()).toEqual([...currencies].sort());
  for (const currency of currencies) {
    const { maxAmount, minAmount } = option!.amountLimitInfoMap![currency]!.singleLimit;
    expect(maxAmount!.currency).toBe(currency);
    const beyond = { currency, value: ((BigInt(maxAmount!.value) * 1001n) / 1000n + 1n).toString() };
    for (const paymentAmount of [minAmount, maxAmount])
      expect((await shop.pay(payOf(currency, { paymentAmount }))).result.resultCode).toBe(
        'PAYMENT_IN_PROCESS',
      );
    const refused = await shop.pay(payOf(currency, { paymentAmount: beyond }));
    expect(refused.result.resultCode).toBe('PAYMENT_AMOUNT_EXCEED_LIMIT');
    expect((await consult(currency, beyond.value)).paymentOptions![0]).toMatchObject({
      enabled: false,
      disableReason: 'EXCEED_CHANNEL_LIMIT_RULE',
    });
  }
});

const major = ({ currency, value }: Wire): string => {
  const places = minorUnits(currency);
  return places === 0 ? value : `${value.slice(0, -places)}.${value.slice(-places)}`;
};
const classicNumbers: string[] = [];

test.each(currencies)('%s by the classic gateway: an order, its query, a refund', async (currency) => {
  const price = { currency, value: prices[currency]! };
  const number = next();
  const { location } = await classic.call({
    ...{ service: 'create_forex_trade', subject: 'perfume', out_trade_no: number },
    ...{ currency, total_fee: major(price) },
  });
  await sandbox.post('/sandbox/pay', { cashierUrl: location! });
  const asked = await classic.call({ service: 'single_trade_query', out_trade_no: number });
  expect(asked.xml.leaves, asked.text).toMatchObject({ trade_status: 'TRADE_FINISHED' });
  const part = (BigInt(price.value) / 3n).toString();
  const refunded = await classic.call({
    ...{ service: 'forex_refund', out_return_no: next(), out_trade_no: number, is_sync: 'Y' },
    ...{ currency, return_amount: major({ currency, value: part }) },
  });
  expect(refunded.xml.isSuccess, refunded.text).toBe(true);
  classicNumbers.push(number);
});

test('the classic gateway: a currency that is not agreed, a price in yuan, a price beside its settlement currency', async () => {
  const order = { service: 'create_forex_trade', subject: 'perfume', total_fee: '10.00' };
  const other = await classic.call({ ...order, out_trade_no: next(), currency: 'AUD' });
  expect(other.xml.error ?? other.text).toContain('FOREX_MERCHANT_NOT_SUPPORT_THIS_CURRENCY');
  const { code } = await sandbox.post<{ code: string }>('/sandbox/payment-code', {});
  const spot = {
    ...{ service: 'alipay.acquire.overseas.spot.pay', trans_name: 'tea', identity_code_type: 'barcode' },
    ...{ buyer_identity_code: code, partner_trans_id: next(), currency: 'USD' },
  };
  const beside = await classic.call({ ...spot, trans_currency: 'JPY', trans_amount: '680' });
  expect(beside.xml.leaves, beside.text).toMatchObject({ result_code: 'SUCCESS', currency: 'USD' });
  const { trans_forex_rate: rate, forex_total_fee: fee } = beside.xml.leaves as Record<string, string>;
  expect(Math.abs(680 * Number(rate) - Number(fee))).toBeLessThan(0.006);
  const wrong = await classic.call({ ...spot, currency: 'EUR', trans_currency: 'JPY', trans_amount: '680' });
  expect(wrong.text).toContain('INVALID_PARAMETER');
});

test('a week later: batches in dollars, files that add up to the payouts, proofs, and a verified export', async () => {
  await sandbox.post('/sandbox/clock', { advance: 'P8D' });
  const settled = await sandbox.get<{ batches: Batch[] }>(`/sandbox/settlements?clientId=${clientId}`);
  const batches = settled.batches.filter(({ status }) => status === 'PAID');
  expect(batches.length).toBeGreaterThan(0);
  const found: { id: string; gross: bigint; price: Wire }[] = [];
  for (const batch of batches) {
    expect(batch.currency).toBe('USD');
    const items = await itemsOf(batch);
    const net = items.reduce((sum, row) => sum + cents(row.settlementAmountValue!), 0n);
    expect(net).toBe(BigInt(batch.net));
    expect(batch.payouts.at(-1)).toMatchObject({ status: 'paid', amount: batch.net });
    for (const row of items) {
      checkRow(row);
      found.push({
        id: row.transactionId!,
        gross: cents(row.convertedTransactionAmountValue || row.transactionAmountValue!),
        price: {
          currency: row.transactionCurrency!,
          value: minor(row.transactionAmountValue!, row.transactionCurrency!),
        },
      });
    }
  }
  const byId = new Map(found.map((each) => [`${each.id}${each.gross < 0n ? '-' : ''}`, each]));
  for (const each of told) expect(byId.get(`${each.id}${each.gross < 0n ? '-' : ''}`)).toEqual(each);
  const audit = await sandbox.get<{ ok: boolean; proofs: { name: string; ok: boolean; detail: string }[] }>(
    '/audit.json',
  );
  expect(audit.proofs.filter(({ ok }) => !ok)).toEqual([]);
  const file = path.join(sandbox.dataFolder, 'export.jsonl');
  await writeFile(file, Buffer.from(await (await fetch(`${sandbox.http}/audit/export`)).arrayBuffer()));
  const verified = spawnSync(process.execPath, ['platform/src/audit/verify.ts', file], { encoding: 'utf8' });
  expect(verified.status, verified.stdout + verified.stderr).toBe(0);
});

interface Batch {
  readonly currency: string;
  readonly status: string;
  readonly net: string;
  readonly payouts: { status: string; amount: string }[];
  readonly files: { name: string; url: string }[];
}
type Row = Readonly<Record<string, string>>;

async function itemsOf(batch: Batch): Promise<Row[]> {
  const { url } = batch.files.find(({ name }) => name.startsWith('settlementItems'))!;
  const text = await (await fetch(new URL(url, sandbox.http))).text();
  const [header, ...lines] = text.trimEnd().split(/\r?\n/);
  expect(lines.pop()).toBe('<END>');
  const names = header!.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, at) => [names[at]!, value])));
}

const minor = (decimal: string, currency: string): string => {
  const places = minorUnits(currency);
  const [whole, fraction = ''] = decimal.split('.') as [string, string?];
  return BigInt(`${whole}${fraction.padEnd(places, '0')}`).toString();
};
const cents = (decimal: string): bigint => BigInt(minor(decimal, 'USD'));

/** The reference's rules of a row: gross plus signed fees is the net, and gross is the price at the quote, to two hundredths. */
function checkRow(row: Row): void {
  const gross = Number(row.convertedTransactionAmountValue || row.transactionAmountValue);
  const fees = Object.keys(row).filter((name) => /Fee(AmountValue)?$|TaxAmountValue$/.test(name));
  const sum = fees.reduce((all, name) => all + Number(row[name] || '0'), gross);
  expect(sum).toBeCloseTo(Number(row.settlementAmountValue), 6);
  expect(row.settlementCurrency).toBe('USD');
  if (row.transactionCurrency === 'USD') {
    expect([row.convertedTransactionAmountValue, row.quoteCurrencyPair, row.quotePrice]).toEqual([
      '',
      '',
      '',
    ]);
    return;
  }
  expect(row.quoteCurrencyPair).toBe(`${row.transactionCurrency}/USD`);
  expect(Math.abs(Number(row.transactionAmountValue) * Number(row.quotePrice) - gross)).toBeLessThan(0.02);
}
