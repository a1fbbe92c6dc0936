// The merchants' chaos switch against a real endpoint, once a good one and once one that believes everybody.
import { createServer, type Server } from 'node:http';
import type { Scorecard } from '@tongbao/protocol/sandbox';
import { createMerchantClient, verifyNotification } from '@tongbao/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../start-sandbox.ts';

const success = '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}';
const refusal = '{"result":{"resultCode":"INVALID_SIGNATURE","resultStatus":"F","resultMessage":"no"}}';
let sandbox: Sandbox;
let receiver: Server;
let url: string;
const received: { path: string; body: string; genuine: boolean }[] = [];

beforeAll(async () => {
  sandbox = await startSandbox();
  receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const genuine = isGenuine({ path: request.url!, headers: request.headers, body });
    received.push({ path: request.url!, body: body.toString(), genuine });
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(genuine || request.url!.startsWith('/gullible') ? success : refusal);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => receiver.once('listening', resolve));
  url = `http://127.0.0.1:${(receiver.address() as { port: number }).port}`;
});

afterAll(async () => {
  receiver?.close();
  await sandbox?.stop();
});

function isGenuine(of: {
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}) {
  const addressee = String(of.headers['client-id']);
  const merchant = sandbox.credentials.merchants.find((each) => each.clientId === addressee);
  try {
    verifyNotification({ ...of, clientId: addressee, gatewayPublicKey: merchant?.gatewayPublicKey ?? '' });
    return true;
  } catch {
    return false;
  }
}

const clientId = (index: number): string => sandbox.credentials.merchants[index]!.clientId;

async function paid(index: number, path: string): Promise<void> {
  const merchant = sandbox.credentials.merchants[index]!;
  const shop = createMerchantClient({
    gatewayUrl: sandbox.http,
    clientId: merchant.clientId,
    privateKey: merchant.merchantPrivateKey,
    gatewayPublicKey: merchant.gatewayPublicKey,
  });
  const { paymentId } = await shop.pay({
    productCode: 'CASHIER_PAYMENT',
    paymentRequestId: `chaos-${path}`,
    paymentAmount: { currency: merchant.settlementCurrency, value: '1000' },
    order: { orderDescription: 'x' },
    paymentMethod: { paymentMethodType: 'ALIPAY_CN' },
    paymentRedirectUrl: 'https://mall.example/return',
    paymentNotifyUrl: `${url}${path}`,
    env: { terminalType: 'WEB' },
  });
  await sandbox.post('/sandbox/pay', { paymentId });
}

const rows = async (index: number): Promise<Record<string, string>> => {
  const card = await sandbox.get<Scorecard>(`/sandbox/scorecard?clientId=${clientId(index)}`);
  return Object.fromEntries(card.rows.map(({ check, grade }) => [check, grade]));
};

test('a good endpoint: every disturbance really happens, and the scorecard ends with a pass', async () => {
  expect(new Set(Object.values(await rows(0)))).toEqual(new Set(['open']));
  await sandbox.post('/sandbox/chaos', {
    ...{ clientId: clientId(0), duplicatePercent: 100, tamperPercent: 100 },
    ...{ delayPercent: 100, delayMs: 50 },
  });
  await paid(0, '/good');
  await expect.poll(() => received.filter(({ path }) => path === '/good').length).toBe(3);
  expect(received.filter(({ path }) => path === '/good').map(({ genuine }) => genuine)).toEqual([
    false,
    true,
    true,
  ]);
  await sandbox.post('/sandbox/chaos', { clientId: clientId(0), duplicatePercent: 0, reorderPercent: 100 });
  await paid(0, '/good-late');
  type Outbox = { notifications: { url: string; attempts: { error: string | null }[] }[] };
  const held = async () =>
    (await sandbox.get<Outbox>('/sandbox/outbox')).notifications.find((each) =>
      each.url.endsWith('/good-late'),
    )?.attempts[0]?.error;
  await expect.poll(held).toMatch(/chaos: held back/);
  expect(received.some(({ path }) => path === '/good-late')).toBe(false);
  await sandbox.post('/sandbox/clock', { advance: 'PT2M' });
  await expect.poll(async () => (await rows(0))['takes what comes late and out of order']).toBe('pass');
  expect((await sandbox.get<Scorecard>(`/sandbox/scorecard?clientId=${clientId(0)}`)).grade).toBe('pass');
});

test('an endpoint that does not verify signatures fails on that row; other merchants are left alone', async () => {
  await sandbox.post('/sandbox/chaos', { clientId: clientId(1), tamperPercent: 100 });
  await paid(1, '/gullible');
  await expect.poll(async () => (await rows(1))['refuses tampered bodies']).toBe('fail');
  await paid(2, '/undisturbed');
  await expect.poll(async () => (await rows(2))['acknowledges with the right body']).toBe('pass');
  expect(received.filter(({ path }) => path === '/undisturbed')).toHaveLength(1);
});

test('a notification that was dropped never leaves, and is told at its next attempt', async () => {
  type Outbox = { notifications: { url: string; attempts: { error: string | null }[] }[] };
  const attemptsOf = async () =>
    (await sandbox.get<Outbox>('/sandbox/outbox')).notifications
      .find((each) => each.url.endsWith('/dropped'))
      ?.attempts.map(({ error }) => error);
  await sandbox.post('/sandbox/chaos', { clientId: clientId(4), dropPercent: 100 });
  await paid(4, '/dropped');
  await expect.poll(attemptsOf).toEqual(['other: chaos: dropped']);
  expect(received.some(({ path }) => path === '/dropped')).toBe(false);
  await sandbox.post('/sandbox/chaos', { clientId: clientId(4), dropPercent: 0 });
  await sandbox.post('/sandbox/clock', { advance: 'PT2M' });
  await expect.poll(() => received.filter(({ path }) => path === '/dropped').length).toBe(1);
});

test('what is out of bounds, unknown or nobody’s is a clear error, and changes nothing', async () => {
  type Refusal = { error: { code: string; message: string } };
  const before = await sandbox.get(`/sandbox/chaos?clientId=${clientId(3)}`);
  for (const wrong of [{ dropPercent: 101 }, { delayMs: 60_000 }, { dropPercent: '5' }, { explode: 1 }]) {
    const { error } = await sandbox.post<Refusal>('/sandbox/chaos', { clientId: clientId(3), ...wrong });
    expect(error.code).toBe('invalid-request');
    expect(error.message).toContain(Object.keys(wrong)[0]);
  }
  expect((await sandbox.post<Refusal>('/sandbox/chaos', { clientId: 'NOBODY' })).error.code).toBe(
    'merchant-unknown',
  );
  expect((await sandbox.get<Refusal>('/sandbox/scorecard')).error.message).toContain('clientId');
  expect(await sandbox.get(`/sandbox/chaos?clientId=${clientId(3)}`)).toEqual(before);
});
