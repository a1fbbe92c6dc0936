// The seeded world: once or twice, the same people with the same money, in the ledger and at the bank.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCustomers } from '../customers/index.ts';
import { createIsolation } from '../database/index.ts';
import { HouseAccounts, readBalances } from '../ledger/index.ts';
import { Ids, machineRandomness, StillClock } from '../system/index.ts';
import { type TestDatabase, testDatabase } from '../testing/index.ts';
import { testKeys } from '../testing/keys.ts';
import { createWallet } from '../wallet/index.ts';
import { createSandboxBank, readBankBooks } from './bank/index.ts';
import { sandboxCustomers, seedCustomers } from './seed-customers.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

it('seeds people, balances and cards once, however often it runs', async () => {
  const { database } = test;
  const clock = new StillClock(new Date('2014-11-11T02:00:00Z'));
  let block = 1n;
  const ids = new Ids(() => Promise.resolve(block++));
  const house = new HouseAccounts(database);
  const none = () => Promise.resolve();
  const bank = createSandboxBank({ database, clock, pause: none });
  const customers = createCustomers({
    ...{ database, clock, ids, randomness: machineRandomness, sendSms: none, sandbox: true, keys: testKeys },
  });
  const wallet = createWallet({
    database,
    clock,
    ids,
    house,
    bank,
    isolation: createIsolation({ database, clock }),
    enqueueAsk: none,
    onBankFailed: () => undefined,
  });
  const first = await seedCustomers({ customers, wallet, bank });
  const second = await seedCustomers({ customers, wallet, bank });
  expect(second).toEqual(first);

  const safeguarding = await house.open('safeguarding-bank', 'CNY', clock.now());
  const total = sandboxCustomers.reduce((all, each) => all + each.opening, 0n);
  expect((await readBalances(database, [safeguarding])).get(safeguarding)?.balance).toBe(-total);
  expect(await readBankBooks(database, [])).toEqual([
    { kind: 'safeguarding-bank', currency: 'CNY', amount: -total, inTransit: 0n },
  ]);
  for (const each of first) {
    expect(each.phone).toMatch(/^\+86138000000\d\d$/);
    await customers.checkPin(each.customerId, each.pin);
    expect((await wallet.balanceOf(each.customerId, 'CNY')).available.amount).toBe(each.opening);
    const cards = await wallet.cardsOf(each.customerId);
    expect(cards.map((card) => card.last4)).toEqual(each.cards.map((card) => card.last4));
    for (const card of cards)
      expect(await bank.findCard({ bank: card.bank, token: card.token })).not.toBeNull();
  }
});
