// security H6: an act of staff and its row in the trail are one transaction. Where the row is refused, the act did not
// happen; every operation that changes something is tried.
import { consoleOperations } from '@tongbao/protocol/console';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { quarantine } from '../../database/index.ts';
import { createLog } from '../../log.ts';
import { generateRsaKeys } from '../../system/index.ts';
import { sampleDocument, sampleFacts } from '../../testing/applicant.ts';
import { appCode } from '../../testing/authenticator.ts';
import { settlementWorld } from '../../testing/settlement-world.ts';
import { createServer } from '../server.ts';
import { consoleAdapter } from './index.ts';

let world: Awaited<ReturnType<typeof settlementWorld>>;
let app: Awaited<ReturnType<typeof createServer>>;
const cookies: Record<string, string> = { nobody: 'none=none' };
const password = 'correct horse battery';
const headers = { 'x-tongbao-csrf': '1', 'content-type': 'application/json' };
const sql = (text: string, ...values: unknown[]) => world.test.owner.pool.query(text, values);

beforeAll(async () => {
  world = await settlementWorld('2014-11-11T02:00:00Z');
  const { platform } = world;
  await platform.fx.rateTableAt(platform.clock.now());
  app = await createServer({
    logger: createLog('silent'),
    adapters: [consoleAdapter(platform)],
    healthy: async () => true,
  });
  for (const [username, role] of [
    ['mei', 'maker'],
    ['li', 'checker'],
    ['ada', 'admin'],
  ] as const) {
    await platform.staff.add({ username, role, name: username, merchantId: null, password });
    const answer = await app.inject({
      ...{ method: 'POST', url: '/api/console/session', headers },
      payload: { username, password },
    });
    cookies[username] = `${answer.cookies[0]!.name}=${answer.cookies[0]!.value}`;
  }
  await sql(`CREATE FUNCTION refuse_trail() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the trail cannot be written'; END $$`);
});
afterAll(async () => {
  await app?.close();
  await world?.close();
});

const refuseTrail = () =>
  sql('CREATE TRIGGER refuse BEFORE INSERT ON staff.act FOR EACH ROW EXECUTE FUNCTION refuse_trail()');
const allowTrail = () => sql('DROP TRIGGER refuse ON staff.act');

type Name = {
  [Key in keyof typeof consoleOperations]: (typeof consoleOperations)[Key]['method'] extends 'POST'
    ? Key
    : never;
}[keyof typeof consoleOperations];
/** Sessions: opening one writes its own row in the same transaction, ending one leaves none. */
type Act = Exclude<
  Name,
  'signIn' | 'signOut' | 'lookAtLink' | 'offerAtLink' | 'offerFactor' | 'askProof' | 'tryCsvProfile'
>;

/** A break that waits for its maker, or for its checker. */
async function aBreak(status: 'open' | 'proposed'): Promise<string> {
  const id = await world.platform.ids.one();
  await sql(
    `INSERT INTO reconciliation.statement (id, account, statement_id, currency, from_day, to_day, closing, lines, matched,
       imported_at, imported_by, source)
     VALUES ($1, 'CLEARING-ICBC-CNY', $2, 'CNY', '2014-11-01', '2014-11-01', 100, 0, 0, now(), 'mei', '')`,
    id,
    `S${id}`,
  );
  await sql(
    `INSERT INTO reconciliation.break (id, statement_id, kind, reference, field, expected, actual, currency, difference)
     VALUES ($1, $1, 'balance', '', 'closingBalance', '0', '100', 'CNY', 100)`,
    id,
  );
  if (status === 'proposed')
    await world.platform.database.transaction((tx) =>
      world.platform.reconciliation.propose(tx, {
        ...{ breakId: id, action: 'suspense', operator: 'somebody', reason: 'ask the bank' },
      }),
    );
  return id.toString();
}

let wallets = 0;
async function aCustomer(isFrozen = false): Promise<string> {
  const { customers, database } = world.platform;
  const { id } = await customers.signUp({
    ...{ phone: `+86138000010${(wallets++).toString().padStart(2, '0')}`, name: '李伟', region: 'CN' },
    ...{ language: 'zh-CN', kycClass: 3, pin: '200808' },
  });
  if (isFrozen) await database.transaction((tx) => customers.oversight.freeze(tx, id));
  return id.toString();
}
async function anUnfreezing(): Promise<string> {
  const { customers, database } = world.platform;
  const asked = { customerId: BigInt(await aCustomer(true)), operator: 'mei', reason };
  return (await database.transaction((tx) => customers.oversight.proposeUnfreeze(tx, asked))).toString();
}

async function aRejectedBatch(): Promise<string> {
  const { merchant } = await world.shop('KR');
  await world.platform.settlement.changeTerms(merchant.id, { accountName: 'K', accountNumber: 'KR1234' });
  const id = await world.platform.ids.one();
  await sql(
    `INSERT INTO settlement.batch (id, merchant_id, currency, status, opened_at, cut_off_at, settlement_day, fixed_fee,
       refund_fee, tax_bps, gross, net, closed_at, attempts, refusal)
     VALUES ($1, $2, 'KRW', 'REJECTED', now(), now(), '2014-11-10', 0, 0, 0, 100, 100, now(), 1, 'AM04')`,
    ...[id, merchant.id],
  );
  return id.toString();
}

let rates = 0;
async function aHeldRate(proposedBy: string | null): Promise<{ currency: string; date: string }> {
  const date = `2014-10-${(++rates).toString().padStart(2, '0')}`;
  const { rows } = await sql('SELECT source, pivot FROM fx.rate LIMIT 1');
  await sql(
    `INSERT INTO fx.rate (source, pivot, currency, rate_date, rate, status, recorded_at, proposed_by)
     VALUES ($1, $2, 'XTS', $3, '7', 'held', now(), $4)`,
    rows[0].source,
    rows[0].pivot,
    date,
    proposedBy,
  );
  return { currency: 'XTS', date };
}

let days = 0;
const aDay = (): string => `2014-12-${(++days).toString().padStart(2, '0')}`;
const aClosure = async (): Promise<string> => {
  const asked = { calendar: 'KR', kind: 'closed', day: aDay(), reason: 'snow', operator: 'mei' } as const;
  const { database, settlement } = world.platform;
  return (await database.transaction((tx) => settlement.proposeDeclaration(tx, asked))).toString();
};

/** A conversion that waits for people. */
let deals = 0;
const aDealDay = (): string => `2014-09-${deals.toString().padStart(2, '0')}`;
async function aDeal(): Promise<string> {
  const id = await world.platform.ids.one();
  deals += 1;
  await sql(
    `INSERT INTO settlement.deal (id, day, currency, bought, home, cost, collected, gain, rate, created_at, next_try_at, number,
       by_hand_since) VALUES ($1, $2, 'GBP', 100, 'CNY', 970, 970, 0, '9.7', now(), now(), 1, now())`,
    ...[id, aDealDay()],
  );
  return id.toString();
}
async function anAgreement(): Promise<string> {
  const { database, settlement } = world.platform;
  const asked = {
    ...{ dealId: BigInt(await aDeal()), bankReference: `FXD/${deals}`, valueDate: aDealDay(), reason },
    ...{ terms: { kind: 'rate', rate: '9.7' } as const, operator: 'mei' },
  } as const;
  return (await database.transaction((tx) => settlement.proposeAgreement(tx, asked))).toString();
}

const platformStaff = () => world.platform.staff;
const site = { origin: 'http://localhost', rpId: 'localhost' };
const ada = async () => (await platformStaff().findSession(cookies.ada!.split('=')[1]!))!;
/** An authenticator app that ada has just typed a secret into. */
async function anApp() {
  const offer = await platformStaff().account.offerFactor(await ada(), { kind: 'totp', site });
  if (offer.kind !== 'totp') throw new Error('no secret was offered');
  const code = appCode(offer.secret, world.platform.clock.now());
  return { kind: 'totp', name: 'App', sealed: offer.sealed, code } as const;
}

/** Somebody who was invited and has not joined. */
let people = 0;
async function aPerson(): Promise<{ username: string; token: string }> {
  const username = `person-${++people}`;
  const place = { role: 'maker', merchantId: null, shopRole: null } as const;
  const { token } = await platformStaff().invite(await ada(), { ...place, username, name: username });
  return { username, token };
}

let shops = 0;
async function aShop(): Promise<{ clientId: string }> {
  const shop = await world.shop(['GB', 'JP', 'HK', 'TW'][shops++ % 4]!);
  return { clientId: shop.merchant.clientId };
}
async function setStatus(clientId: string, status: 'suspended'): Promise<void> {
  const { merchants } = world.platform;
  await merchants.setStatus((await merchants.findByClientId(clientId))!.merchant.id, status);
}
async function aProposal(): Promise<string> {
  const { merchants, onboarding, database } = world.platform;
  const { merchant } = (await merchants.findByClientId((await aShop()).clientId))!;
  const asked = { subjectId: merchant.id, reason, operator: 'mei', effectiveFrom: null };
  const changes = { feeBps: 175 };
  return (
    await database.transaction((tx) => onboarding.proposeContract(tx, { ...asked, changes }))
  ).toString();
}

async function anApplication(): Promise<string> {
  const { database, onboarding } = world.platform;
  const documents = [sampleDocument];
  const of = { facts: sampleFacts, documents, operator: 'mei' };
  const { id } = await database.transaction((tx) => onboarding.applications.bring(tx, of));
  return id.toString();
}

const item = { timer: 'a timer', item: '7' };
const reason = 'seen';
interface Asked {
  readonly as: string;
  readonly id?: string;
  readonly username?: string;
  readonly query?: string;
  readonly body: object | Buffer;
}
const acts: Readonly<Record<Act, () => Promise<Asked>>> = {
  proposeClosing: async () => ({
    ...{ as: 'mei', id: await aBreak('open'), body: { action: 'suspense', reason } },
  }),
  approveClosing: async () => ({ as: 'li', id: await aBreak('proposed'), body: { reason } }),
  refuseClosing: async () => ({ as: 'li', id: await aBreak('proposed'), body: { reason } }),
  proposeRate: async () => ({ as: 'mei', body: { ...(await aHeldRate(null)), reason } }),
  confirmRate: async () => ({ as: 'li', body: { ...(await aHeldRate('mei')), reason } }),
  changePassword: async () => ({
    ...{ as: 'mei', body: { password, newPassword: 'another horse battery' } },
  }),
  inviteMember: async () => ({
    ...{ as: 'ada', body: { username: `person-${++people}`, name: 'A person', role: 'maker' } },
  }),
  endMember: async () => ({ as: 'ada', username: (await aPerson()).username, body: { reason } }),
  resetMember: async () => ({ as: 'ada', username: (await aPerson()).username, body: { reason } }),
  addFactor: async () => ({ as: 'ada', body: { factor: await anApp() } }),
  removeFactor: async () => {
    await platformStaff().account.addFactor(await ada(), { asked: await anApp(), site });
    const { factors } = await platformStaff().account.factors((await ada()).id);
    return { as: 'ada', id: factors.at(-1)!.id.toString(), body: {} };
  },
  renewRecoveryCodes: async () => ({ as: 'ada', body: {} }),
  prove: async () => {
    for (const { id } of (await platformStaff().account.factors((await ada()).id)).factors)
      await platformStaff().account.removeFactor(await ada(), id);
    await world.mover.moveTo(new Date(world.platform.clock.now().getTime() + 1_000));
    return { as: 'ada', body: { password } };
  },
  endSession: async () => {
    await platformStaff().signIn({ username: 'ada', password, formerToken: null });
    const { id } = await ada();
    const own = (await ada()).session.id;
    const other = (await platformStaff().account.sessions(id)).find((each) => each.id !== own)!;
    return { as: 'ada', id: other.id.toString(), body: {} };
  },
  addToken: async () => ({ as: 'ada', body: { name: 'night', scope: 'act', days: 30 } }),
  endToken: async () => {
    await platformStaff().account.addToken(await ada(), { name: 'old', scope: 'read', days: 1 });
    const [token] = await platformStaff().account.tokens((await ada()).id);
    return { as: 'ada', id: token!.id.toString(), body: {} };
  },
  join: async () => ({ as: 'nobody', body: { token: (await aPerson()).token, password } }),
  setNotificationTarget: async () => {
    const { clientId } = (await world.shop('KR')).merchant;
    return { as: 'mei', body: { clientId, target: 'path-and-query', reason } };
  },
  setSignTypes: async () => {
    const { clientId } = (await world.shop('KR')).merchant;
    return { as: 'mei', body: { clientId, signTypes: ['RSA', 'RSA2'], reason } };
  },
  sayCheck: async () => ({
    as: 'mei',
    id: await anApplication(),
    body: { name: 'sanctions', passed: true, reason },
  }),
  askForMore: async () => ({ as: 'mei', id: await anApplication(), body: { reason } }),
  rejectApplication: async () => ({ as: 'mei', id: await anApplication(), body: { reason } }),
  proposeAdmission: async () => {
    const id = await anApplication();
    await sql(
      `UPDATE onboarding.application_check SET result = 'passed', next_at = NULL WHERE application_id = $1`,
      id,
    );
    return { as: 'mei', id, body: { terms: { calendar: 'EU', timeZone: 'Europe/Berlin' }, reason } };
  },
  goLive: async () => {
    const { clientId } = await aShop();
    const merchantId = (await world.platform.merchants.findByClientId(clientId))!.merchant.id;
    const later = new Date('9999-01-01T00:00:00Z');
    const { database, merchants, onboarding } = world.platform;
    await database.transaction((tx) => merchants.setLiveFrom(tx, merchantId, later));
    await onboarding.noteCall({ merchantId, finding: null });
    return { as: 'mei', body: { clientId, reason } };
  },
  proposeContract: async () => ({
    as: 'mei',
    body: { ...(await aShop()), changes: { feeBps: 170 }, reason },
  }),
  suspendMerchant: async () => ({ as: 'mei', body: { ...(await aShop()), reason } }),
  proposeResume: async () => {
    const { clientId } = await aShop();
    await setStatus(clientId, 'suspended');
    return { as: 'mei', body: { clientId, reason } };
  },
  rotateMerchantKey: async () => {
    const { publicKey } = await generateRsaKeys();
    return { as: 'mei', body: { ...(await aShop()), publicKey, reason } };
  },
  approveProposal: async () => ({ as: 'li', id: await aProposal(), body: { reason } }),
  refuseProposal: async () => ({ as: 'li', id: await aProposal(), body: { reason } }),
  importStatements: async () => ({
    ...{ as: 'mei', query: '?name=empty.csv&account=T&statementId=1&currency=GBP&from=2014-11-12' },
    body: Buffer.from('date,reference,amount,currency\n'),
  }),
  addCsvProfile: async () => ({
    ...{ as: 'mei', body: { profile: { name: 'bank', columns: { date: 1, amount: 2 } }, reason } },
  }),
  proposeClosure: async () => ({
    ...{ as: 'mei', body: { calendar: 'KR', kind: 'closed', day: aDay(), reason } },
  }),
  approveClosure: async () => ({ as: 'li', id: await aClosure(), body: { reason } }),
  refuseClosure: async () => ({ as: 'li', id: await aClosure(), body: { reason } }),
  findCustomer: async () => ({ as: 'mei', body: { key: await aCustomer(), reason } }),
  freezeCustomer: async () => ({ as: 'li', id: await aCustomer(), body: { reason } }),
  unfreezeCustomer: async () => ({ as: 'mei', id: await aCustomer(true), body: { reason } }),
  setCustomerLimits: async () => ({
    ...{ as: 'mei', id: await aCustomer(), body: { payment: '100', day: '200', reason } },
  }),
  approveCustomerProposal: async () => ({ as: 'li', id: await anUnfreezing(), body: { reason } }),
  refuseCustomerProposal: async () => ({ as: 'li', id: await anUnfreezing(), body: { reason } }),
  retryPayout: async () => ({ as: 'mei', id: await aRejectedBatch(), body: { reason } }),
  agreeDeal: async () => ({
    ...{ as: 'mei', id: await aDeal() },
    body: { bankReference: 'FXD/1', terms: { rate: '9.7' }, valueDate: aDealDay(), reason },
  }),
  approveAgreement: async () => ({ as: 'li', id: await anAgreement(), body: { reason } }),
  refuseAgreement: async () => ({ as: 'li', id: await anAgreement(), body: { reason } }),
  release: async () => {
    const at = world.platform.clock.now();
    await world.platform.database.transaction((tx) => quarantine(tx, { ...item, reason: 'broken', at }));
    return { as: 'li', body: { ...item, reason } };
  },
};

/** Every row of every table of ours; but for the tally, which counts tries whatever becomes of them. */
async function everything(): Promise<Map<string, string>> {
  const { rows } = await sql(
    `SELECT schemaname || '.' || tablename AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'graphile_worker')
       AND (schemaname, tablename) <> ('system', 'tally') ORDER BY 1`,
  );
  const found = new Map<string, string>();
  for (const { name } of rows) {
    const all = await sql(
      // When a session was last used is written down once a minute, whatever it is used for.
      `SELECT md5(coalesce(string_agg(row, ';' ORDER BY row), '')) AS sum
       FROM (SELECT (to_jsonb(t) - 'last_seen_at')::text AS row FROM ${name} t) rows`,
    );
    found.set(name, all.rows[0].sum);
  }
  return found;
}

test.each(Object.keys(acts) as Act[])(
  'security H6: %s does not happen without its row in the trail',
  async (name) => {
    const { as, id = '', username = '', query = '', body } = await acts[name]();
    const type = body instanceof Buffer ? 'application/octet-stream' : 'application/json';
    const operation = consoleOperations[name];
    const call = () =>
      app.inject({
        ...{
          method: 'POST',
          url: `${operation.path.replace(':id', id).replace(':username', username)}${query}`,
          payload: body,
        },
        headers: { ...headers, 'content-type': type, cookie: cookies[as]! },
      });
    const before = await everything();
    await refuseTrail();
    expect((await call()).statusCode).toBe(500);
    await allowTrail();
    expect(await everything()).toEqual(before);

    // And with it, both happen.
    const { rows: former } = await sql('SELECT count(*)::int AS count FROM staff.act');
    expect((await call()).statusCode).toBe(200);
    const changed = [...(await everything())].flatMap(([table, sum]) =>
      sum === before.get(table) ? [] : table,
    );
    expect(changed).toContain('staff.act');
    expect(changed.length).toBeGreaterThan(1);
    const { rows } = await sql('SELECT count(*)::int AS count FROM staff.act');
    expect(rows[0].count).toBe(former[0].count + 1);
  },
);

test('security H6: a held rate takes two people', async () => {
  const rate = await aHeldRate('li');
  const confirm = (as: string) =>
    app.inject({
      ...{ method: 'POST', url: '/api/console/rates/held/confirm', payload: { ...rate, reason } },
      headers: { ...headers, cookie: cookies[as]! },
    });
  const own = await confirm('li');
  expect([own.statusCode, own.json().error.code]).toEqual([409, 'NOT_ALLOWED']);
  const unproposed = await aHeldRate(null);
  const answer = await app.inject({
    ...{ method: 'POST', url: '/api/console/rates/held/confirm', payload: { ...unproposed, reason } },
    headers: { ...headers, cookie: cookies.li! },
  });
  expect([answer.statusCode, answer.json().error.message]).toEqual([
    409,
    expect.stringContaining('a maker does first'),
  ]);
});

test('core: no GET of the console writes', async () => {
  // A payment that no batch has taken in yet, and a currency without an account.
  const shop = await world.shop('GB');
  await world.shop('HK');
  await world.pay(shop, 5_900n, 'order-1');
  const before = await everything();
  for (const operation of Object.values(consoleOperations)) {
    if (operation.method !== 'GET') continue;
    const url = operation.path.replace(/:(batchId|id)/, '1').replace(':key', 'order-1');
    const as = (operation.roles as readonly string[]).includes('maker') ? 'mei' : 'ada';
    const answer = await app.inject({ url: `${url}?clientId=SHOP_1`, headers: { cookie: cookies[as]! } });
    expect([url, answer.statusCode === 200 || answer.statusCode === 404]).toEqual([url, true]);
  }
  expect(await everything()).toEqual(before);
});
