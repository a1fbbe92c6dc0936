// The routes: a statement comes in as CSV and as camt.053, its break is listed with field and values, and closed.
import { money } from '@tongbao/money';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '../../log.ts';
import { clearingStatement, createSandboxBank } from '../../sandbox/bank/index.ts';
import { settlementWorld } from '../../testing/settlement-world.ts';
import { createServer } from '../server.ts';
import { reconciliationAdapter } from './index.ts';

let world: Awaited<ReturnType<typeof settlementWorld>>;
let app: Awaited<ReturnType<typeof createServer>>;
let xml: string;

beforeAll(async () => {
  world = await settlementWorld('2014-11-11T02:00:00Z');
  app = await createServer({
    logger: createLog('silent'),
    adapters: [reconciliationAdapter(world.platform, (of) => clearingStatement(world.platform.database, of))],
    healthy: async () => true,
  });
  const shop = await world.shop('KR');
  await world.platform.settlement.changeTerms(shop.merchant.id, { accountName: 'K', accountNumber: 'KR1' });
  await world.pay(shop, 59_000n);
  await world.mover.moveTo(new Date('2014-11-13T00:00:00Z'));
  xml = await world.bank.statementOf('KRW', '2014-11-12');
});
afterAll(async () => {
  await app?.close();
  await world?.close();
});

const post = async (url: string, payload: string | Buffer | object, type = 'application/json') => {
  const answer = await app.inject({
    method: 'POST',
    url: `/sandbox/reconciliation${url}`,
    payload: typeof payload === 'string' || payload instanceof Buffer ? payload : JSON.stringify(payload),
    headers: { 'content-type': type },
  });
  return { status: answer.statusCode, body: answer.json() };
};

test('a statement of the bank, changed on the way, leaves a break that two people close', async () => {
  const wrong = xml.replace(/(<Ntry>.*?<Amt Ccy="KRW">)58115</, '$158116<');
  expect(wrong).not.toBe(xml);
  const { status, body } = await post('/statements?operator=mei', wrong, 'application/xml');
  expect(status).toBe(200);
  expect(body.statements[0].breaks).toMatchObject([
    { kind: 'amount', field: 'amount', expected: '-58115', actual: '-58116', difference: '-1' },
    { kind: 'balance', field: 'closingBalance' },
  ]);
  const listed = (await app.inject('/sandbox/reconciliation/breaks?status=open')).json().breaks;
  const act = (name: string, said: object) => post(`/breaks/${listed[0].id}/${name}`, said);
  expect(await act('approve', { operator: 'li', reason: 'r' })).toMatchObject({ status: 409 });
  expect(await act('propose', { operator: 'mei', reason: 'r' })).toMatchObject({ status: 409 });
  const proposal = { operator: 'mei', reason: 'the bank corrects it', action: 'explain' };
  expect(await act('propose', proposal)).toMatchObject({ status: 200 });
  expect(await act('approve', { operator: 'mei', reason: 'fine' })).toEqual({
    status: 409,
    body: { error: { code: 'not-allowed', message: 'mei proposed it: somebody else has to approve' } },
  });
  expect(await act('approve', { operator: 'li', reason: 'seen the letter' })).toMatchObject({ status: 200 });
  const closed = (await app.inject('/sandbox/reconciliation/breaks?status=closed')).json().breaks;
  expect(closed).toMatchObject([{ acts: [{ operator: 'mei' }, { operator: 'li', entryId: null }] }]);
});

test('CSV is read by column names, and what is wrong is said with the line', async () => {
  const url = '/statements?operator=mei&statementId=C1&currency=KRW';
  const csv = 'date,reference,amount,currency\n2014-11-12,UNKNOWN,-5,KRW\n';
  const { body } = await post(url, csv, 'text/csv');
  expect(body.statements[0].breaks.map((found: { kind: string }) => found.kind).sort()).toEqual([
    'missing',
    'unexpected',
  ]);
  expect(await post(url, 'date,reference\n', 'text/csv')).toMatchObject({
    status: 400,
    body: { error: { message: 'line 1 has no column amount' } },
  });
  expect(await post('/statements?operator=mei', csv, 'text/csv')).toMatchObject({ status: 400 });
  expect(await post('/statements', xml, 'application/xml')).toMatchObject({ status: 400 });
  expect(await post('/statements?operator=mei', '<no', 'application/xml')).toMatchObject({ status: 400 });
});

test('a card bank’s clearing statement comes as camt.053 or CSV, and goes in under its own account', async () => {
  const { database } = world.platform;
  const bank = createSandboxBank({ database, clock: world.platform.clock, pause: async () => undefined });
  await bank.issueCard({
    ...{ bank: 'CCB', token: 'CCB-9', creditLimit: 0n, blocked: false },
    balance: money('CNY', 100_000n),
  });
  // The bank moved money that nobody asked it to move.
  const strange = { bank: 'CCB', cardToken: 'CCB-9', amount: money('CNY', 1_250n), reference: 'STRAY-1' };
  await bank.debit(strange);
  const get = (query: string) => app.inject(`/sandbox/reconciliation/clearing-statement?${query}`);
  const day = world.platform.clock.now().toISOString().slice(0, 10);
  const csv = await get(`bank=CCB&currency=CNY&day=${day}&format=csv`);
  expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(csv.body).toBe(`number,date,reference,amount,currency\r\n1,${day},STRAY-1,12.50,CNY\r\n`);
  const camt = await get(`bank=CCB&currency=CNY&day=${day}`);
  const { body } = await post('/statements?operator=mei', camt.body, 'application/xml');
  expect(body.statements[0].breaks).toMatchObject([
    {
      kind: 'unexpected',
      reference: 'STRAY-1',
      field: 'entry',
      actual: `12.50 on ${day}`,
      difference: '1250',
    },
  ]);
  const again = '/statements?operator=mei&account=CLEARING-CCB-CNY&statementId=C2&currency=CNY';
  expect((await post(again, csv.body, 'text/csv')).body.statements[0].breaks).toMatchObject([
    { kind: 'duplicate', expected: 'on a former statement' },
  ]);
  for (const wrong of ['bank=ccb&currency=CNY', 'bank=CCB&currency=XXY', 'bank=CCB&currency=CNY&format=pdf'])
    expect((await get(`${wrong}&day=${day}`)).statusCode).toBe(400);
  expect((await get('bank=CCB&currency=CNY&day=2014-02-30')).statusCode).toBe(400);
});

test('case 12: the door takes bytes: UTF-16 by its mark, Latin letters by the charset, MT940 as plain text', async () => {
  const account = (name: string) => xml.replaceAll(/<Othr><Id>[^<]*/g, `<Othr><Id>${name}`);
  const wide = Buffer.from(`\uFEFF${account('BYTES-1').replace('UTF-8', 'UTF-16')}`, 'utf16le');
  expect(await post('/statements?operator=mei', wide, 'application/xml')).toMatchObject({
    status: 200,
    body: { statements: [{ account: 'BYTES-1', known: false, version: 1, breakCount: 0 }] },
  });
  const latin = Buffer.from(
    account('BYTES-2').replace('<Ntry>', '<AddtlNtryInf>R\u00fcck</AddtlNtryInf><Ntry>'),
    'latin1',
  );
  const charset = 'application/xml; charset=iso-8859-1';
  expect(await post('/statements?operator=mei', latin, charset)).toMatchObject({ status: 200 });
  expect(await post('/statements?operator=mei', latin, 'application/xml')).toMatchObject({
    status: 400,
    body: { error: { message: 'the file is not in the encoding UTF-8: bytes that it does not have' } },
  });
  const mt940 =
    ':20:A\n:25:BYTES-3\n:28C:1\n:60F:C141231KRW0,\n:61:1501010101C5,NTRFX\n:62F:C150101KRW5,\n-\n';
  expect(await post('/statements?operator=mei', mt940, 'text/plain')).toMatchObject({
    status: 200,
    body: {
      statements: [{ account: 'BYTES-3', lines: 1, breaks: [{ kind: 'unexpected', day: '2015-01-01' }] }],
    },
  });
});

test('an operator adds a profile for a bank’s CSV, and a file is read by it', async () => {
  const profile = {
    ...{
      name: 'hanbit-bank',
      delimiter: ';',
      decimal: ',',
      grouping: '.',
      dateFormat: 'DD.MM.YYYY',
      currency: 'KRW',
    },
    columns: { date: 'Datum', amount: 'Betrag', reference: 'Referenz' },
  };
  const url = '/csv-profiles?operator=mei';
  expect(await post(url, profile)).toEqual({ status: 200, body: { name: 'hanbit-bank', version: 1 } });
  expect(await post(url, profile)).toEqual({ status: 200, body: { name: 'hanbit-bank', version: 2 } });
  expect(await post(url, { ...profile, grouping: ',' })).toMatchObject({
    status: 400,
    body: { error: { message: expect.stringContaining('is the decimal sign too') } },
  });
  const listed = (await app.inject('/sandbox/reconciliation/csv-profiles')).json().profiles;
  expect(listed).toMatchObject([profile]);
  const file = 'Datum;Betrag;Referenz\n12.11.2014;-1.005;WHO\n';
  const query = '/statements?operator=mei&account=PROFILE&statementId=P1&from=2014-11-01&to=2014-11-02';
  expect(await post(`${query}&profile=hanbit-bank`, file, 'text/csv')).toMatchObject({
    status: 200,
    body: {
      statements: [
        { fromDay: '2014-11-01', toDay: '2014-11-02', breaks: [{ kind: 'unexpected', difference: '-1005' }] },
      ],
    },
  });
  expect(await post(`${query}&profile=another`, file, 'text/csv')).toMatchObject({
    status: 400,
    body: { error: { message: 'there is no CSV profile another' } },
  });
});
