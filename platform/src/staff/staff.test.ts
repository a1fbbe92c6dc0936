// The staff room on a real database: names, sessions, and acts that happen with their row in the trail or not at all.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTally } from '../database/index.ts';
import { Ids, machineRandomness, StillClock } from '../system/index.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { testKeys } from '../testing/keys.ts';
import { createStaff, type Staff } from './index.ts';

const password = 'correct horse battery';
const caller = { network: '192.0.2.1', device: null };
let test: TestDatabase;
let clock: StillClock;
let staff: Staff;
let block = 1n;
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

const mei = { username: 'mei', name: '陈梅', role: 'maker', merchantId: null, password } as const;
const enter = () => staff.signIn({ username: 'mei', password, formerToken: null, caller });
const trail = async () => (await staff.acts({ before: 2n ** 62n, limit: 100 })).map(({ act }) => act);

it('a name is somebody’s once, and a short password nobody’s', async () => {
  expect(await staff.add(mei)).toBe(true);
  expect(await staff.add({ ...mei, password: 'another long password' })).toBe(false);
  await expect(staff.add({ ...mei, username: 'li', password: 'short' })).rejects.toMatchObject({
    code: 'password-weak',
  });
  expect((await enter()).member).toMatchObject({ username: 'mei', role: 'maker', merchantId: null });
  await expect(
    staff.signIn({ username: 'mei', password: 'another long password', formerToken: null, caller }),
  ).rejects.toMatchObject({ code: 'password-wrong' });
});

it('passwords are in no row', async () => {
  const { rows } = await test.owner.pool.query('SELECT row_to_json(m)::text AS text FROM staff.member m');
  expect(rows.map(({ text }) => text).join()).not.toContain(password);
});

it('a session lasts while it is used, for half a day at most; signed out it is over, and housekeeping removes it', async () => {
  const { token } = await enter();
  expect((await staff.findSession(token))?.username).toBe('mei');
  expect(await staff.findSession(`${token}x`)).toBeNull();
  const minutes = (count: number) => clock.advance(count * 60_000);
  for (let used = 0; used < 23; used++) {
    minutes(29);
    expect((await staff.findSession(token))?.username).toBe('mei');
  }
  minutes(12 * 60 - 23 * 29);
  expect(await staff.findSession(token)).toBeNull();
  const idle = await enter();
  minutes(31);
  expect(await staff.findSession(idle.token)).toBeNull();
  const left = await enter();
  await staff.signOut(left.token);
  expect(await staff.findSession(left.token)).toBeNull();
  minutes(24 * 60);
  await staff.housekeeping.run(clock.now());
  const { rows } = await test.owner.pool.query('SELECT count(*)::int AS count FROM staff.session');
  expect(Number(rows[0].count)).toBe(0);
});

it('security H6: an act and its row are one transaction: neither without the other', async () => {
  const { member } = await enter();
  const act = { memberId: member.id, act: 'test.note', object: 'note/1', detail: 'why' };
  const note = (tx: Parameters<Parameters<Staff['act']>[1]>[0]) =>
    tx.query(
      { name: 'test.note', text: `UPDATE staff.member SET name = '陈梅梅' WHERE username = 'mei'` },
      [],
    );
  const nameNow = async () => (await enter()).member.name;
  const refused = staff.act(act, async (tx) => {
    await note(tx);
    throw new Error('after all not');
  });
  await expect(refused).rejects.toThrow('after all not');
  expect(await trail()).not.toContain('test.note');
  await test.owner.pool.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'no trail'; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON staff.act FOR EACH ROW WHEN (NEW.act = 'test.note') EXECUTE FUNCTION refuse()`);
  await expect(staff.act(act, note)).rejects.toThrow('no trail');
  expect(await nameNow()).toBe('陈梅');
  await test.owner.pool.query('DROP FUNCTION refuse CASCADE');
  await staff.act(act, note);
  expect([await nameNow(), (await trail()).includes('test.note')]).toEqual(['陈梅梅', true]);
});

it('the trail is read newest first, a page at a time, and cannot be changed', async () => {
  const all = await staff.acts({ before: 2n ** 62n, limit: 100 });
  const first = await staff.acts({ before: 2n ** 62n, limit: 2 });
  const second = await staff.acts({ before: first[1]!.id, limit: 2 });
  expect([...first, ...second]).toEqual(all.slice(0, 4));
  for (const text of [`UPDATE staff.act SET detail = 'x'`, 'DELETE FROM staff.act'])
    await expect(test.database.pool.query(text)).rejects.toThrow();
});
