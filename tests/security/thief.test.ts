// Security M7, "a thief of the database": what is in its rows alone opens, signs and guesses nothing; and a database
// whose secrets an older release kept inside it is cleaned at the first start, with everything still working.
import { argon2Sync, createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCustomers } from '../../platform/src/customers/index.ts';
import { createTally, settingOrKeep } from '../../platform/src/database/index.ts';
import { makeKeyFile, openKeys, prepareKeys } from '../../platform/src/installation-keys.ts';
import { createMerchants } from '../../platform/src/merchants/index.ts';
import { sandboxMerchants, secretsOf, seedMerchants } from '../../platform/src/sandbox/merchants.ts';
import { createStaff } from '../../platform/src/staff/index.ts';
import {
  completeKeys,
  generateRsaKeys,
  Ids,
  type Keys,
  keysOf,
  machineRandomness,
  readKeyFile,
  StillClock,
} from '../../platform/src/system/index.ts';
import { type TestDatabase, testDatabase } from '../../platform/src/testing/index.ts';
import { testKeys } from '../../platform/src/testing/keys.ts';

const clock = new StillClock(new Date('2014-11-11T02:00:00Z'));
const phone = '+8613800000001';
const pin = '200808';
const password = 'a password of staff';
const md5Key = 'f00dfacef00dfacef00dfacef00dface';

let folder: string;
let test_: TestDatabase;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tongbao-thief-'));
  test_ = await testDatabase();
});
afterAll(async () => {
  await test_.drop();
  await rm(folder, { recursive: true, force: true });
});

let block = 1n;
const rooms = (keys: Keys) => {
  const parts = { database: test_.database, clock, ids: new Ids(() => Promise.resolve(block++)), keys };
  const sent: string[] = [];
  const randomness = machineRandomness;
  return {
    sent,
    merchants: createMerchants(parts),
    staff: createStaff({ ...parts, randomness, sandbox: false, tally: createTally(parts) }),
    customers: createCustomers({
      ...{ ...parts, randomness, sandbox: false },
      sendSms: async (_phone, text) => void sent.push(/\d{6}/.exec(text)![0]),
    }),
  };
};

/** Every value of every row, as text. */
async function everything(): Promise<string> {
  const { pool } = test_.owner;
  const tables = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  let all = '';
  for (const { name } of tables.rows) {
    const rows = await pool.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`);
    all += rows.rows.map((row) => row.text).join('\n');
  }
  return all;
}

const old = (secret: string) => {
  const salt = machineRandomness.bytes(16);
  const hash = argon2Sync('argon2id', {
    ...{ message: secret, nonce: salt, memory: 19 * 1024, passes: 2, parallelism: 1, tagLength: 32 },
  });
  return { salt, hash };
};

describe('an old database', () => {
  const file = () => path.join(folder, 'keys.json');
  const source = (mayCreate: boolean) => ({ kind: 'file', file: file(), mayCreate }) as const;
  const parts = (mayCreate: boolean) => ({
    ...{ source: source(mayCreate), database: test_.database, randomness: machineRandomness },
  });
  const former: Record<string, string> = {};
  let oldHash: string;

  beforeAll(async () => {
    const { database } = test_;
    former['gateway-key'] = (await generateRsaKeys()).privateKey;
    former['cashier-secret'] = machineRandomness.bytes(32).toString('base64');
    former['identity-key'] = machineRandomness.bytes(32).toString('base64');
    for (const [name, value] of Object.entries(former)) await settingOrKeep(database, name, value);
    const before = rooms(testKeys);
    const { publicKey } = await generateRsaKeys();
    await before.merchants.signUp({ ...sandboxMerchants[0]!, publicKey, classicMd5Key: md5Key });
    await before.customers.signUp({ phone, name: '李伟', region: 'CN', language: 'zh-CN', kycClass: 3, pin });
    await before.staff.add({ username: 'mei', name: 'Mei', role: 'maker', merchantId: null, password });
    // As the former release wrote them.
    const [forPin, forPassword] = [old(pin), old(password)];
    oldHash = forPin.hash.toString('hex');
    await database.pool.query('UPDATE merchants.merchant SET classic_md5_key = $1', [md5Key]);
    await database.pool.query('UPDATE customers.pin SET hash = $1, salt = $2, pepper_id = NULL', [
      ...[forPin.hash, forPin.salt],
    ]);
    await database.pool.query(
      'UPDATE staff.member SET password_hash = $1, password_salt = $2, pepper_id = NULL',
      [forPassword.hash, forPassword.salt],
    );
  });

  test('serve does not start without a key file, nor with one that would lose the old secrets', async () => {
    await expect(prepareKeys(parts(false))).rejects.toThrow('npm run serve -- keys');
    await expect(openKeys(parts(false))).rejects.toThrow('npm run serve -- keys');
    const other = { ...parts(true), source: { ...source(true), file: path.join(folder, 'other.json') } };
    await makeKeyFile({ ...other, database: null });
    await expect(prepareKeys(other)).rejects.toThrow('with DATABASE_URL set');
    expect(await everything()).toContain(former['gateway-key']);
  });

  test('its secrets are taken over and gone from the rows; PIN, password and MD5 key work as before', async () => {
    await makeKeyFile(parts(true));
    const keys = await prepareKeys(parts(false));
    const records = (await readKeyFile(file()))!;
    expect(records.find(({ purpose }) => purpose === 'gateway')!.secret).toBe(former['gateway-key']);
    expect(keys.cashier.present.toString('base64')).toBe(former['cashier-secret']);
    expect(keys.identity.present.toString('base64')).toBe(former['identity-key']);
    const rows = await everything();
    for (const secret of [...Object.values(former), md5Key, oldHash]) expect(rows).not.toContain(secret);
    for (const { secret } of records) expect(rows).not.toContain(secret);

    const now = rooms(keys);
    expect((await now.merchants.findByPartner(sandboxMerchants[0]!.partner))!.merchant.classicMd5Key).toBe(
      md5Key,
    );
    const { id } = (await now.customers.findByPhone(phone))!;
    await now.customers.checkPin(id, pin);
    await expect(now.customers.checkPin(id, '271828')).rejects.toMatchObject({ code: 'pin-wrong' });
    await now.staff.signIn({ username: 'mei', password, formerToken: null });
  });

  test('the other processes get the same keys; with others nothing starts, and nothing is guessed', async () => {
    const keys = await openKeys(parts(false));
    const strangers = { kind: 'file', file: path.join(folder, 'other.json'), mayCreate: false } as const;
    await expect(openKeys({ source: strangers, database: test_.database })).rejects.toThrow(
      /written with another (master|pepper|cashier|identity|gateway|log) key 1/,
    );
    const thief = rooms(keysOf(await completeKeys(machineRandomness)));
    const { id } = (await thief.customers.findByPhone(phone))!;
    await expect(thief.customers.checkPin(id, pin)).rejects.toMatchObject({ code: 'pin-wrong' });
    await rooms(keys).customers.checkPin(id, pin);
    await expect(thief.merchants.findByPartner(sandboxMerchants[0]!.partner)).rejects.toThrow(
      'cannot be opened',
    );
  });

  test('a one-time code is not among a million hashes that the row alone allows', async () => {
    const { customers, sent } = rooms(await openKeys(parts(false)));
    await customers.requestCode(phone);
    const { rows } = await test_.database.pool.query<{ hash: Buffer; salt: Buffer }>(
      'SELECT hash, salt FROM customers.code_challenge WHERE phone = $1',
      [phone],
    );
    const { hash, salt } = rows[0]!;
    const [code] = sent as [string];
    for (const guess of [
      [salt, code],
      [code, salt],
      [salt, phone, code],
      [phone, code, salt],
    ]) {
      const sha = createHash('sha256');
      for (const part of guess) sha.update(part);
      expect(sha.digest().equals(hash)).toBe(false);
    }
    await customers.signIn({ phone, code, userAgent: '', formerToken: null });
  });
});

test('a sandbox’s own merchants: their private and MD5 keys are answered, and in no row', async () => {
  const { database } = test_;
  const keys = await openKeys({
    source: { kind: 'file', file: path.join(folder, 'keys.json'), mayCreate: false },
    database,
  });
  const { merchants } = rooms(keys);
  await seedMerchants({ database, merchants, clock, keys, randomness: machineRandomness });
  const rows = await everything();
  const { clientId } = sandboxMerchants[1]!;
  const secrets = (await secretsOf({ database, merchants, keys }, clientId))!;
  expect(Object.values(secrets).every((secret) => secret.length > 20)).toBe(true);
  for (const secret of Object.values(secrets)) expect(rows).not.toContain(secret);
  // Only this installation's keys open them.
  const strangers = keysOf(await completeKeys(machineRandomness));
  await expect(secretsOf({ database, merchants, keys: strangers }, clientId)).rejects.toThrow(
    'cannot be opened',
  );
});
