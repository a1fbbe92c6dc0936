// A shop's whole way over HTTP, as strangers see it: a link, saved as it goes, refused field by field, checked, approved by two people,
// its public key, its first signed call, its day, its first order. And what strangers may not: foreign links, huge bodies, bad files.
import { applicationHeader } from '@tongbao/protocol/apply';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLog } from '../../log.ts';
import { generateRsaKeys, privateKeyOf } from '../../system/index.ts';
import { sampleDocument, sampleFacts } from '../../testing/applicant.ts';
import { settlementWorld } from '../../testing/settlement-world.ts';
import { amsAdapter } from '../ams/index.ts';
import { signatureHeader } from '../ams/signing.ts';
import { createServer } from '../server.ts';
import { applyAdapter } from './index.ts';

let world: Awaited<ReturnType<typeof settlementWorld>>;
let app: Awaited<ReturnType<typeof createServer>>;

beforeAll(async () => {
  world = await settlementWorld('2014-11-10T02:00:00Z');
  const { platform } = world;
  const { merchants, payments, payByCode, fx, clock, gatewayKey, onboarding } = platform;
  app = await createServer({
    logger: createLog('silent'),
    adapters: [
      applyAdapter({ onboarding, merchants, gatewayKey, publicUrl: 'https://pay.example' }),
      amsAdapter({
        ...{ payments, payByCode, merchants, fx, clock, gatewayKey },
        ...{
          cashierUrl: (id: string) => `https://pay.example/${id}`,
          logoUrl: '',
          skewMs: null,
          explain: false,
        },
        ...{ mayNotify: () => true, onTestCall: onboarding.noteCall },
      }),
    ],
    healthy: async () => true,
  });
});
afterAll(async () => {
  await app?.close();
  await world?.close();
});

async function ask(path: string, token: string | null, payload?: object | Buffer, network = '198.51.100.7') {
  const answer = await app.inject({
    method: payload === undefined ? 'GET' : 'POST',
    url: `/api/apply${path}`,
    remoteAddress: network,
    headers: {
      ...(token === null ? {} : { [applicationHeader]: token }),
      ...(payload === undefined
        ? {}
        : { 'content-type': payload instanceof Buffer ? 'application/octet-stream' : 'application/json' }),
    },
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
}
const begin = async (): Promise<string> => (await ask('', null, {})).body.token;
const sql = (text: string, ...values: unknown[]) => world.test.owner.pool.query(text, values);

/** Filled in, with a document, and submitted. */
async function submitted(): Promise<{ token: string; id: bigint }> {
  const token = await begin();
  await ask('/mine', token, { facts: sampleFacts });
  await ask('/mine/documents?name=register.pdf', token, sampleDocument.bytes);
  expect((await ask('/mine/submit', token, {})).body).toMatchObject({ status: 'submitted', missing: [] });
  const { applications } = world.platform.onboarding;
  return { token, id: (await applications.findByToken(token))!.id };
}
const transaction = <T>(work: Parameters<typeof world.platform.database.transaction<T>>[0]) =>
  world.platform.database.transaction(work);
const germany = { calendar: 'EU', timeZone: 'Europe/Berlin', feeBps: 180, reserveBps: 500, reserveDays: 30 };

async function passChecks(id: bigint): Promise<void> {
  await sql(
    `UPDATE onboarding.application_check SET result = 'passed', next_at = NULL WHERE application_id = $1 AND name = 'sites'`,
    id,
  );
  const word = { id, name: 'sanctions', passed: true, reason: 'looked up', operator: 'mei' } as const;
  await transaction((tx) => world.platform.onboarding.sayCheck(tx, word));
}
async function approved(): Promise<{ token: string; id: bigint; merchantId: bigint }> {
  const { token, id } = await submitted();
  await passChecks(id);
  const { onboarding } = world.platform;
  const asked = { applicationId: id, reason: 'a toy shop', operator: 'mei', terms: germany };
  const proposal = await transaction((tx) => onboarding.proposeAdmission(tx, asked));
  const decision = { id: proposal, operator: 'li', approved: true, reason: 'fine' };
  await transaction((tx) => onboarding.decide(tx, decision));
  return { token, id, merchantId: (await onboarding.applications.get(id)).merchantId! };
}

it('a half-filled one is kept, resumed by its link alone, and says field by field what is missing', async () => {
  const began = await ask('', null, {});
  expect(began.body).toMatchObject({ link: `https://pay.example/apply#${began.body.token}` });
  expect(began.headers['cache-control']).toBe('no-store');
  const { token } = began.body;
  const facts = {
    company: { legalName: 'Lindenhof' },
    account: { holder: 'L', number: 'DE00 1234 5678 9012 3456 00' },
  };
  const saved = (await ask('/mine', token, { facts })).body;
  expect(saved).toMatchObject({ status: 'draft', facts, joining: null });
  expect((await ask('/mine', token)).body).toEqual(saved);
  const refused = (await ask('/mine/submit', token, {})).body;
  expect(refused.status).toBe('draft');
  expect(refused.missing).toContainEqual({ field: 'company.address', message: 'the address' });
  expect(refused.missing).toContainEqual({
    ...{ field: 'account.number', message: 'is not an IBAN: its check digits or its length are wrong' },
  });
});

it('strangers: no link, a foreign one, unknown fields, huge and odd bodies change nothing', async () => {
  const token = await begin();
  for (const wrong of [null, '', 'x'.repeat(43), `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`])
    for (const [path, body] of [
      ['/mine', undefined],
      ['/mine', { facts: {} }],
      ['/mine/submit', {}],
      ['/mine/key', { publicKey: '' }],
      ['/mine/documents?name=x', Buffer.from('%PDF-')],
    ] as const)
      expect((await ask(path, wrong, body)).status, `${path} ${wrong}`).toBe(404);
  expect((await ask('/mine', token, { facts: { colour: 'red' } })).status).toBe(400);
  expect((await ask('/mine', token, { facts: { monthlyVolume: 'x'.repeat(201) } })).status).toBe(400);
  expect((await ask('/mine', token, { facts: { sites: ['x'.repeat(200_000)] } })).status).toBe(413);
  expect((await ask('/mine/documents?name=x', token, Buffer.alloc(5 * 1024 * 1024 + 1))).status).toBe(413);
  for (const bytes of ['', '<html><script>', 'MZ'])
    expect((await ask('/mine/documents?name=x.pdf', token, Buffer.from(bytes))).status).toBe(409);
  expect((await ask('/mine', token)).body).toMatchObject({ facts: {}, documents: [] });
});

it('documents: bounded in number, the same one once, kept whole, sealed, removed', async () => {
  const token = await begin();
  const big = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(700_000, 'x')]);
  for (const _ of [1, 2]) await ask('/mine/documents?name=Anna%20Lindenhof.pdf', token, big);
  const { documents } = (await ask('/mine', token)).body;
  expect(documents).toMatchObject([
    { name: 'Anna Lindenhof.pdf', mediaType: 'application/pdf', bytes: big.length },
  ]);
  const { applications } = world.platform.onboarding;
  const { id } = (await applications.findByToken(token))!;
  expect((await applications.document(id, BigInt(documents[0].id)))!.bytes.equals(big)).toBe(true);
  expect(await applications.document(id + 1n, BigInt(documents[0].id)).catch(() => null)).toBeNull();
  for (let number = 1; number < 10; number++)
    await ask('/mine/documents?name=x', token, Buffer.from(`%PDF-1.7 ${number}`));
  const more = await ask('/mine/documents?name=x', token, Buffer.from('%PDF-1.7 more'));
  expect(more).toMatchObject({
    status: 409,
    body: { error: { message: '10 documents at most: remove one first' } },
  });
  expect((await ask('/mine/documents/remove', token, { id: documents[0].id })).body.documents).toHaveLength(
    9,
  );
  const { rows } = await sql(`SELECT row_to_json(d)::text AS text FROM onboarding.document d
    UNION ALL SELECT left(row_to_json(c)::text, 2000) FROM onboarding.document_chunk c
    UNION ALL SELECT row_to_json(a)::text FROM onboarding.application a`);
  const kept = rows.map(({ text }) => text).join();
  for (const word of ['Anna', 'Lindenhof', '%PDF', token]) expect(kept).not.toContain(word);
});

it('asked for more it can be changed again, turned down it cannot; it ends after thirty days', async () => {
  const { token, id } = await submitted();
  const { applications } = world.platform.onboarding;
  expect((await ask('/mine', token, { facts: {} })).body.error.message).toMatch(/it is submitted/);
  await transaction((tx) => applications.askForMore(tx, { id, message: 'the second page of the register' }));
  const asked = (await ask('/mine', token)).body;
  expect(asked).toMatchObject({ status: 'more-wanted', message: 'the second page of the register' });
  expect((await ask('/mine', token, { facts: sampleFacts })).status).toBe(200);
  expect((await ask('/mine/submit', token, {})).body).toMatchObject({ status: 'submitted', message: '' });
  await transaction((tx) => applications.reject(tx, { id, message: 'we do not serve this trade' }));
  expect((await ask('/mine', token, { facts: {} })).status).toBe(409);
  await world.mover.moveTo(new Date(world.platform.clock.now().getTime() + 31 * 86_400_000));
  expect((await ask('/mine', token)).status).toBe(404);
  expect((await sql('SELECT 1 FROM onboarding.application WHERE id = $1', id)).rowCount).toBe(0);
});

it('is proposed only when everything is checked, and approved by somebody else', async () => {
  const { id } = await submitted();
  const { onboarding } = world.platform;
  const asked = { applicationId: id, reason: 'a toy shop', operator: 'mei', terms: germany };
  const propose = (terms: object = germany) =>
    transaction((tx) => onboarding.proposeAdmission(tx, { ...asked, terms: { ...germany, ...terms } }));
  await expect(propose()).rejects.toThrow('not everything is checked: sanctions (by-hand), sites (waiting)');
  await passChecks(id);
  await expect(propose({ calendar: 'QQ' })).rejects.toThrow('calendar: there is no calendar QQ');
  const proposal = await propose();
  await expect(propose()).rejects.toThrow(/waits for a decision/);
  await expect(
    transaction((tx) => onboarding.applications.reject(tx, { id, message: 'no' })),
  ).rejects.toThrow('its admission waits for a decision');
  const decide = (operator: string) =>
    transaction((tx) => onboarding.decide(tx, { id: proposal, operator, approved: true, reason: 'fine' }));
  await expect(decide('mei')).rejects.toThrow('mei proposed it');
  const both = await Promise.allSettled([decide('li'), decide('ann')]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const made = await onboarding.applications.get(id);
  expect(made.status).toBe('approved');
  const history = await onboarding.contractHistory(made.merchantId!);
  expect(history.versions).toMatchObject([
    { number: 1, state: 'in-effect', agreement: { proposedBy: 'mei' } },
  ]);
  expect(history.present).toMatchObject({
    feeBps: 180,
    reserveBps: 500,
    accountNumber: 'DE89370400440532013000',
  });
});

it('its key, its first signed call, its day, its first order', async () => {
  const { token, merchantId } = await approved();
  const { merchants, onboarding } = world.platform;
  const [right, wrong] = [await generateRsaKeys(), await generateRsaKeys()];
  const loud = await ask('/mine/key', token, { publicKey: right.privateKey });
  expect(loud).toMatchObject({
    status: 409,
    body: { error: { message: expect.stringContaining('PRIVATE key') } },
  });
  expect((await ask('/mine/key', token, { publicKey: right.publicKey })).body).toMatchObject({ version: 1 });
  const { joining } = (await ask('/mine', token)).body;
  const shop = await merchants.get(merchantId);
  expect(joining).toMatchObject({ clientId: shop.merchant.clientId, keyVersions: 1, liveFrom: null });

  const call = async (operation: string, body: object, privateKey: string) => {
    const path = `/ams/api/v1/payments/${operation}`;
    const message = { path, clientId: joining.clientId, time: new Date().toISOString() };
    const payload = Buffer.from(JSON.stringify(body));
    const key = { version: 1, privateKey: privateKeyOf(privateKey), publicKey: '' };
    const signature = await signatureHeader(key, message, payload);
    const headers = { 'client-id': message.clientId, 'request-time': message.time, signature };
    const answer = await app.inject({
      ...{ method: 'POST', url: path, payload },
      headers: { ...headers, 'content-type': 'application/json' },
    });
    return answer.json().result.resultCode;
  };
  const harmless = ['inquiryPayment', { paymentRequestId: 'none' }] as const;
  await expect(live(null)).rejects.toThrow('it has made no right signed call yet');
  expect(await call(...harmless, wrong.privateKey)).toBe('INVALID_SIGNATURE');
  const { testCall } = (await ask('/mine', token)).body.joining;
  expect(testCall).toMatchObject({ passedAt: null, finding: expect.stringMatching(/\S/) });
  expect(await call(...harmless, right.privateKey)).toBe('ORDER_NOT_EXIST');
  expect((await ask('/mine', token)).body.joining.testCall).toMatchObject({
    passedAt: expect.any(String),
    finding: '',
  });

  const amount = { currency: 'EUR', value: '1000' };
  const order = {
    ...{ productCode: 'CASHIER_PAYMENT', paymentRequestId: 'o-1', paymentAmount: amount },
    order: { referenceOrderId: 'o-1', orderDescription: 'a kite', orderAmount: amount },
    ...{ paymentMethod: { paymentMethodType: 'ALIPAY_CN' }, paymentRedirectUrl: 'https://lindenhof.example' },
    ...{ settlementStrategy: { settlementCurrency: 'EUR' }, env: { terminalType: 'WEB' } },
  };
  const before = await call('pay', order, right.privateKey);
  expect(before).not.toBe('PAYMENT_IN_PROCESS');
  function live(from: Date | null) {
    return transaction((tx) => onboarding.goLive(tx, { merchantId, from }));
  }
  await expect(live(new Date(0))).rejects.toThrow('in the past');
  await live(null);
  expect(await call('pay', { ...order, paymentRequestId: 'o-2' }, right.privateKey)).toBe(
    'PAYMENT_IN_PROCESS',
  );
  expect(before).toBe('INVALID_MERCHANT_STATUS');
  await expect(live(null)).rejects.toThrow('it is live since');
  const late = await ask('/mine/key', token, { publicKey: wrong.publicKey });
  expect(late.body.error.message).toMatch(/its people send the next key in the console/);
  const paid = await world.pay(await merchants.get(merchantId), 5_000n, 'first');
  expect(paid.status).toBe('paid');
});

it('a site is looked at through the guard; what does not answer is asked again', async () => {
  const { onboarding, clock } = world.platform;
  const documents = [sampleDocument];
  const bring = async (sites: string[]) => {
    const of = { facts: { ...sampleFacts, sites }, documents, operator: 'mei' };
    const { id } = await transaction((tx) => onboarding.applications.bring(tx, of));
    await onboarding.checkNow(id);
    return (await onboarding.applications.get(id)).checks.find(({ name }) => name === 'sites')!;
  };
  expect(await bring(['https://10.1.2.3/'])).toMatchObject({
    result: 'failed',
    detail: '10.1.2.3 leads to no public address',
  });
  const unknown = await bring(['https://127.0.0.1:1/']);
  expect(unknown).toMatchObject({ result: 'waiting', attempts: 1 });
  expect(unknown.next_at!.getTime()).toBeGreaterThan(clock.now().getTime());
});
