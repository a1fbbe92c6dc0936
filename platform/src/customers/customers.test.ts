// The room on real PostgreSQL: sign-up, PIN lock-out under parallel tries, one-time codes, sessions.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Ids, keysOf, machineRandomness, StillClock } from '../system/index.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { testKeyRecords, testKeys } from '../testing/keys.ts';
import { type Customer, type Customers, createCustomers, peppered } from './index.ts';

const minute = 60_000;
const hour = 60 * minute;
const start = new Date('2014-11-11T02:00:00Z');
const pin = '200808';
const phone = '+8613800000001';

let test: TestDatabase;
let block = 1n;
const ids = new Ids(() => Promise.resolve(block++));

beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

interface World {
  readonly clock: StillClock;
  readonly customers: Customers;
  readonly sent: { phone: string; text: string }[];
}

function world(sandbox: boolean, keys = testKeys): World {
  const clock = new StillClock(start);
  const sent: { phone: string; text: string }[] = [];
  const customers = createCustomers({
    database: test.database,
    clock,
    ids,
    randomness: machineRandomness,
    keys,
    sandbox,
    sendSms: (to, text) => {
      sent.push({ phone: to, text });
      return Promise.resolve();
    },
  });
  return { clock, customers, sent };
}

async function emptied(): Promise<void> {
  await test.owner.pool.query(
    'TRUNCATE system.tally, customers.code_challenge, customers.session, customers.pin, customers.customer CASCADE',
  );
}

const signUp = (customers: Customers): Promise<Customer> =>
  customers.signUp({ phone, name: '李伟', region: 'CN', language: 'zh-CN', kycClass: 3, pin });

/** What a call was refused for: its code and detail; fails the test when it was not refused. */
async function refusal(
  call: Promise<unknown>,
): Promise<{ code: string; attemptsLeft?: number; retryAt?: Date }> {
  return call.then(
    () => {
      throw new Error('expected a refusal');
    },
    (error: { code: string; detail: object }) => ({ code: error.code, ...error.detail }),
  );
}

beforeEach(emptied);

describe('signing up', () => {
  it('keeps one customer for a phone number, even when two ask at once', async () => {
    const { customers } = world(true);
    const both = await Promise.all([signUp(customers), signUp(customers)]);
    expect(both[0].id).toBe(both[1].id);
    expect(await customers.findByPhone(phone)).toEqual(both[0]);
  });

  it('stores no PIN, and two equal PINs as two different hashes', async () => {
    const { customers } = world(true);
    await signUp(customers);
    await customers.signUp({
      phone: '+8613800000002',
      name: '王芳',
      region: 'CN',
      language: 'zh-CN',
      kycClass: 2,
      pin,
    });
    const { rows } = await test.database.pool.query<{ hash: Buffer; memory_kib: number }>(
      'SELECT * FROM customers.pin',
    );
    expect(rows).toHaveLength(2);
    expect(rows[0]!.hash).not.toEqual(rows[1]!.hash);
    expect(rows[0]!.memory_kib).toBe(19_456);
    expect(JSON.stringify(rows.map((row) => row.hash.toString('latin1')))).not.toContain(pin);
  });
});

describe('the PIN', () => {
  it('counts down, locks after the fifth wrong one, says until when, and opens again', async () => {
    const { customers, clock } = world(true);
    const { id } = await signUp(customers);
    for (const attemptsLeft of [4, 3, 2, 1]) {
      expect(await refusal(customers.checkPin(id, '123456'))).toEqual({ code: 'pin-wrong', attemptsLeft });
    }
    const retryAt = new Date(start.getTime() + 3 * hour);
    expect(await refusal(customers.checkPin(id, '123456'))).toEqual({
      code: 'pin-locked',
      attemptsLeft: 0,
      retryAt,
    });
    expect(await refusal(customers.checkPin(id, pin))).toMatchObject({ code: 'pin-locked', retryAt });
    expect(await customers.pinLockedUntil(id)).toEqual(retryAt);
    clock.advance(3 * hour);
    expect(await customers.pinLockedUntil(id)).toBeNull();
    expect(await refusal(customers.checkPin(id, '123456'))).toEqual({ code: 'pin-wrong', attemptsLeft: 4 });
    await customers.checkPin(id, pin);
    expect(await refusal(customers.checkPin(id, '123456'))).toEqual({ code: 'pin-wrong', attemptsLeft: 4 });
  });

  it('gives five tries to forty that come at once, not one more', async () => {
    const { customers } = world(true);
    const { id } = await signUp(customers);
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) => refusal(customers.checkPin(id, String(300_000 + n)))),
    );
    const left = answers.filter((answer) => answer.code === 'pin-wrong').map((answer) => answer.attemptsLeft);
    expect(left.sort()).toEqual([1, 2, 3, 4]);
    expect(answers.filter((answer) => answer.code === 'pin-locked')).toHaveLength(36);
    expect(await refusal(customers.checkPin(id, pin))).toMatchObject({ code: 'pin-locked' });
  });

  it('lets twelve right ones at once all pass', async () => {
    const { customers } = world(true);
    const { id } = await signUp(customers);
    await Promise.all(Array.from({ length: 12 }, () => customers.checkPin(id, pin)));
    expect(await customers.pinLockedUntil(id)).toBeNull();
  });

  it('makes a hash of former cost anew at the first right answer', async () => {
    const { customers } = world(true);
    const { id } = await signUp(customers);
    const { argon2Sync } = await import('node:crypto');
    const salt = Buffer.alloc(16, 7);
    const cheap = { message: pin, nonce: salt, memory: 64, passes: 1, parallelism: 1, tagLength: 32 };
    await test.database.pool.query(
      'UPDATE customers.pin SET hash = $1, salt = $2, memory_kib = 64, passes = 1 WHERE customer_id = $3',
      [peppered(testKeys, testKeys.pepperId, argon2Sync('argon2id', cheap)), salt, id],
    );
    await customers.checkPin(id, pin);
    const { rows } = await test.database.pool.query('SELECT memory_kib, passes FROM customers.pin');
    expect(rows).toEqual([{ memory_kib: 19_456, passes: 2 }]);
    await customers.checkPin(id, pin);
  });

  it('security M7: makes a hash of a former pepper anew at the first right answer', async () => {
    const { customers } = world(true);
    const { id } = await signUp(customers);
    const second = {
      purpose: 'pepper',
      id: 2,
      secret: machineRandomness.bytes(32).toString('base64'),
    } as const;
    const rotated = world(true, keysOf([...testKeyRecords, second])).customers;
    await rotated.checkPin(id, pin);
    const { rows } = await test.database.pool.query('SELECT pepper_id FROM customers.pin');
    expect(rows).toEqual([{ pepper_id: 2 }]);
    await rotated.checkPin(id, pin);
    expect(await refusal(rotated.checkPin(id, '271828'))).toMatchObject({ code: 'pin-wrong' });
  });

  it('refuses who has none, and a new PIN ends the lock', async () => {
    const { customers } = world(true);
    expect(await refusal(customers.checkPin(99n, pin))).toEqual({ code: 'pin-not-set' });
    const { id } = await signUp(customers);
    for (let n = 0; n < 5; n++) await refusal(customers.checkPin(id, '123456'));
    await customers.setPin(id, '161803');
    await customers.checkPin(id, '161803');
  });
});

describe('one-time codes', () => {
  it('sends one that signs in once', async () => {
    const { customers, sent } = world(false);
    await signUp(customers);
    const answer = await customers.requestCode(phone);
    expect(answer).toEqual({
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      expiresAt: new Date(start.getTime() + 5 * minute),
      resendAt: new Date(start.getTime() + minute),
      sandboxCode: null,
    });
    expect(sent).toHaveLength(1);
    const code = /\d{6}/.exec(sent[0]!.text)![0];
    const ask = { phone, code, userAgent: 'test', formerToken: null };
    const both = await Promise.allSettled([customers.signIn(ask), customers.signIn(ask)]);
    expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await refusal(customers.signIn(ask))).toEqual({ code: 'code-expired' });
  });

  it('answers for an unknown phone as for a known one in production, and says so in the sandbox', async () => {
    const production = world(false);
    await signUp(production.customers);
    const unknown = '+8613800000099';
    const known = await production.customers.requestCode(phone);
    const challenge = expect.stringMatching(/^[\w-]{43}$/);
    expect(await production.customers.requestCode(unknown)).toEqual({ ...known, challenge });
    expect(production.sent.map((sms) => sms.phone)).toEqual([phone]);
    expect(await refusal(production.customers.requestCode(unknown))).toEqual(
      await refusal(production.customers.requestCode(phone)),
    );
    const guess = { code: '000000', userAgent: '', formerToken: null };
    const answers = [
      await refusal(production.customers.signIn({ ...guess, phone: unknown })),
      await refusal(production.customers.signIn({ ...guess, phone })),
    ];
    expect(answers[0]).toEqual(answers[1]);
    expect(await refusal(world(true).customers.requestCode(unknown))).toEqual({ code: 'customer-unknown' });
  });

  it('comes once a minute and ten times a day', async () => {
    const { customers, clock } = world(false);
    await signUp(customers);
    await customers.requestCode(phone);
    const early = await refusal(customers.requestCode(phone));
    expect(early).toEqual({ code: 'code-too-many', retryAt: new Date(start.getTime() + minute) });
    for (let n = 2; n <= 10; n++) {
      clock.advance(minute);
      await customers.requestCode(phone);
    }
    clock.advance(minute);
    const full = await refusal(customers.requestCode(phone));
    expect(full).toEqual({ code: 'code-too-many', retryAt: new Date(start.getTime() + 24 * hour) });
    clock.advance(24 * hour);
    await customers.requestCode(phone);
  });

  it('can be asked for at once when the former was used, and more often in a sandbox', async () => {
    const { customers } = world(true);
    await signUp(customers);
    for (let n = 0; n < 12; n++) {
      const { sandboxCode } = await customers.requestCode(phone);
      await customers.signIn({ phone, code: sandboxCode!, userAgent: '', formerToken: null });
    }
  });

  it('is given to one of two that ask at once', async () => {
    const { customers } = world(true);
    await signUp(customers);
    const both = await Promise.allSettled([customers.requestCode(phone), customers.requestCode(phone)]);
    expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('expires after five minutes and after five wrong tries', async () => {
    const { customers, clock } = world(true);
    await signUp(customers);
    const first = await customers.requestCode(phone);
    const ask = { phone, code: first.sandboxCode!, userAgent: '', formerToken: null };
    const wrong = { ...ask, code: first.sandboxCode === '111111' ? '222222' : '111111' };
    const tries = await Promise.all(Array.from({ length: 12 }, () => refusal(customers.signIn(wrong))));
    const left = tries.filter((answer) => answer.code === 'code-wrong').map((answer) => answer.attemptsLeft);
    expect(left.sort()).toEqual([1, 2, 3, 4]);
    const retryAt = new Date(start.getTime() + minute);
    const tooMany = { code: 'code-too-many', attemptsLeft: 0, retryAt };
    expect(tries.filter((answer) => answer.code === 'code-too-many')).toEqual(Array(8).fill(tooMany));
    expect(await refusal(customers.signIn(ask))).toEqual(tooMany);
    clock.advance(minute);
    const second = await customers.requestCode(phone);
    clock.advance(5 * minute);
    expect(await refusal(customers.signIn({ ...ask, code: second.sandboxCode! }))).toEqual({
      code: 'code-expired',
    });
  });
});

describe('sessions', () => {
  async function signedIn({ customers, clock }: World, formerToken: string | null = null): Promise<string> {
    clock.advance(minute);
    const { sandboxCode } = await customers.requestCode(phone);
    const answer = await customers.signIn({
      phone,
      code: sandboxCode!,
      userAgent: 'x'.repeat(500),
      formerToken,
    });
    return answer.token;
  }

  it('opens with a new token at each sign-in, ends the former, and keeps only a hash', async () => {
    const here = world(true);
    const { id } = await signUp(here.customers);
    const planted = 'A'.repeat(43);
    const first = await signedIn(here, planted);
    expect(first).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(await here.customers.findSession(planted)).toBeNull();
    const second = await signedIn(here, first);
    expect(second).not.toBe(first);
    expect(await here.customers.findSession(first)).toBeNull();
    expect((await here.customers.findSession(second))?.id).toBe(id);
    const { rows } = await test.database.pool.query('SELECT * FROM customers.session');
    expect(rows).toHaveLength(1);
    expect(rows[0].user_agent).toHaveLength(200);
    expect(rows[0].token_hash.toString('base64url')).not.toBe(second);
  });

  it('lives while it is used, at most seven days', async () => {
    const here = world(true);
    await signUp(here.customers);
    const token = await signedIn(here);
    for (let halfDays = 0; halfDays < 15; halfDays++) {
      here.clock.advance(11 * hour);
      expect(await here.customers.findSession(token)).not.toBeNull();
    }
    here.clock.advance(3 * hour);
    expect(await here.customers.findSession(token)).toBeNull();
  });

  it('ends when idle for twelve hours, when signed out, and when the customer is blocked', async () => {
    const here = world(true);
    const { id } = await signUp(here.customers);
    const idle = await signedIn(here);
    here.clock.advance(12 * hour);
    expect(await here.customers.findSession(idle)).toBeNull();
    const left = await signedIn(here);
    await here.customers.signOut(left);
    expect(await here.customers.findSession(left)).toBeNull();
    const blocked = await signedIn(here);
    await here.customers.setStatus(id, 'blocked');
    expect(await here.customers.findSession(blocked)).toBeNull();
    await here.customers.setStatus(id, 'active');
    expect(await here.customers.findSession(blocked)).toBeNull();
  });

  it('refuses a blocked customer who has a right code', async () => {
    const here = world(true);
    const { id } = await signUp(here.customers);
    const { sandboxCode } = await here.customers.requestCode(phone);
    await here.customers.setStatus(id, 'blocked');
    const ask = { phone, code: sandboxCode!, userAgent: '', formerToken: null };
    expect(await refusal(here.customers.signIn(ask))).toEqual({ code: 'customer-blocked' });
  });

  it('leaves nothing behind that can open nothing', async () => {
    const here = world(true);
    await signUp(here.customers);
    await signedIn(here);
    const { housekeeping } = here.customers;
    expect(await housekeeping.run(here.clock.now())).toBe(0);
    for (const [after, left] of [
      [5 * minute, 'session'],
      [7 * 24 * hour, 'browser'],
      [180 * 24 * hour, null],
    ] as const) {
      const due = (await housekeeping.nextDueAt())!;
      expect(due).toEqual(new Date(start.getTime() + minute + after));
      expect(await housekeeping.run(new Date(due.getTime() - 1))).toBe(0);
      expect(await housekeeping.run(due)).toBe(1);
      expect((await housekeeping.nextDueAt()) === null).toBe(left === null);
    }
  });
});
