// Limits that a stranger cannot turn against others (security H1, M3, M9): who is counted for what, over two processes'
// rooms on one database, with the quotas of production.
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type Customers, createCustomers } from '../../platform/src/customers/index.ts';
import { createTally, openDatabase } from '../../platform/src/database/index.ts';
import { createStaff, type Staff } from '../../platform/src/staff/index.ts';
import { Ids, machineRandomness, StillClock } from '../../platform/src/system/index.ts';
import { type TestDatabase, testDatabase } from '../../platform/src/testing/index.ts';
import { testKeys } from '../../platform/src/testing/keys.ts';

const minute = 60_000;
const phone = '+8613800000001';
const start = new Date('2014-11-11T02:00:00Z');

let test_: TestDatabase;
let clock: StillClock;
let processes: { customers: Customers; staff: Staff; sent: string[]; close(): Promise<void> }[] = [];
let block = 1n;

function openProcess() {
  const database = openDatabase({ url: test_.url, maxConnections: 8 });
  const parts = { database, clock, ids: new Ids(() => Promise.resolve(block++)), keys: testKeys };
  const tally = createTally(parts);
  const sent: string[] = [];
  const common = { ...parts, tally, randomness: machineRandomness, sandbox: false };
  return {
    sent,
    staff: createStaff(common),
    customers: createCustomers({
      ...common,
      sendSms: async (_phone, text) => void sent.push(/\d{6}/.exec(text)![0]),
    }),
    close: () => database.close(),
  };
}

beforeEach(async () => {
  for (const each of processes) await each.close();
  await test_?.drop();
  test_ = await testDatabase();
  clock = new StillClock(start);
  processes = [openProcess(), openProcess()];
  await processes[0]!.customers.signUp({
    ...{ phone, name: '李伟', region: 'CN', language: 'zh-CN', kycClass: 3, pin: '200808' },
  });
});
afterAll(async () => {
  for (const each of processes) await each.close();
  await test_?.drop();
});

const here = { network: '192.0.2.1', device: null };
const stranger = (number = 1) => ({ network: `203.0.113.${number}`, device: null });

async function refusal(call: Promise<unknown>): Promise<{ code: string; retryAt?: Date }> {
  return call.then(
    () => ({ code: 'done' }),
    ({ code, detail }) => ({ code, ...detail }),
  );
}
const times = <T>(count: number, work: (number: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, number) => work(number)));
const wrongOf = (code: string) => (code === '111111' ? '222222' : '111111');

/** Signs in, and answers what the browser is known by. */
async function knownDevice(): Promise<string> {
  const [{ customers, sent }] = processes as [(typeof processes)[0]];
  const { challenge } = await customers.requestCode(phone, { caller: here });
  const code = sent.at(-1)!;
  return (await customers.signIn({ phone, code, challenge, userAgent: '', formerToken: null, caller: here }))
    .device;
}

describe('security M3: codes', () => {
  test('forty guesses of strangers, in both processes, leave the owner’s code and tries as they were', async () => {
    const [one, two] = processes as [(typeof processes)[0], (typeof processes)[0]];
    const { challenge } = await one.customers.requestCode(phone, { caller: here });
    const code = one.sent.at(-1)!;
    const guess = { phone, code: wrongOf(code), userAgent: '', formerToken: null, caller: stranger() };
    const answers = await times(40, (number) =>
      refusal((number % 2 === 0 ? one : two).customers.signIn(guess)),
    );
    expect(answers.filter((answer) => answer.code === 'code-wrong').length).toBeLessThanOrEqual(5);
    // Not even with the right code: the strangers' tries are used up, and the owner's are not.
    expect((await refusal(two.customers.signIn({ ...guess, code }))).code).toBe('code-too-many');
    const own = { ...guess, code, challenge, caller: here };
    expect((await two.customers.signIn(own)).customer.phone).toBe(phone);
  });

  test('a stranger who asks for codes too replaces nobody’s', async () => {
    const [one, two] = processes as [(typeof processes)[0], (typeof processes)[0]];
    const { challenge } = await one.customers.requestCode(phone, { caller: here });
    const code = one.sent.at(-1)!;
    const theirs = await two.customers.requestCode(phone, { caller: stranger() });
    const asked = { phone, code, userAgent: '', formerToken: null, caller: stranger() };
    if (code !== two.sent.at(-1))
      expect((await refusal(two.customers.signIn({ ...asked, challenge: theirs.challenge }))).code).toBe(
        'code-wrong',
      );
    await two.customers.signIn({ ...asked, challenge, caller: here });
  });

  test('strangers’ requests send the phone twenty messages a day, and use up nobody’s day', async () => {
    const [one, two] = processes as [(typeof processes)[0], (typeof processes)[0]];
    const device = await knownDevice();
    const before = one.sent.length + two.sent.length;
    for (let number = 0; number < 60; number++) {
      await refusal(
        (number % 2 === 0 ? one : two).customers.requestCode(phone, { caller: stranger(number % 30) }),
      );
      clock.advance(minute);
    }
    // The sign-in that made the browser known was one of a stranger's as well.
    expect(one.sent.length + two.sent.length - before).toBe(19);
    const known = { network: stranger().network, device };
    for (let number = 0; number < 10; number++) {
      await one.customers.requestCode(phone, { caller: known });
      clock.advance(minute);
    }
    expect((await refusal(one.customers.requestCode(phone, { caller: known }))).code).toBe('code-too-many');
  });

  test('a browser is known for the phone that it signed in to alone, and for none after “sign out everywhere”', async () => {
    const [one] = processes as [(typeof processes)[0]];
    const device = await knownDevice();
    const { id } = (await one.customers.findByPhone(phone))!;
    const exhausted = async () => {
      for (let number = 0; number < 25; number++) {
        await refusal(one.customers.requestCode(phone, { caller: stranger(number) }));
        clock.advance(minute);
      }
      return refusal(one.customers.requestCode(phone, { caller: { ...stranger(99), device } }));
    };
    expect((await exhausted()).code).toBe('done');
    await one.customers.endSessions(id, null);
    clock.advance(minute);
    expect(
      (await refusal(one.customers.requestCode(phone, { caller: { ...stranger(99), device } }))).code,
    ).toBe('code-too-many');
  });
});

test('security H1: forty phones from one network stop neither each other nor anybody elsewhere', async () => {
  const [one, two] = processes as [(typeof processes)[0], (typeof processes)[0]];
  const device = await knownDevice();
  const office = await times(59, (number) =>
    refusal(
      (number % 2 === 0 ? one : two).customers.requestCode(`+86138000010${String(number).padStart(2, '0')}`, {
        caller: here,
      }),
    ),
  );
  expect(new Set(office.map(({ code }) => code))).toEqual(new Set(['done']));
  const next = (caller: { network: string; device: string | null }) =>
    refusal(two.customers.requestCode('+8613800002000', { caller }));
  expect(await next(here)).toEqual({
    code: 'code-too-many',
    retryAt: new Date(start.getTime() + 10 * minute),
  });
  expect((await next(stranger())).code).toBe('done');
  clock.advance(minute);
  // In the same network, with a browser that was here before.
  expect((await refusal(two.customers.requestCode(phone, { caller: { ...here, device } }))).code).toBe(
    'done',
  );
});

describe('security M9: a sign-in whose answer was lost', () => {
  test('has the same answer again, once for all, and for nobody else', async () => {
    const [one, two] = processes as [(typeof processes)[0], (typeof processes)[0]];
    const { challenge } = await one.customers.requestCode(phone, { caller: here });
    const code = one.sent.at(-1)!;
    const asked = { phone, code, challenge, userAgent: '', formerToken: null, caller: here };
    const [first, second] = await Promise.all([one.customers.signIn(asked), two.customers.signIn(asked)]);
    expect(second.token).toBe(first.token);
    const third = await two.customers.signIn(asked);
    expect(third.token).toBe(first.token);
    const { id } = first.customer;
    expect(await one.customers.devicesOf(id, first.token)).toHaveLength(1);
    const { challenge: _own, ...without } = asked;
    expect((await refusal(one.customers.signIn(without))).code).toBe('code-expired');
    expect((await refusal(one.customers.signIn({ ...asked, code: wrongOf(code) }))).code).toBe(
      'code-expired',
    );
    clock.advance(2 * minute);
    expect((await refusal(one.customers.signIn(asked))).code).toBe('code-expired');
  });

  test('is not opened again once its session was ended', async () => {
    const [one] = processes as [(typeof processes)[0]];
    const { challenge } = await one.customers.requestCode(phone, { caller: here });
    const asked = {
      phone,
      code: one.sent.at(-1)!,
      challenge,
      userAgent: '',
      formerToken: null,
      caller: here,
    };
    const { token } = await one.customers.signIn(asked);
    await one.customers.signOut(token);
    expect((await refusal(one.customers.signIn(asked))).code).toBe('code-expired');
  });
});

describe('security M9: a new PIN', () => {
  test('ends the other sessions and keeps the one that changed it', async () => {
    const [one, two] = processes as [(typeof processes)[0], (typeof processes)[0]];
    const tokens: string[] = [];
    for (const number of [1, 2]) {
      const caller = stranger(number);
      const { challenge } = await one.customers.requestCode(phone, { caller });
      const code = one.sent.at(-1)!;
      const asked = { phone, code, challenge, userAgent: '', formerToken: null, caller };
      tokens.push((await one.customers.signIn(asked)).token);
    }
    const [mine, other] = tokens as [string, string];
    const { id } = (await two.customers.findSession(other))!;
    await one.customers.changePin(id, { pin: '200808', newPin: '314159', token: mine });
    expect((await two.customers.findSession(mine))?.id).toBe(id);
    expect(await two.customers.findSession(other)).toBeNull();
  });
});

describe('security M3: staff', () => {
  const password = 'correct horse battery';
  const wrong = 'battery horse correct';
  beforeEach(async () => {
    for (const username of ['mei', 'li'])
      await processes[0]!.staff.add({ username, name: username, role: 'maker', merchantId: null, password });
  });
  const enter = (username: string, typed: string, caller: { network: string; device: string | null }) =>
    processes[1]!.staff.signIn({ username, password: typed, formerToken: null, caller });

  test('names that exist and names that do not are answered alike, try by try', async () => {
    const answersFor = async (username: string, network: string) => {
      const answers = [];
      for (let number = 0; number < 8; number++)
        answers.push(await refusal(enter(username, wrong, { network, device: null })));
      return answers;
    };
    const known = await answersFor('mei', '198.51.100.1');
    expect(await answersFor('nobody', '198.51.100.2')).toEqual(known);
    expect(known.map(({ code }) => code)).toEqual([
      ...Array(5).fill('password-wrong'),
      ...Array(3).fill('staff-locked'),
    ]);
  });

  test('thirty wrong passwords at once through two processes are five tries', async () => {
    const answers = await times(30, (number) =>
      refusal(
        processes[number % 2]!.staff.signIn({
          ...{ username: 'mei', password: wrong, formerToken: null, caller: stranger() },
        }),
      ),
    );
    expect(answers.filter(({ code }) => code === 'password-wrong')).toHaveLength(5);
  });

  test('their sender waits longer each time; the person elsewhere, and at a known browser, does not', async () => {
    const { device } = await enter('mei', password, here);
    const waits: number[] = [];
    for (let number = 0; number < 40; number++) {
      const { code, retryAt } = await refusal(enter('mei', wrong, stranger()));
      if (code !== 'staff-locked') continue;
      waits.push(retryAt!.getTime() - clock.now().getTime());
      clock.advance(waits.at(-1)!);
    }
    expect(waits[0]).toBeLessThanOrEqual(minute);
    expect(Math.max(...waits)).toBeGreaterThan(60 * minute);
    expect((await refusal(enter('mei', password, { ...stranger(), device: null }))).code).not.toBe(
      'staff-locked',
    );
    for (let number = 0; number < 100; number++) await refusal(enter('mei', wrong, stranger(number)));
    expect((await refusal(enter('mei', password, { network: '198.51.100.9', device: null }))).code).toBe(
      'staff-locked',
    );
    await enter('mei', password, { network: '198.51.100.9', device });
    // Somebody else's browser is a stranger's.
    const { device: liDevice } = await enter('li', password, here);
    expect((await refusal(enter('mei', password, { ...stranger(200), device: liDevice }))).code).toBe(
      'staff-locked',
    );
  });

  test('one network cannot try one password on all names', async () => {
    const answers = await times(100, (number) => refusal(enter(`name${number}`, password, stranger())));
    expect(answers.filter(({ code }) => code === 'password-wrong')).toHaveLength(60);
  });

  test('security M9: a new password ends the other sessions; the former one opens nothing more', async () => {
    const { staff } = processes[0]!;
    const [mine, other] = [await enter('mei', password, here), await enter('mei', password, stranger())];
    const change = (typed: string, newPassword: string) =>
      staff.changePassword(mine.member, { password: typed, newPassword, token: mine.token });
    expect((await refusal(change(wrong, 'a quite new password'))).code).toBe('password-wrong');
    for (const weak of ['short', password, 'mei and eleven more', 'ababababababab'])
      expect((await refusal(change(password, weak))).code, weak).toBe('password-weak');
    const both = await Promise.all([
      refusal(change(password, 'a quite new password')),
      refusal(change(password, 'another new password')),
    ]);
    expect(both.map(({ code }) => code).sort()).toEqual(['done', 'password-wrong']);
    expect((await processes[1]!.staff.findSession(mine.token))?.username).toBe('mei');
    expect(await processes[1]!.staff.findSession(other.token)).toBeNull();
    expect((await refusal(enter('mei', password, stranger(2)))).code).toBe('password-wrong');
    expect((await staff.acts({ before: 2n ** 62n, limit: 10 })).map(({ act }) => act)).toContain(
      'password.change',
    );
  });

  test('a guessed present password is five tries as well', async () => {
    const { member, token } = await enter('mei', password, here);
    const answers = await times(12, () =>
      refusal(
        processes[0]!.staff.changePassword(member, {
          ...{ password: wrong, newPassword: 'a quite new password', token },
        }),
      ),
    );
    expect(answers.filter(({ code }) => code === 'password-wrong')).toHaveLength(5);
  });

  test('a session that nobody uses for half an hour is over', async () => {
    const { staff } = processes[0]!;
    const { token } = await enter('mei', password, here);
    for (let number = 0; number < 3; number++) {
      clock.advance(29 * minute);
      expect(await staff.findSession(token)).not.toBeNull();
    }
    clock.advance(30 * minute);
    expect(await staff.findSession(token)).toBeNull();
  });
});
