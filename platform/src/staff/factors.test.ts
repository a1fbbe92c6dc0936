// Second factors on a real database: what comes in besides the password, each code once, guesses counted, the way back by recovery
// codes; a proof that grows old; access tokens with what they may not.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTally } from '../database/index.ts';
import { Ids, machineRandomness, StillClock } from '../system/index.ts';
import { appCode } from '../testing/authenticator.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { testKeys } from '../testing/keys.ts';
import { createStaff, type Member, type Proof, type SignedMember, type Staff } from './index.ts';

const password = 'correct horse battery';
const caller = { network: '192.0.2.1', device: null };
const site = { origin: 'https://pay.example', rpId: 'pay.example' };
let test: TestDatabase;
let clock: StillClock;
let staff: Staff;
let sandbox: Staff;
let block = 1n;
let people = 0;

beforeAll(async () => {
  test = await testDatabase();
  clock = new StillClock(new Date('2014-11-11T02:00:00Z'));
  const parts = {
    ...{ database: test.database, clock, keys: testKeys, randomness: machineRandomness },
    ids: new Ids(() => Promise.resolve(block++)),
  };
  staff = createStaff({ ...parts, tally: createTally(parts), sandbox: false });
  sandbox = createStaff({ ...parts, tally: createTally(parts), sandbox: true });
});
afterAll(() => test.drop());

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: Error & { code?: string }) => error.code ?? error.message,
  );
const minutes = (count: number) => clock.advance(count * 60_000);
const enter = (username: string, proof?: Proof) =>
  staff.signIn({ username, password, formerToken: null, caller, site, proof });
const totp = (secret: string): Proof => ({ kind: 'totp', code: appCode(secret, clock.now()) });

async function anApp(member: Member, room = staff) {
  const offer = await room.account.offerFactor(member, { kind: 'totp', site });
  if (offer.kind !== 'totp') throw new Error('no secret was offered');
  const code = appCode(offer.secret, clock.now());
  return { secret: offer.secret, asked: { kind: 'totp', name: 'App', sealed: offer.sealed, code } as const };
}
/** Somebody with an app, as a link makes one; the app's code of this half minute is used up. */
async function person(): Promise<{ member: Member; secret: string; codes: string[] }> {
  const username = `somebody-${++people}`;
  await staff.add({ username, name: username, role: 'maker', merchantId: null, password });
  const { member } = await enter(username);
  const { secret, asked } = await anApp(member);
  return { member, secret, codes: await staff.account.addFactor(member, { asked, site }) };
}
const session = async (token: string): Promise<SignedMember> => (await staff.findSession(token))!;

it('who has no second factor is let into the own account alone; a sandbox asks for none', async () => {
  const username = `somebody-${++people}`;
  await staff.add({ username, name: username, role: 'maker', merchantId: null, password });
  const { token, member } = await enter(username);
  expect((await session(token)).session.lacksFactor).toBe(true);
  expect((await sandbox.findSession(token))!.session.lacksFactor).toBe(false);
  expect(await codeOf(staff.confirm({ username, password }))).toBe('member-refused');
  expect((await sandbox.confirm({ username, password })).id).toBe(member.id);
  const { asked } = await anApp(member);
  expect(await staff.account.addFactor(member, { asked, site })).toHaveLength(10);
  expect((await session(token)).session.lacksFactor).toBe(false);
});

it('security: a password alone opens nothing; a code counts once, here and at the command line', async () => {
  const { member, secret } = await person();
  const { username } = member;
  await expect(enter(username)).rejects.toMatchObject({ ways: ['totp', 'recovery'], passkey: null });
  // The code with which the app was added is used up.
  expect(await codeOf(enter(username, totp(secret)))).toBe('factor-wrong');
  minutes(1);
  const code = totp(secret);
  const both = await Promise.all([codeOf(enter(username, code)), codeOf(enter(username, code))]);
  expect(both.sort()).toEqual(['done', 'factor-wrong']);
  expect(await codeOf(staff.confirm({ username, password }))).toBe('a second factor is asked for');
  minutes(1);
  const { code: typed } = totp(secret) as { code: string };
  expect((await staff.confirm({ username, password, code: typed })).id).toBe(member.id);
  expect(await codeOf(staff.confirm({ username, password, code: typed }))).toBe('factor-wrong');
  const { rows } = await test.owner.pool.query('SELECT row_to_json(f)::text AS text FROM staff.factor f');
  expect(rows.map(({ text }) => text).join()).not.toContain(secret);
});

it('security: codes cannot be guessed without end, and a right password clears nothing', async () => {
  const { member, secret } = await person();
  minutes(1);
  for (let guess = 0; guess < 5; guess++)
    expect(await codeOf(enter(member.username, { kind: 'totp', code: '000000' }))).toBe('factor-wrong');
  expect(await codeOf(enter(member.username, totp(secret)))).toBe('staff-locked');
  minutes(16);
  expect(await codeOf(enter(member.username, totp(secret)))).toBe('done');
  const trail = await staff.acts({ before: 2n ** 62n, limit: 20 });
  expect(trail.filter((act) => act.detail === 'wrong second factor').length).toBeGreaterThanOrEqual(5);
});

it('a recovery code stands in once, for its owner alone; new ones take the place of all', async () => {
  const [mine, other] = [await person(), await person()];
  const proof = (code: string): Proof => ({ kind: 'recovery', code });
  const typed = mine.codes[0]!.toUpperCase().replaceAll('-', ' ');
  expect(await codeOf(enter(other.member.username, proof(typed)))).toBe('factor-wrong');
  expect(await codeOf(enter(mine.member.username, proof(typed)))).toBe('done');
  expect(await codeOf(enter(mine.member.username, proof(typed)))).toBe('factor-wrong');
  expect((await staff.account.factors(mine.member.id)).recoveryCodes).toBe(9);
  const renewed = await staff.account.renewRecoveryCodes(mine.member);
  expect(await codeOf(enter(mine.member.username, proof(mine.codes[1]!)))).toBe('factor-wrong');
  expect(await codeOf(enter(mine.member.username, proof(renewed[1]!)))).toBe('done');
  const { rows } = await test.owner.pool.query(
    'SELECT row_to_json(c)::text AS text FROM staff.recovery_code c',
  );
  expect(rows.map(({ text }) => text).join()).not.toContain(renewed[2]!);
});

it('security: a secret that was shown to one person is nobody else’s; what is not one is refused', async () => {
  const [mine, other] = [await person(), await person()];
  const { asked } = await anApp(mine.member);
  for (const wrong of [asked.sealed, 'sealed.1.AAAA', ''])
    expect(
      await codeOf(staff.account.addFactor(other.member, { asked: { ...asked, sealed: wrong }, site })),
    ).toBe('factor-wrong');
  const response = { response: { clientDataJSON: 'bm9uZQ' } };
  for (const broken of [response, {}, null, 'x'] as const)
    expect(
      await codeOf(
        staff.account.addFactor(other.member, {
          asked: { kind: 'passkey', name: '', response: broken },
          site,
        }),
      ),
    ).toBe('factor-wrong');
  const byAddress = { origin: 'https://192.0.2.7', rpId: '192.0.2.7' };
  expect(await codeOf(staff.account.offerFactor(mine.member, { kind: 'passkey', site: byAddress }))).toBe(
    'factor-wrong',
  );
});

it('the last second factor stays, also when two go at once', async () => {
  const { member } = await person();
  minutes(1);
  await staff.account.addFactor(member, { asked: (await anApp(member)).asked, site });
  const { factors } = await staff.account.factors(member.id);
  const gone = await Promise.all(factors.map(({ id }) => codeOf(staff.account.removeFactor(member, id))));
  expect(gone.sort()).toEqual(['done', 'factor-wrong']);
  const other = await person();
  const [theirs] = (await staff.account.factors(other.member.id)).factors;
  minutes(1);
  await staff.account.addFactor(member, { asked: (await anApp(member)).asked, site });
  expect(await codeOf(staff.account.removeFactor(member, theirs!.id))).toBe('factor-wrong');
});

it('a proof grows old after ten minutes, and is made anew with the second factor, never with the password', async () => {
  const { member, secret } = await person();
  minutes(1);
  const { token } = await enter(member.username, totp(secret));
  const isFresh = async () => (await session(token)).session.isFresh;
  minutes(9);
  expect(await isFresh()).toBe(true);
  minutes(1);
  expect(await isFresh()).toBe(false);
  const { session: mine } = await session(token);
  const prove = (proved: { password?: string; proof?: Proof }) =>
    codeOf(staff.account.prove(member, { ...proved, sessionId: mine.id, site }));
  expect(await prove({ password })).toBe('factor-wrong');
  expect(await isFresh()).toBe(false);
  expect(await prove({ proof: totp(secret) })).toBe('done');
  expect(await isFresh()).toBe(true);
  // In a sandbox somebody without a factor proves with the password.
  const username = `somebody-${++people}`;
  await sandbox.add({ username, name: username, role: 'maker', merchantId: null, password });
  const entered = await sandbox.signIn({ username, password, formerToken: null });
  const { id } = (await sandbox.findSession(entered.token))!.session;
  const asked = { sessionId: id, site };
  expect(await codeOf(sandbox.account.prove(entered.member, { ...asked, password: 'no' }))).toBe(
    'password-wrong',
  );
  expect(await codeOf(sandbox.account.prove(entered.member, { ...asked, password }))).toBe('done');
});

it('sessions are listed and ended by their owner alone', async () => {
  const [mine, other] = [await person(), await person()];
  minutes(1);
  const first = await enter(mine.member.username, totp(mine.secret));
  minutes(1);
  await enter(mine.member.username, totp(mine.secret));
  const listed = await staff.account.sessions(mine.member.id);
  expect(listed.map((each) => [each.proved_by, each.network])).toContainEqual(['totp', '192.0.2.1']);
  const { id } = (await session(first.token)).session;
  expect(await codeOf(staff.account.endSession(other.member, id))).toBe('member-unknown');
  expect(await codeOf(staff.account.endSession(mine.member, id))).toBe('done');
  expect(await staff.findSession(first.token)).toBeNull();
});

it('security: an access token is kept as a hash, ends by its owner, by time, by a reset and by the end of access', async () => {
  const ada = { ...(await person()).member, role: 'admin' } as const;
  const { member } = await person();
  const day = 24 * 60;
  const make = (days: number) => staff.account.addToken(member, { name: 'night', scope: 'act', days });
  const { token } = await make(1);
  expect(token).toMatch(/^tbo_[\w-]{43}$/);
  const { rows } = await test.owner.pool.query(
    'SELECT row_to_json(t)::text AS text FROM staff.access_token t',
  );
  expect(rows.map(({ text }) => text).join()).not.toContain(token.slice(4));
  expect(await staff.confirmToken(token)).toMatchObject({ member: { id: member.id }, scope: 'act' });
  expect(await codeOf(staff.confirmToken(`${token}x`))).toBe('token-unusable');
  // It is no session.
  expect(await staff.findSession(token)).toBeNull();
  minutes(day);
  expect(await codeOf(staff.confirmToken(token))).toBe('token-unusable');
  for (const days of [0, 366, 1.5]) expect(await codeOf(make(days))).toBe('member-refused');
  const [ended, reset, gone] = [await make(365), await make(365), await make(365)];
  const [newest] = await staff.account.tokens(member.id);
  expect(await codeOf(staff.account.endToken(ada, newest!.id))).toBe('member-unknown');
  await staff.account.endToken(member, newest!.id);
  expect(await codeOf(staff.confirmToken(gone.token))).toBe('token-unusable');
  expect(await codeOf(staff.confirmToken(ended.token))).toBe('done');
  await staff.reset(ada, { username: member.username, reason: 'lost' });
  for (const made of [ended, reset])
    expect(await codeOf(staff.confirmToken(made.token))).toBe('token-unusable');
  expect((await staff.account.factors(member.id)).factors).toEqual([]);
  const last = (await person()).member;
  const their = await staff.account.addToken(last, { name: 'x', scope: 'read', days: 1 });
  await staff.end(ada, { username: last.username, reason: 'left' });
  expect(await codeOf(staff.confirmToken(their.token))).toBe('token-unusable');
});
