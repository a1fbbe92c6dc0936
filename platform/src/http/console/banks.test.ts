// Banks over the console's API: a file comes in whole or not at all and names its mistake, a profile is tried before it is kept,
// a closed day takes two people, and all of it is in the trail.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '../../log.ts';
import { camtFile, plainShape } from '../../testing/bank-files.ts';
import { payoutWorld } from '../../testing/payout-world.ts';
import { createServer } from '../server.ts';
import { consoleAdapter } from './index.ts';

let world: Awaited<ReturnType<typeof payoutWorld>>;
let app: Awaited<ReturnType<typeof createServer>>;
const cookies: Record<string, string> = {};
const password = 'correct horse battery';

beforeAll(async () => {
  world = await payoutWorld();
  const { platform } = world.world;
  app = await createServer({
    logger: createLog('silent'),
    adapters: [consoleAdapter(platform)],
    healthy: async () => true,
  });
  const people = { mei: 'maker', max: 'maker', li: 'checker', ann: 'auditor' } as const;
  for (const [username, role] of Object.entries(people)) {
    await platform.staff.add({ username, role, name: username, merchantId: null, password });
    const answer = await ask('', 'POST', '/session', { username, password });
    const [cookie] = answer.cookies;
    cookies[username] = `${cookie!.name}=${cookie!.value}`;
  }
});
afterAll(async () => {
  await app?.close();
  await world?.world.close();
});

async function ask(as: string, method: 'GET' | 'POST', url: string, payload?: object | Buffer) {
  const type = payload instanceof Buffer ? 'application/octet-stream' : 'application/json';
  const answer = await app.inject({
    ...{ method, url: `/api/console${url}` },
    headers: {
      ...{ 'x-tongbao-csrf': '1', cookie: cookies[as] ?? '' },
      ...(payload === undefined ? {} : { 'content-type': type }),
    },
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: answer.statusCode, body: answer.json(), cookies: answer.cookies };
}

const newestActs = async (limit: number) => {
  const { body } = await ask('ann', 'GET', `/trail?limit=${limit}`);
  return body.acts.map((each: Record<string, string>) => [each.username, each.act, each.detail]);
};
const fileOf = (account: string, amount: bigint) => {
  const { reference, day } = world.payout;
  const line = {
    number: 'N1',
    reference,
    amount,
    currency: 'GBP',
    charge: 0n,
    day,
    parts: [],
    alsoNamed: [],
  };
  const statement = {
    ...({
      kind: 'statement',
      account,
      statementId: 'S1',
      sequence: '',
      currency: 'GBP',
      notBooked: 0,
    } as const),
    ...{ fromDay: day, toDay: day, opening: 10_000n, closing: 10_000n + amount, lines: [line] },
  };
  return camtFile([{ statement, entries: [{ lines: [line] }] }], plainShape);
};

test('an operator imports a file: the result, the list, the trail; again it changes nothing', async () => {
  const file = fileOf('CONSOLE', -6_395n);
  const first = await ask('mei', 'POST', '/statements?name=nov.xml', file);
  expect(first).toMatchObject({
    status: 200,
    body: { statements: [{ account: 'CONSOLE', statement: 'S1', known: false, matched: 0, breakCount: 1 }] },
  });
  const { day } = world.payout;
  expect(await newestActs(1)).toEqual([['mei', 'statement.import', `nov.xml: CONSOLE S1 ${day} – ${day}`]]);
  const again = await ask('li', 'POST', '/statements?name=nov.xml', file);
  expect(again.body.statements).toMatchObject([{ known: true, id: first.body.statements[0].id }]);
  const list = await ask('ann', 'GET', '/statements?open=yes&limit=1');
  expect(list.body).toMatchObject({
    statements: [{ account: 'CONSOLE', openBreaks: 1, opening: '10000', importedBy: 'mei' }],
    before: first.body.statements[0].id,
  });
  const next = await ask('ann', 'GET', `/statements?open=yes&before=${list.body.before}`);
  expect(next.body).toEqual({ statements: [], before: null });
});

test('a file with a mistake is refused with the line and the element, and nothing of it is kept or said', async () => {
  const acts = await newestActs(1);
  const bad = Buffer.from(fileOf('CONSOLE-BAD', -6_394n).toString().replace('>63.94<', '>6x.94<'));
  expect(await ask('mei', 'POST', '/statements?name=bad.xml', bad)).toMatchObject({
    status: 422,
    body: { error: { code: 'UNREADABLE', message: 'entry 1 (line 5), Amt: "6x.94" is not an amount' } },
  });
  expect((await ask('ann', 'GET', '/statements?account=CONSOLE-BAD')).body.statements).toEqual([]);
  expect(await newestActs(1)).toEqual(acts);
  expect(await ask('mei', 'POST', '/statements?name=empty', Buffer.alloc(0))).toMatchObject({
    status: 422,
    body: { error: { message: 'the file is empty' } },
  });
  for (const [why, url] of [
    ['name: invalid_type', '/statements'],
    ['bank: invalid_format', '/statements?name=x&bank=icbc/1'],
  ])
    expect(await ask('mei', 'POST', url!, bad)).toMatchObject({
      status: 400,
      body: { error: { message: why } },
    });
});

test('whose bytes are not read: a stranger, an auditor, a page of another site', async () => {
  const large = Buffer.alloc(2 ** 20, 'a');
  expect((await ask('', 'POST', '/statements?name=x', large)).status).toBe(401);
  expect((await ask('ann', 'POST', '/statements?name=x', large)).status).toBe(403);
  expect((await ask('mei', 'POST', '/statements?name=x', { a: 1 })).status).toBe(415);
  // Bytes belong to that one route.
  expect((await ask('mei', 'POST', '/csv-profiles', large)).status).toBe(415);
});

const profile = {
  ...{ name: 'sparkasse', delimiter: ';', encoding: 'windows-1252', dateFormat: 'DD.MM.YYYY', decimal: ',' },
  ...{ grouping: '.', currency: 'GBP' },
  columns: { date: 'Buchungstag', amount: 'Betrag', reference: 'Referenz' },
};
const csv = (amount: string) =>
  Buffer.from(`Buchungstag;Referenz;Betrag;Empf\u00e4nger\n12.11.2014;R-1;${amount};M\u00fcller\n`, 'latin1');

test('a profile is tried on a sample, kept with a version, and files are read by it', async () => {
  const tried = (of: object, amount = '-1.063,94') =>
    ask('ann', 'POST', '/csv-profiles/try', { profile: of, sample: csv(amount).toString('base64') });
  expect(await tried(profile)).toMatchObject({
    status: 200,
    body: {
      count: 1,
      fromDay: '2014-11-12',
      lines: [{ reference: 'R-1', amount: '-106394', currency: 'GBP' }],
    },
  });
  expect(await tried(profile, '-1,063.94')).toMatchObject({
    status: 422,
    body: { error: { message: 'line 2, amount: "-1,063.94" has a point, the decimal sign is a comma' } },
  });
  const nameless = { ...profile, currency: undefined };
  expect((await tried(nameless)).body.error.message).toBe(
    'the profile has no column currency: name the currency',
  );
  expect((await tried({ ...profile, delimiter: '#' })).body.error.message).toContain('→ at delimiter');
  expect((await ask('ann', 'GET', '/csv-profiles')).body.profiles).toEqual([]);

  const reason = 'as their guide says';
  expect((await ask('ann', 'POST', '/csv-profiles', { profile, reason })).status).toBe(403);
  for (const version of [1, 2])
    expect((await ask('mei', 'POST', '/csv-profiles', { profile, reason })).body).toEqual({
      ...{ name: 'sparkasse', version },
    });
  expect((await ask('ann', 'GET', '/csv-profiles')).body.profiles).toMatchObject([
    { name: 'sparkasse', version: 2, createdBy: 'mei', profile: { columns: { date: 'Buchungstag' } } },
  ]);
  expect(await newestActs(1)).toEqual([['mei', 'csv-profile.add', reason]]);
  const asked = '/statements?name=u.csv&profile=sparkasse&account=A&statementId=1&currency=GBP';
  expect((await ask('mei', 'POST', asked, csv('-1,00'))).body.statements).toMatchObject([{ lines: 1 }]);
  expect((await ask('mei', 'POST', asked.replace('sparkasse', 'nobody'), csv('1'))).body.error.message).toBe(
    'there is no CSV profile nobody',
  );
});

test('a closed day: one proposes, another one decides, the calendars say what is published', async () => {
  const day = { calendar: 'KR', kind: 'closed', day: '2014-12-30', reason: 'snow' };
  const { body, status } = await ask('mei', 'POST', '/closures', day);
  expect(status).toBe(200);
  expect(await ask('max', 'POST', '/closures', day)).toMatchObject({
    status: 409,
    body: { error: { message: 'KR 2014-12-30 has been proposed or declared already' } },
  });
  expect(await ask('mei', 'POST', '/closures', { ...day, calendar: 'XX' })).toMatchObject({
    status: 409,
    body: { error: { message: 'there is no calendar XX' } },
  });
  expect((await ask('mei', 'POST', `/closures/${body.id}/approve`, { reason: 'mine' })).status).toBe(403);
  const waiting = await ask('ann', 'GET', '/closures');
  expect(waiting.body.closures).toMatchObject([{ id: body.id, proposedBy: 'mei', approved: null }]);
  expect(waiting.body.calendars).toContainEqual(expect.objectContaining({ calendar: 'KR', first: 2011 }));
  expect((await ask('li', 'POST', `/closures/${body.id}/approve`, { reason: 'seen' })).status).toBe(200);
  expect((await ask('ann', 'GET', '/closures')).body.closures).toEqual([]);
  expect((await ask('ann', 'GET', '/closures?status=decided')).body.closures).toMatchObject([
    { id: body.id, decidedBy: 'li', approved: true, day: '2014-12-30' },
  ]);
  expect(await newestActs(2)).toEqual([
    ['li', 'closure.approve', 'seen'],
    ['mei', 'closure.propose', 'closed: snow'],
  ]);
});
