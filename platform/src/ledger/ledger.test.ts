// The ledger on a real PostgreSQL: entries move balances, floors count holds, and nothing unbalanced gets in.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../database/index.ts';
import { statement } from '../database/index.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import {
  assertBalanced,
  assertEntry,
  availableOf,
  type Entry,
  HouseAccounts,
  lockBalances,
  nothingSpent,
  openAccount,
  placeHold,
  postingsOf,
  readBalances,
  readBalancesOfOwner,
  readEntries,
  recordEntries,
  releaseHold,
  setLowestBalance,
  settleHold,
} from './index.ts';

const at = new Date('2014-11-11T02:00:00Z');
let world: TestDatabase;
let database: Database;
let wallet: bigint;
let bank: bigint;
let nextId = 1n;

const entry = (postings: Entry['postings']): Entry => ({
  id: nextId++,
  kind: 'opening',
  payerId: 7n,
  subjectId: 0n,
  occurredAt: at,
  postings,
});

beforeAll(async () => {
  world = await testDatabase();
  database = world.database;
  const house = new HouseAccounts(database);
  bank = await house.open('safeguarding-bank', 'CNY', at);
  wallet = await openAccount(database, {
    kind: 'customer-wallet',
    ownerId: 7n,
    currency: 'CNY',
    createdAt: at,
  });
  await database.transaction((tx) =>
    recordEntries(tx, [
      entry([
        { account: bank, amount: -10_000n },
        { account: wallet, amount: 10_000n },
      ]),
    ]),
  );
});
afterAll(() => world?.drop());

const balanceOf = async (account: bigint) => (await readBalances(database, [account])).get(account)!;

describe('entries', () => {
  test('an account carries its currency in its id', () => {
    expect(wallet % 1000n).toBe(156n);
  });

  test('opening the same account twice answers the same id', async () => {
    const again = await openAccount(database, {
      kind: 'customer-wallet',
      ownerId: 7n,
      currency: 'CNY',
      createdAt: at,
    });
    expect(again).toBe(wallet);
  });

  test('an unbalanced entry is refused in code', () => {
    expect(() =>
      assertBalanced(
        entry([
          { account: wallet, amount: 1n },
          { account: bank, amount: -2n },
        ]),
      ),
    ).toThrow(/off by/);
  });

  test('core 12: one that names an account twice, or none, or nothing that it is about, is refused in code', () => {
    const good = entry([
      { account: wallet, amount: 1n },
      { account: bank, amount: -1n },
    ]);
    expect(() => assertEntry(good)).not.toThrow();
    const twice = [
      ...good.postings,
      { account: wallet, amount: 1n },
      { account: bank + 1_000n, amount: -1n },
    ];
    expect(() => assertEntry({ ...good, postings: twice })).toThrow(/twice/);
    const nowhere = [...good.postings.slice(0, 1), { account: 156n, amount: -1n }];
    expect(() => assertEntry({ ...good, postings: nowhere })).toThrow(/no account/);
    const huge = good.postings.map(({ account, amount }) => ({ account, amount: amount * 2n ** 63n }));
    expect(() => assertEntry({ ...good, postings: huge })).toThrow(/no amount/);
    for (const wrong of [{ id: 0n }, { payerId: -1n }, { subjectId: -1n }])
      expect(() => assertEntry({ ...good, ...wrong })).toThrow(/nobody/);
  });

  test('and by the database, whoever writes it', async () => {
    const raw = statement(
      'test.unbalanced',
      `INSERT INTO ledger.entry (id, kind, payer_id, subject_id, occurred_at, accounts, amounts)
       VALUES (999999, 'opening', 0, 0, now(), $1::bigint[], $2::bigint[])`,
    );
    await expect(
      database.query(raw, [
        [wallet, bank],
        [5, -4],
      ]),
    ).rejects.toThrow(/off by 1/);
    // Same sum over two currencies: still unbalanced in each.
    await expect(
      database.query(raw, [
        [wallet, bank - 156n + 410n],
        [5, -5],
      ]),
    ).rejects.toThrow(/is off by/);
  });

  test('entries cannot be changed or removed', async () => {
    await expect(
      world.owner.query(statement('test.update', 'UPDATE ledger.entry SET kind = kind')),
    ).rejects.toThrow(/append-only/);
    await expect(world.owner.query(statement('test.delete', 'DELETE FROM ledger.entry'))).rejects.toThrow(
      /append-only/,
    );
  });

  test('postings of one account are joined and zeros left out', () => {
    expect(
      postingsOf([
        { account: 1156n, amount: 3n },
        { account: 1156n, amount: -3n },
        { account: 2156n, amount: 4n },
      ]),
    ).toEqual([{ account: 2156n, amount: 4n }]);
  });
});

describe('core 12: accounts that are not there', () => {
  test('a posting to one fails, and nothing of its entry stays', async () => {
    const nowhere = 999_999_156n;
    const lost = entry([
      { account: wallet, amount: -100n },
      { account: nowhere, amount: 100n },
    ]);
    const before = await balanceOf(wallet);
    await expect(database.transaction((tx) => recordEntries(tx, [lost]))).rejects.toThrow(
      /ledger.balance: 1 rows were changed, 2 should have been/,
    );
    expect(await balanceOf(wallet)).toEqual(before);
    expect(await readEntries(database, [lost.id])).toEqual(new Map());
  });

  test('nor can what its owner has spent be counted on one', async () => {
    const counted = { spending: new Map([[999_998_156n, nothingSpent]]) };
    await expect(database.transaction((tx) => recordEntries(tx, [], counted))).rejects.toThrow(
      /0 rows were changed, 1 should have been/,
    );
  });
});

describe('bounds of shared accounts', () => {
  test('security C2: what would pass one is refused; what is owed remembers since when, until it is paid', async () => {
    const owner = { ownerId: 8n, currency: 'CNY' };
    const receivable = await openAccount(database, { ...owner, kind: 'merchant-receivable', createdAt: at });
    const pending = await openAccount(database, { ...owner, kind: 'merchant-pending', createdAt: at });
    const day = (number: number) => new Date(at.getTime() + number * 86_400_000);
    const move = (amount: bigint, occurredAt: Date) =>
      database.transaction((tx) =>
        recordEntries(tx, [
          {
            ...entry([
              { account: receivable, amount: -amount },
              { account: pending, amount },
            ]),
            occurredAt,
          },
        ]),
      );
    const outside = { code: '23514', constraint: 'balance_within_bounds' };
    await expect(move(1n, at)).rejects.toMatchObject(outside);
    await database.transaction((tx) => setLowestBalance(tx, receivable, -100n));
    const since = async () =>
      (await readBalancesOfOwner(database, { kinds: ['merchant-receivable'], ...owner }))[0]!.owed_since;
    expect(await since()).toBeNull();
    await move(60n, day(1));
    await move(40n, day(2));
    expect(await since()).toEqual(day(1));
    await expect(move(1n, day(3))).rejects.toMatchObject(outside);
    await move(-99n, day(4));
    expect(await since()).toEqual(day(1));
    await move(-1n, day(5));
    expect(await since()).toBeNull();
    await expect(move(-1n, day(6))).rejects.toMatchObject(outside);
    await move(5n, day(7));
    expect(await since()).toEqual(day(7));
    // A limit below what is owed: it stays, and can only become less.
    await database.transaction((tx) => setLowestBalance(tx, receivable, 0n));
    await expect(move(1n, day(8))).rejects.toMatchObject(outside);
    await move(-3n, day(8));
    await expect(move(1n, day(9))).rejects.toMatchObject(outside);
    await move(-2n, day(9));
    await expect(move(1n, day(9))).rejects.toMatchObject(outside);
  });
});

describe('floors', () => {
  test('a wallet cannot go below zero, even when the code forgot to ask', async () => {
    const overdraw = [
      { account: wallet, amount: -10_001n },
      { account: bank, amount: 10_001n },
    ];
    await expect(database.transaction((tx) => recordEntries(tx, [entry(overdraw)]))).rejects.toThrow(
      /balance_above_floor/,
    );
    expect((await balanceOf(wallet)).balance).toBe(10_000n);
  });

  test('a hold counts against the floor until it is released or settled', async () => {
    await database.transaction(async (tx) => {
      const locked = (await lockBalances(tx, [wallet])).get(wallet)!;
      expect(availableOf(locked)).toBe(10_000n);
      await placeHold(tx, { id: 501n, accountId: wallet, amount: 9_500n, subjectId: 1n, placedAt: at });
    });
    expect(availableOf(await balanceOf(wallet))).toBe(500n);
    const spend = [
      { account: wallet, amount: -501n },
      { account: bank, amount: 501n },
    ];
    await expect(database.transaction((tx) => recordEntries(tx, [entry(spend)]))).rejects.toThrow(
      /balance_above_floor/,
    );
    expect(await database.transaction((tx) => releaseHold(tx, { id: 501n, endedAt: at }))).toBe(true);
    expect(await database.transaction((tx) => releaseHold(tx, { id: 501n, endedAt: at }))).toBe(false);
    expect(availableOf(await balanceOf(wallet))).toBe(10_000n);
  });

  test('settling a hold frees it in the transaction that moves the money', async () => {
    await database.transaction((tx) =>
      placeHold(tx, { id: 502n, accountId: wallet, amount: 10_000n, subjectId: 1n, placedAt: at }),
    );
    await database.transaction(async (tx) => {
      await settleHold(tx, { id: 502n, endedAt: at });
      await recordEntries(tx, [
        entry([
          { account: wallet, amount: -10_000n },
          { account: bank, amount: 10_000n },
        ]),
      ]);
    });
    expect(await balanceOf(wallet)).toMatchObject({ balance: 0n, held: 0n });
  });
});
