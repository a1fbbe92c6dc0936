// How people come in and how their access ends, on a real database: one link opens a name once, whoever comes first; the end
// counts at once; the last admin stays.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTally } from '../database/index.ts';
import { Ids, machineRandomness, StillClock } from '../system/index.ts';
import { appCode } from '../testing/authenticator.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { testKeys } from '../testing/keys.ts';
import { createStaff, type Invited, type Member, type Staff } from './index.ts';

const password = 'correct horse battery';
const caller = { network: '192.0.2.1', device: null };
const site = { origin: 'https://pay.example', rpId: 'pay.example' };
const hour = 3_600_000;
let test: TestDatabase;
let clock: StillClock;
let staff: Staff;
let ada: Member;
let block = 1n;
let people = 0;

beforeAll(async () => {
  test = await testDatabase();
  clock = new StillClock(new Date('2014-11-11T02:00:00Z'));
  const parts = {
    database: test.database,
    clock,
    ids: new Ids(() => Promise.resolve(block++)),
    keys: testKeys,
  };
  staff = createStaff({ ...parts, tally: createTally(parts), randomness: machineRandomness, sandbox: false });
});
afterAll(() => test.drop());

/** An admin of this test's own, as `setup` and its link make one. */
beforeEach(async () => {
  const found = await staff.admin();
  if (found !== null) return;
  const begun = await staff.begin({ username: 'ada', name: 'Ada' });
  if (begun.kind !== 'link') throw new Error('there is an admin');
  ada = (await joinAs(begun.link.token)).member;
});

const maker = (): Invited => ({
  ...{ username: `person-${++people}`, name: 'A person' },
  ...{ role: 'maker', merchantId: null, shopRole: null },
});
const ofShop = (merchantId: bigint, shopRole: 'owner' | 'viewer'): Invited => ({
  ...{ username: `person-${++people}`, name: 'A person' },
  ...{ role: 'merchant', merchantId, shopRole },
});
async function joined(actor: Member, asked: Invited): Promise<{ member: Member; token: string }> {
  const { token } = await staff.invite(actor, asked);
  return joinAs(token);
}
/** Follows a link as a person does: an app's first code, and a password. */
async function joinAs(token: string, chosen = password, room = staff) {
  const offer = await room.offerAtLink({ token, caller, site, kind: 'totp' });
  if (offer.kind !== 'totp') throw new Error('no secret was offered');
  const code = appCode(offer.secret, clock.now());
  const factor = { kind: 'totp', name: 'App', sealed: offer.sealed, code } as const;
  return room.join({ token, password: chosen, caller, site, factor });
}
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? String(error),
  );
const reason = 'left the company';
const stateOf = async (username: string) =>
  (await staff.members({ before: 2n ** 62n, merchantId: null, limit: 200 })).find(
    (each) => each.username === username,
  )?.state;
const trail = async () =>
  (await staff.acts({ before: 2n ** 62n, limit: 5 })).map(
    (act) => `${act.username} ${act.act} ${act.detail}`,
  );

it('the first admin comes by a link; another set-up replaces it, and makes none once somebody has joined', async () => {
  expect(await staff.begin({ username: 'eve', name: 'Eve' })).toEqual({ kind: 'begun', username: 'ada' });
  const other = await testDatabase();
  const parts = { database: other.database, clock, keys: testKeys, ids: new Ids(async () => block++) };
  const empty = createStaff({
    ...parts,
    tally: createTally(parts),
    randomness: machineRandomness,
    sandbox: false,
  });
  const begin = (username: string) => empty.begin({ username, name: username });
  const links = (await Promise.all([begin('ann'), begin('ann'), begin('ben')])).map((begun) => {
    if (begun.kind !== 'link') throw new Error('begun');
    return begun.link;
  });
  const last = await begin('ben');
  if (last.kind !== 'link') throw new Error('begun');
  expect(last.link.expiresAt).toEqual(new Date(clock.now().getTime() + 24 * hour));
  expect(await empty.admin()).toBeNull();
  for (const { token } of links) expect(await codeOf(joinAs(token, password, empty))).toBe('link-unusable');
  expect((await joinAs(last.link.token, password, empty)).member).toMatchObject({
    ...{ username: 'ben', role: 'admin' },
  });
  expect(await begin('cas')).toEqual({ kind: 'begun', username: 'ben' });
  expect(await codeOf(begin('UPPER'))).toBe('member-refused');
  await other.drop();
});

it('an invitation opens its name once, for 72 hours; the link is not in the database', async () => {
  const asked = maker();
  const link = await staff.invite(ada, asked);
  expect(link.expiresAt).toEqual(new Date(clock.now().getTime() + 72 * hour));
  expect(await trail()).toContain(`ada staff.invite ${asked.username}, maker`);
  const { rows } = await test.owner.pool.query('SELECT row_to_json(i)::text AS text FROM staff.invitation i');
  expect(rows.map(({ text }) => text).join()).not.toContain(link.token);
  expect(await codeOf(staff.signIn({ username: asked.username, password, formerToken: null, caller }))).toBe(
    'password-wrong',
  );
  expect(await stateOf(asked.username)).toBe('invited');
  expect((await staff.lookAtLink({ token: link.token, caller })).member.name).toBe('A person');
  expect(await codeOf(joinAs(link.token, 'short'))).toBe('password-weak');
  expect(await codeOf(joinAs(link.token, `${asked.username}-horse`))).toBe('password-weak');
  const { token } = await joinAs(link.token);
  expect((await staff.findSession(token))?.username).toBe(asked.username);
  expect(await stateOf(asked.username)).toBe('active');
  expect(await codeOf(staff.lookAtLink({ token: link.token, caller }))).toBe('link-unusable');
  expect(await codeOf(joinAs(link.token))).toBe('link-unusable');
  expect(await codeOf(staff.invite(ada, asked))).toBe('member-refused');
  const late = await staff.invite(ada, maker());
  clock.advance(72 * hour);
  expect(await codeOf(joinAs(late.token))).toBe('link-unusable');
  expect(await stateOf(`person-${people}`)).toBe('expired');
});

it('security: of two who follow one link, one joins', async () => {
  const { token } = await staff.invite(ada, maker());
  const answers = await Promise.all([1, 2, 3].map(() => codeOf(joinAs(token))));
  expect(answers.sort()).toEqual(['done', 'link-unusable', 'link-unusable']);
});

it('security: links cannot be guessed without end', async () => {
  const from = { network: '192.0.2.99', device: null };
  const guess = () => codeOf(staff.lookAtLink({ token: 'x'.repeat(43), caller: from }));
  for (let number = 0; number < 60; number++) expect(await guess()).toBe('link-unusable');
  expect(await guess()).toBe('staff-locked');
  const { token } = await staff.invite(ada, maker());
  expect(await codeOf(staff.lookAtLink({ token, caller }))).toBe('done');
});

it('access ends at once, for every session; the name is not given again', async () => {
  const { member, token } = await joined(ada, maker());
  await staff.end(ada, { username: member.username, reason });
  expect(await trail()).toContain(`ada staff.end ${member.username}, maker: ${reason}`);
  expect(await staff.findSession(token)).toBeNull();
  expect(await codeOf(staff.signIn({ username: member.username, password, formerToken: null, caller }))).toBe(
    'password-wrong',
  );
  expect(await codeOf(staff.confirm({ username: member.username, password }))).toBe('password-wrong');
  expect(await codeOf(staff.end(ada, { username: member.username, reason }))).toBe('member-refused');
  expect(await codeOf(staff.reset(ada, { username: member.username, reason }))).toBe('member-refused');
  expect(await codeOf(staff.invite(ada, { ...maker(), username: member.username }))).toBe('member-refused');
  expect(await stateOf(member.username)).toBe('ended');
  // Somebody who has a link and has not followed it is out as well.
  const asked = maker();
  const link = await staff.invite(ada, asked);
  await staff.end(ada, { username: asked.username, reason });
  expect(await codeOf(joinAs(link.token))).toBe('link-unusable');
});

it('a reset ends what signed in before, and gives a new link', async () => {
  const { member, token } = await joined(ada, maker());
  const first = await staff.reset(ada, { username: member.username, reason });
  expect(await staff.findSession(token)).toBeNull();
  expect(await codeOf(staff.confirm({ username: member.username, password }))).toBe('password-wrong');
  const second = await staff.reset(ada, { username: member.username, reason });
  expect(await codeOf(joinAs(first.token))).toBe('link-unusable');
  expect(await codeOf(joinAs(second.token, `${password}!`))).toBe('done');
});

it('the last admin stays, nobody ends oneself, and of two who end each other one stays', async () => {
  expect(await codeOf(staff.end(ada, { username: 'ada', reason }))).toBe('member-refused');
  // An invited admin cannot sign in yet: the one who does is the last.
  const asked = { ...maker(), role: 'admin' } as const;
  const { token } = await staff.invite(ada, asked);
  const eve = { ...ada, id: ada.id + 1n };
  expect(await codeOf(staff.end(eve, { username: 'ada', reason }))).toBe('member-refused');
  const { member: ben } = await joinAs(token);
  const both = await Promise.all([
    codeOf(staff.end(ada, { username: ben.username, reason })),
    codeOf(staff.end(ben, { username: 'ada', reason })),
  ]);
  expect(both.sort()).toEqual(['done', 'member-refused']);
  const left = (await staff.admin())!;
  ada = left === 'ada' ? ada : ben;
});

it('a shop’s owner manages the shop’s people and nobody else; others manage nobody', async () => {
  const { member: owner } = await joined(ada, ofShop(1n, 'owner'));
  const { member: stranger } = await joined(ada, ofShop(2n, 'viewer'));
  const { member: viewer } = await joined(owner, ofShop(1n, 'viewer'));
  const { member: operator } = await joined(ada, maker());
  for (const asked of [maker(), ofShop(2n, 'viewer'), { ...maker(), role: 'admin' as const }])
    expect(await codeOf(staff.invite(owner, asked)), asked.role).toBe('member-refused');
  for (const actor of [viewer, operator]) {
    expect(await codeOf(staff.invite(actor, ofShop(1n, 'viewer')))).toBe('member-refused');
    expect(await codeOf(staff.end(actor, { username: stranger.username, reason }))).toBe('member-unknown');
  }
  for (const { username } of [stranger, operator, { username: 'nobody' }])
    expect(await codeOf(staff.end(owner, { username, reason })), username).toBe('member-unknown');
  await staff.end(owner, { username: viewer.username, reason });
  const shop = await staff.members({ before: 2n ** 62n, merchantId: 1n, limit: 200 });
  expect(shop.map(({ username, state }) => [username, state])).toEqual([
    [viewer.username, 'ended'],
    [owner.username, 'active'],
  ]);
  // A place that does not fit together is nobody's.
  for (const wrong of [
    { ...maker(), merchantId: 1n },
    { ...maker(), shopRole: 'viewer' as const },
    { ...ofShop(1n, 'owner'), merchantId: null },
    { ...maker(), username: 'A' },
    { ...maker(), name: ' ' },
  ])
    expect(await codeOf(staff.invite(ada, wrong))).toBe('member-refused');
});

it('the list of people is read a page at a time', async () => {
  const all = await staff.members({ before: 2n ** 62n, merchantId: null, limit: 200 });
  const first = await staff.members({ before: 2n ** 62n, merchantId: null, limit: 2 });
  const second = await staff.members({ before: first[1]!.id, merchantId: null, limit: 2 });
  expect([...first, ...second]).toEqual(all.slice(0, 4));
});
