// The console over HTTP on the whole platform: who may do what (every operation × every role), whose objects are whose,
// a merchant's payout with its file, one payment's story to the bank's line, a break closed by two people, lock-out.
import { consoleFilePath, consoleOperations, shopRolesOf } from '@tongbao/protocol/console';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyReceipt } from '../../audit/verify-receipt.ts';
import { createLog } from '../../log.ts';
import type { Payment } from '../../payments/index.ts';
import { settlementWorld } from '../../testing/settlement-world.ts';
import { paymentIdToWire } from '../payment-ids.ts';
import { createServer } from '../server.ts';
import { consoleAdapter } from './index.ts';

let world: Awaited<ReturnType<typeof settlementWorld>>;
let app: Awaited<ReturnType<typeof createServer>>;
let payment: Payment;
const cookies: Record<string, string> = {};
const password = 'correct horse battery';

beforeAll(async () => {
  world = await settlementWorld('2014-11-11T02:00:00Z');
  const { platform } = world;
  app = await createServer({
    logger: createLog('silent'),
    adapters: [consoleAdapter(platform)],
    healthy: async () => true,
  });
  const [korean, british] = [await world.shop('KR'), await world.shop('GB')];
  await platform.settlement.changeTerms(korean.merchant.id, { accountName: 'K', accountNumber: 'KR1' });
  const people = [
    { username: 'mall', role: 'merchant' as const, merchantId: korean.merchant.id },
    { username: 'other', role: 'merchant' as const, merchantId: british.merchant.id },
    { username: 'mei', role: 'maker' as const, merchantId: null },
    { username: 'li', role: 'checker' as const, merchantId: null },
    { username: 'ann', role: 'auditor' as const, merchantId: null },
    { username: 'ada', role: 'admin' as const, merchantId: null },
    ...(['finance', 'developer', 'viewer'] as const).map((shopRole) => ({
      ...{ username: shopRole, role: 'merchant' as const, merchantId: korean.merchant.id, shopRole },
    })),
  ];
  for (const person of people) await platform.staff.add({ ...person, name: person.username, password });
  payment = await world.pay(korean, 59_000n, 'order-1');
  await world.mover.moveTo(new Date('2014-11-13T00:00:00Z'));
  for (const { username } of people) await signIn(username);
});
afterAll(async () => {
  await app?.close();
  await world?.close();
});

const headers = { 'x-tongbao-csrf': '1', 'content-type': 'application/json' };

async function signIn(username: string, typed = password) {
  const answer = await app.inject({
    ...{ method: 'POST', url: '/api/console/session', headers },
    payload: { username, password: typed },
  });
  const [cookie] = answer.cookies;
  if (cookie !== undefined) cookies[username] = `${cookie.name}=${cookie.value}`;
  return answer;
}

async function ask(as: string | null, url: string, payload?: object) {
  const type = payload instanceof Buffer ? 'application/octet-stream' : 'application/json';
  const answer = await app.inject({
    method: payload === undefined ? 'GET' : 'POST',
    url: `/api/console${url}`,
    headers: {
      ...(payload === undefined ? {} : { ...headers, 'content-type': type }),
      ...(as === null ? {} : { cookie: cookies[as]! }),
    },
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: answer.statusCode, body: answer.json() };
}

describe('who may', () => {
  const as = { merchant: 'mall', maker: 'mei', checker: 'li', auditor: 'ann', admin: 'ada' } as const;
  const atShop = { owner: 'mall', finance: 'finance', developer: 'developer', viewer: 'viewer' } as const;
  const paths = Object.entries(consoleOperations).filter(
    ([name, { roles }]) => roles !== null && name !== 'signOut',
  );

  test.each(paths)(
    '%s: nobody without a session, and no role but those it names',
    async (name, operation) => {
      const url = operation.path
        .replace('/api/console', '')
        .replace(':id', '1')
        .replace(':batchId', '1')
        .replace(':username', 'nobody');
      const body = name === 'importStatements' ? Buffer.from('x') : {};
      const payload = operation.method === 'POST' ? body : undefined;
      expect(await ask(null, url, payload)).toMatchObject({ status: 401 });
      for (const [role, username] of Object.entries(as)) {
        const { status, body: said } = await ask(username, url, payload);
        const allowed = (operation.roles as readonly string[]).includes(role);
        expect([role, said.error?.code === 'FORBIDDEN']).toEqual([role, !allowed]);
        expect(status).not.toBe(500);
      }
      const isForShops = (operation.roles as readonly string[]).includes('merchant');
      for (const [right, username] of Object.entries(atShop)) {
        const { body: said } = await ask(username, url, payload);
        const allowed = isForShops && shopRolesOf(operation).includes(right as keyof typeof atShop);
        expect([right, said.error?.code === 'FORBIDDEN']).toEqual([right, !allowed]);
      }
    },
  );

  test('security: what moves money, keys or people wants a fresh proof of who acts', () => {
    const fresh = Object.entries(consoleOperations).filter(([, operation]) => 'fresh' in operation);
    expect(fresh.map(([name]) => name).sort()).toEqual([
      ...['addFactor', 'addToken', 'approveAgreement', 'approveClosing', 'approveProposal', 'confirmRate'],
      ...['endMember', 'inviteMember', 'offerFactor', 'removeFactor', 'renewRecoveryCodes', 'resetMember'],
      ...['retryPayout', 'rotateMerchantKey'],
    ]);
  });

  test('a merchant’s user sees his own merchant and nothing of another', async () => {
    const [key, id] = [paymentIdToWire(payment), (await ask('mall', '/batches')).body.batches.at(-1).batchId];
    for (const url of [
      '/overview?clientId=SHOP_1',
      '/batches?clientId=SHOP_1',
      `/payments/${key}?clientId=SHOP_1`,
    ])
      expect(await ask('other', url), url).toMatchObject({ status: 404 });
    for (const url of [`/payments/${key}`, '/payments/order-1', `/batches/${id}/lines`])
      expect(await ask('other', url), url).toMatchObject({ status: 404 });
    const file = consoleFilePath
      .replace(':clientId', 'SHOP_1')
      .replace(':day', '20141111')
      .replace(':name', 'x');
    expect(await ask('other', file.replace('/api/console', ''))).toMatchObject({ status: 404 });
    for (const [right, status] of [
      ['finance', 404],
      ['viewer', 404],
      ['developer', 403],
    ] as const)
      expect(await ask(right, file.replace('/api/console', '')), right).toMatchObject({ status });
    expect((await ask('mall', '/shops')).body.shops).toHaveLength(1);
    expect((await ask('ann', '/shops')).body.shops).toHaveLength(2);
  });

  test('what changes something comes from our own pages', async () => {
    const answer = await app.inject({
      ...{ method: 'POST', url: '/api/console/breaks/1/propose', payload: {} },
      headers: { cookie: cookies.mei!, 'content-type': 'application/json' },
    });
    expect(answer.statusCode).toBe(403);
    const foreign = await app.inject({
      ...{ method: 'POST', url: '/api/console/breaks/1/propose', payload: {} },
      headers: { ...headers, cookie: cookies.mei!, origin: 'https://evil.example' },
    });
    expect(foreign.statusCode).toBe(403);
  });

  test('the cookie is for the console alone; a session planted before the sign-in is worth nothing', async () => {
    const answer = await signIn('ann');
    expect(answer.cookies[0]).toMatchObject({ path: '/api/console', httpOnly: true, sameSite: 'Strict' });
    const former = cookies.ann!;
    await app.inject({
      ...{ method: 'POST', url: '/api/console/session', headers: { ...headers, cookie: former } },
      payload: { username: 'ann', password },
    });
    const old = await app.inject({ url: '/api/console/session', headers: { cookie: former } });
    expect(old.statusCode).toBe(401);
    await signIn('ann');
  });

  test('five wrong passwords lock a name for a quarter of an hour; the right one does not help', async () => {
    for (let wrong = 0; wrong < 5; wrong++)
      expect((await signIn('other', 'not it')).json().error.code).toBe('PASSWORD_WRONG');
    expect((await signIn('other')).json().error).toMatchObject({ code: 'LOCKED' });
    expect((await signIn('nobody', 'not it')).json().error.code).toBe('PASSWORD_WRONG');
    await world.mover.moveTo(new Date(world.platform.clock.now().getTime() + 16 * 60_000));
    expect((await signIn('other')).statusCode).toBe(200);
  });
});

describe('a merchant', () => {
  test('finds the payout, its lines, and downloads the file', async () => {
    const { batches } = (await ask('mall', '/batches')).body;
    const [batch] = batches.filter((each: { status: string }) => each.status === 'PAID');
    expect(batch).toMatchObject({ currency: 'KRW', gross: '59000', net: '58115', count: 1 });
    const { lines } = (await ask('mall', `/batches/${batch.batchId}/lines`)).body;
    expect(lines).toMatchObject([{ kind: 'PAYMENT', gross: '59000', net: '58115', requestId: 'order-1' }]);
    const { path } = batch.files.find((file: { name: string }) => file.name.startsWith('settlementItems'));
    const file = await app.inject({ url: `/api/console/files/${path}`, headers: { cookie: cookies.mall! } });
    expect(file.headers['content-type']).toContain('text/csv');
    expect(file.body).toContain('order-1');
    const { days, balances } = (await ask('mall', '/overview')).body;
    expect(days).toMatchObject([{ day: '2014-11-11', net: '58115', count: 1 }]);
    expect(balances).toEqual({ pending: '0', payable: '0', inTransit: '0', reserve: '0' });
  });

  test('reads one payment’s story to the bank’s line, by its own number or by ours', async () => {
    const { reconciliation } = world.platform;
    const xml = await world.bank.statementOf('KRW', '2014-11-12');
    const about = { operator: 'mei', format: null, encoding: null, csv: {} };
    await reconciliation.importFile(Buffer.from(xml), about);
    const { body } = await ask('mall', `/payments/${paymentIdToWire(payment)}`);
    expect(body.steps.map((step: { kind: string }) => step.kind)).toEqual([
      ...['created', 'quoted', 'risk-passed', 'paid', 'entry', 'settled', 'payout', 'statement'],
    ]);
    expect((await ask('mall', '/payments/order-1')).body).toEqual(body);
  });
});

test('a payment’s receipt proves its events and entries, to who may see its story', async () => {
  const url = `/payments/${paymentIdToWire(payment)}/receipt`;
  await world.platform.auditLog.sealAll();
  const { body } = await ask('mall', url);
  expect(body.parts).toMatchObject([
    { kind: 'paid', leaf: 'event' },
    { kind: 'paid', leaf: 'entry' },
  ]);
  const { verifierKey } = (await world.platform.auditLog.checkpoint())!;
  const { findings, facts } = verifyReceipt(JSON.stringify(body), { verifierKey, kept: null });
  expect(findings).toEqual([]);
  expect(facts.join()).toMatch(/"event\/1".*"entry\/1"/);
  for (const [as, status] of [
    ['mei', 200],
    ['other', 404],
    [null, 401],
  ] as const)
    expect((await ask(as, url)).status, String(as)).toBe(status);
});

describe('operators', () => {
  test('a break is proposed by one and closed by another, and the trail says who did what', async () => {
    const { reconciliation } = world.platform;
    const csv = { account: 'A', statementId: 'S1', currency: 'KRW' };
    const source = 'date,reference,amount,currency\n2014-11-12,UNKNOWN,-5,KRW\n';
    await reconciliation.importFile(Buffer.from(source), {
      operator: 'mei',
      format: 'csv',
      encoding: null,
      csv,
    });
    const open = async () => (await ask('mei', '/breaks?status=open')).body.breaks;
    const [found] = (await open()).filter((each: { kind: string }) => each.kind === 'unexpected');
    expect(found).toMatchObject({ actual: expect.stringContaining('-5'), difference: '-5' });
    const act = (as: string, name: string, said: object) => ask(as, `/breaks/${found.id}/${name}`, said);
    const proposal = { action: 'suspense', reason: 'whose is it?' };
    expect(await act('mei', 'propose', { ...proposal, reason: ' ' })).toMatchObject({ status: 400 });
    expect(await act('mei', 'propose', proposal)).toMatchObject({ status: 200 });
    expect(await act('mei', 'propose', proposal)).toMatchObject({ status: 409 });
    expect(await act('li', 'approve', { reason: 'seen' })).toMatchObject({ status: 200 });
    const { acts } = (await ask('ann', '/trail?limit=2')).body;
    expect(acts).toMatchObject([
      { username: 'li', act: 'break.approve', object: `break/${found.id}`, detail: 'seen' },
      { username: 'mei', act: 'break.propose', detail: 'suspense: whose is it?' },
    ]);
    const { lines } = (await ask('ann', '/safeguarding')).body;
    expect(lines.find((line: { currency: string }) => line.currency === 'KRW').holds).toBe(false);
  });

  test('positions, proofs and held rates are there to be read', async () => {
    const { positions } = (await ask('mei', '/treasury')).body;
    expect(positions.map((position: { currency: string }) => position.currency)).toContain('CNY');
    expect((await ask('ann', '/proofs')).body.proofs.length).toBeGreaterThan(8);
    expect((await ask('ann', '/rates/held')).body).toEqual({ rates: [] });
    const confirmed = { currency: 'KRW', date: '2014-11-11', reason: 'seen' };
    expect(await ask('li', '/rates/held/confirm', confirmed)).toMatchObject({ status: 404 });
  });
});
