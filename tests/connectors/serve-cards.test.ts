// `serve` with a registry by HTTP and a switch by ISO 8583, as an operator sets it up: a shopper opens a wallet, adds a card with its
// bank's code, pays, is refunded, tops up and withdraws over the wire; serve dies in the middle of a debit, and it is charged once.
import type { ChildProcess } from 'node:child_process';
import { createPrivateKey, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../../platform/src/testing/index.ts';
import { until } from '../../platform/src/testing/until.ts';
import { runServe, startServe } from '../serve-process.ts';
import {
  bankCode,
  type CardWorld,
  number,
  openCardWorld,
  person,
  river,
  strangers,
  token,
} from './card-world.ts';

const pin = '735126';
let database: TestDatabase;
let folder: string;
let world: CardWorld;
let registry: CardWorld['registry'];
let cards: CardWorld['cards'];
let child: ChildProcess;
let port: number;
let privateKey: string;
let cookie = '';
let cardId: string;
const log: string[] = [];

beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'tongbao-serve-cards-'));
  world = await openCardWorld(database, { folder, publicUrl: 'https://pay.example' });
  ({ registry, cards } = world);
  const { environment } = world;
  ({ port, child, privateKey } = await startServe(database, { folder, environment, log }));
});

afterAll(async () => {
  if (child.exitCode === null) child.kill('SIGKILL');
  await world.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

// biome-ignore lint/suspicious/noExplicitAny: answers of several operations.
type Answer = any;

async function shopper(at: string, body?: object): Promise<Answer> {
  const answer = await fetch(`http://127.0.0.1:${port}${at}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json', 'x-tongbao-csrf': '1', cookie },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const session = answer.headers.getSetCookie().find((each) => /session/.test(each));
  if (session !== undefined) cookie = session.split(';')[0]!;
  return answer.json();
}

async function shop(operation: string, body: object): Promise<Answer> {
  const resource = `/ams/api/v1/payments/${operation}`;
  const [text, time] = [JSON.stringify(body), String(Date.now())];
  const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' });
  const signature = sign('RSA-SHA256', Buffer.from(`POST ${resource}\nBENCH_0.${time}.${text}`), key);
  const answer = await fetch(`http://127.0.0.1:${port}${resource}`, {
    method: 'POST',
    headers: {
      'client-id': 'BENCH_0',
      'request-time': time,
      signature: `algorithm=RSA256,keyVersion=1,signature=${encodeURIComponent(signature.toString('base64'))}`,
      'content-type': 'application/json',
    },
    body: text,
  });
  return answer.json();
}

/** The cashier's address of an order of ₩59,000, as its API has it. */
async function ordered(paymentRequestId: string): Promise<{ at: string; paymentId: string }> {
  const amount = { currency: 'KRW', value: '59000' };
  const created = await shop('pay', {
    productCode: 'CASHIER_PAYMENT',
    ...{ paymentRequestId, paymentAmount: amount },
    order: { referenceOrderId: 'o', orderDescription: 'cushion', orderAmount: amount },
    paymentMethod: { paymentMethodType: 'ALIPAY_CN' },
    paymentRedirectUrl: 'https://mall.example/return',
    env: { terminalType: 'WEB' },
  });
  const at = `/api/cashier/payments/${/cashier\/([^/?#]+)/.exec(created.normalUrl)![1]}`;
  return { at, paymentId: created.paymentId };
}

const pay = (at: string): Promise<Answer> =>
  shopper(`${at}/authorizations`, { method: { kind: 'card', cardId }, pin });
const statusOf = async (paymentRequestId: string): Promise<string> =>
  (await shop('inquiryPayment', { paymentRequestId })).paymentStatus;
const heardDebits = () => cards.messages('0200').filter((fields) => fields.get(3) === '000000').length;

test('a wallet is opened, and the registry knows who it is; when it is away, no try is counted', async () => {
  const { phone, name, residentId } = person;
  const asked = await shopper('/api/wallet/sign-up/code', { phone, language: 'zh-CN' });
  await until(() => world.codes.length === 1);
  const opened = await shopper('/api/wallet/sign-up', {
    ...{ phone, language: 'zh-CN', code: world.codes[0], challenge: asked.challenge },
  });
  expect(opened).toMatchObject({ walletClass: 0, cardPage: null, cardCheck: true });
  registry.behave('down');
  for (let time = 0; time < 6; time++)
    expect((await shopper('/api/wallet/identity', { name, residentId })).error.code).toBe('UNAVAILABLE');
  registry.behave('normal');
  expect((await shopper('/api/wallet/identity', { name: '王大明', residentId })).error).toMatchObject({
    ...{ code: 'IDENTITY_REFUSED', attemptsLeft: 4 },
  });
  const known = await shopper('/api/wallet/identity', { name, residentId });
  expect(known).toMatchObject({ walletClass: 1, customer: { name } });
  expect((await shopper('/api/wallet/pin', { newPin: pin })).hasPin).toBe(true);
});

test('a card is added with the code of its bank, and after its bank has said that it takes it', async () => {
  const { residentId } = person;
  expect(await shopper(`/api/wallet/card-bins/${number.slice(0, 6)}`)).toEqual({
    ...{ bankName: river.bankName, kind: 'debit', digits: 19 },
  });
  const asked = { tryId: 'the-first-try', number, residentId };
  // A bank that the switch does not lead to is none for a card.
  const other = await shopper('/api/wallet/card-checks', {
    ...asked,
    tryId: 'another-bank',
    number: strangers,
  });
  expect(other.error).toMatchObject({ code: 'CARD_REFUSED', reason: 'bank-not-served' });
  const wrongPhone = await shopper('/api/wallet/card-checks', {
    ...asked,
    tryId: 'another-phone',
    phone: '13900139000',
  });
  expect(wrongPhone.error).toMatchObject({ code: 'CARD_REFUSED', reason: 'phone' });
  registry.behave('answer-lost');
  expect((await shopper('/api/wallet/card-checks', asked)).error.code).toBe('UNAVAILABLE');
  registry.behave('normal');
  expect(await shopper('/api/wallet/card-checks', asked)).toMatchObject({
    ...{ status: 'code-sent', maskedPhone: '+86 138****8000' },
  });
  const confirm = (code: string) => shopper('/api/wallet/card-checks/code', { tryId: 'the-first-try', code });
  expect((await confirm('000000')).error).toMatchObject({ code: 'CODE_WRONG', attemptsLeft: 2 });
  cards.behave('undecided');
  expect((await confirm(bankCode)).error.code).toBe('UNAVAILABLE');
  cards.behave('normal');
  const added = await confirm(bankCode);
  expect(added).toMatchObject({ status: 'added', wallet: { walletClass: 2, cards: [{ last4: '0004' }] } });
  cardId = added.wallet.cards[0].cardId;
  expect([cards.heard('0100'), cards.heard('0101')]).toEqual([1, 1]);
});

test('it pays, is refunded, tops the balance up and takes it back, each once over the wire', async () => {
  const { at, paymentId } = await ordered('card-1');
  expect((await pay(at)).error).toBeUndefined();
  await until(async () => (await statusOf('card-1')) === 'SUCCESS');
  const charged = cards.taken();
  expect(charged).toBeGreaterThan(10_000n);
  expect(heardDebits()).toBe(1);
  const refund = {
    refundRequestId: 'refund-1',
    paymentId,
    refundAmount: { currency: 'KRW', value: '29500' },
  };
  expect((await shop('refund', refund)).result.resultStatus).toMatch(/[SU]/);
  await until(() => cards.taken() < charged);
  expect(cards.taken()).toBeGreaterThanOrEqual(charged / 2n - 1n);
  const before = cards.taken();
  const amount = { currency: 'CNY', value: '5000' };
  for (const [kind, after] of [
    ['top-ups', before + 5_000n],
    ['withdrawals', before],
  ] as const) {
    const asked = { requestId: `request-${kind}`, cardId, amount, pin };
    expect((await shopper(`/api/wallet/${kind}`, asked)).error).toBeUndefined();
    await until(() => cards.taken() === after);
    await until(
      async () => (await shopper('/api/wallet')).available.value === (kind === 'top-ups' ? '5000' : '0'),
    );
  }
});

test('serve dies after the switch has charged and before it has heard so: charged once, and paid', async () => {
  const before = { taken: cards.taken(), debits: heardDebits() };
  const { at } = await ordered('card-2');
  cards.behave('answer-lost');
  expect((await pay(at)).error).toBeUndefined();
  await until(() => heardDebits() > before.debits);
  child.kill('SIGKILL');
  const charged = cards.taken();
  expect(charged).toBeGreaterThan(before.taken);
  cards.behave('normal');
  ({ port, child } = await runServe({
    rates: path.join(folder, 'rates.xml'),
    environment: world.environment,
    log,
  }));
  await until(async () => (await statusOf('card-2')) === 'SUCCESS');
  expect(cards.taken()).toBe(charged);
  expect(heardDebits()).toBe(before.debits + 1);
  expect(cards.heard('0201')).toBeGreaterThanOrEqual(1);
  // The connection of the new process has been signed on.
  expect(cards.messages('0800').filter((fields) => fields.get(70) === '001').length).toBeGreaterThan(1);
});

test('no card’s and no person’s number is in the database, in the log or at the switch', async () => {
  const { pool } = database.owner;
  const tables = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  let rows = '';
  for (const { name } of tables.rows) {
    const found = await pool.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`);
    rows += found.rows.map(({ text }) => text).join('\n');
  }
  const told = ['0100', '0101', '0200', '0201'].flatMap((mti) => cards.messages(mti));
  const sent = told.map((fields) => [...fields.values()].join(' ')).join('\n');
  expect(rows).toContain('0004');
  expect(log.join('')).toContain('a card could not be checked');
  expect(sent).toContain('RIVER-');
  for (const text of [rows, log.join(''), sent])
    for (const secret of [number, strangers, person.residentId, bankCode, token])
      expect(text).not.toContain(secret);
});
