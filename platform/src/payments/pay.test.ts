// pay in one step, and the verbs of two processes side by side, on a real PostgreSQL.
import { readFile } from 'node:fs/promises';
import { money } from '@tongbao/money';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { audit } from '../audit/index.ts';
import { createIsolation, createLanes } from '../database/index.ts';
import { createFx, freechangeSource } from '../fx/index.ts';
import { HouseAccounts, readBalances } from '../ledger/index.ts';
import { createMerchants } from '../merchants/index.ts';
import { sandboxRules } from '../risk/index.ts';
import { Ids } from '../system/index.ts';
import { testKeys } from '../testing/keys.ts';
import { type ShopperWorld, shopperWorld } from '../testing/shopper-world.ts';
import { createPayments, type PayInOneStep, type PaymentsRoom } from './index.ts';

let world: ShopperWorld;
let wallet: bigint;
let customerId: bigint;
let merchantId: bigint;
beforeEach(async () => {
  world = await shopperWorld(true);
  customerId = world.people[0]!.customerId;
  wallet = (await world.wallet.accountOf(customerId, 'CNY'))!;
  merchantId = (await world.order(1_000n)).merchantId;
});
afterEach(() => world.close());

const command = (requestId: string, won: bigint, hash = 'h'): PayInOneStep => ({
  create: {
    merchantId,
    requestId,
    inputHash: Buffer.from(hash),
    amount: money('KRW', won),
    payerCurrency: 'CNY',
    settlementCurrency: null,
    quoteId: null,
    expiresAt: null,
    lifetimeMs: 60_000,
    order: {
      reference: null,
      description: 'coffee',
      merchantName: null,
      goods: [],
      redirectUrl: '',
      notifyUrl: 'http://127.0.0.1:9/n',
      metadata: null,
      channel: 'ams-pay',
      channelData: {},
    },
  },
  authorize: {
    payer: { customerId, kycClass: 3, status: 'active' },
    payerAccount: wallet,
    funding: { kind: 'balance' },
    clearingAccount: null,
  },
});

const proofs = async () => {
  const { database } = world.test;
  const report = await audit({
    database,
    clock: world.clock,
    house: new HouseAccounts(database),
    bankBooks: null,
  });
  return report.proofs.filter((proof) => !proof.ok);
};
const balance = async () => (await readBalances(world.test.database, [wallet])).get(wallet)!.balance;

it('is paid at once, once, and answers the same again', async () => {
  const before = await balance();
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => world.payments.pay(command('one', 59_000n))),
  );
  expect(new Set(answers.map(({ payment }) => payment.id)).size).toBe(1);
  expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  const { payment } = answers[0]!;
  expect(payment).toMatchObject({ status: 'paid', events: 2, payerAmount: money('CNY', 33_556n) });
  expect(await world.payments.find({ merchantId, requestId: 'one' })).toEqual(payment);
  expect((await world.payments.eventsOf(payment.id)).map((event) => event.kind)).toEqual(['created', 'paid']);
  expect(await balance()).toBe(before - 33_556n);
  const again = await world.payments.pay(command('one', 59_000n));
  expect(again).toEqual({ payment, replayed: true });
  await expect(world.payments.pay(command('one', 60_000n, 'other'))).rejects.toMatchObject({
    code: 'request-reused',
  });
  expect(await proofs()).toEqual([]);
});

it('security M6: nobody can pay a suspended merchant, not even an open order; refunds go on', async () => {
  const { payment: paid } = await world.payments.pay(command('before', 1_000n));
  const open = await world.order(1_000n);
  const confirm = { ...command('-', 1n).authorize, paymentId: open.id };
  const elsewhere = createMerchants({
    ...{ database: world.test.database, clock: world.clock, keys: testKeys },
    ids: new Ids(() => Promise.reject(new Error('takes no ids'))),
  });
  // In another process: this one still remembers the merchant as active.
  await elsewhere.setStatus(merchantId, 'suspended');
  await expect(world.payments.authorize(confirm)).rejects.toMatchObject({ code: 'merchant-not-active' });
  await expect(world.payments.pay(command('during', 1_000n))).rejects.toMatchObject({
    code: 'merchant-not-active',
  });
  const { refund } = await world.payments.refund({
    ...{ merchantId, paymentId: paid.id, requestId: 'refund', inputHash: Buffer.from('r') },
    ...{ amount: paid.amount, reason: null, notifyUrl: null, metadata: null, funds: 'now' },
  });
  expect(refund.status).toBe('succeeded');
  await elsewhere.setStatus(merchantId, 'active');
  expect((await world.payments.authorize(confirm)).status).toBe('paid');
  expect((await world.payments.pay(command('during', 1_000n))).payment.status).toBe('paid');
});

it('what is refused leaves nothing, and the request id may be used again', async () => {
  const before = await balance();
  const tooMuch = (before / 33_556n + 5n) * 59_000n;
  await expect(world.payments.pay(command('refused', tooMuch))).rejects.toMatchObject({
    code: 'balance-insufficient',
  });
  expect(await world.payments.find({ merchantId, requestId: 'refused' })).toBeNull();
  expect(await balance()).toBe(before);
  expect((await world.payments.pay(command('refused', 59_000n))).payment.status).toBe('paid');
  expect(await proofs()).toEqual([]);
});

it('a crowd on one wallet spends what is there and no more', async () => {
  const before = await balance();
  const affordable = Number(before / 33_556n);
  const outcomes = await Promise.allSettled(
    Array.from({ length: affordable + 20 }, (_, number) =>
      world.payments.pay(command(`crowd-${number}`, 59_000n)),
    ),
  );
  expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(affordable);
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') expect(outcome.reason.code).toBe('balance-insufficient');
  expect(await balance()).toBe(before - 33_556n * BigInt(affordable));
  expect(await proofs()).toEqual([]);
});

it('with a card it is pending and the bank is asked', async () => {
  const [card] = await world.wallet.cardsOf(customerId);
  const house = new HouseAccounts(world.test.database);
  const clearingAccount = await house.open('card-clearing', 'CNY', world.clock.now(), card!.bank);
  const { create, authorize } = command('card', 59_000n);
  const { payment } = await world.payments.pay({
    create,
    authorize: { ...authorize, funding: { kind: 'card', cardId: card!.id }, clearingAccount },
  });
  expect(payment.status).toBe('pending');
  const reference = `P${payment.id}-2`;
  expect(world.jobs).toMatchObject([{ task: 'debit-card', paymentId: payment.id, reference }]);
  expect(await proofs()).toEqual([]);
});

it('two processes on one database: no deadlock, no double, every payment once', async () => {
  const { database } = world.test;
  let block = 1_000n;
  const process = (): PaymentsRoom => {
    const ids = new Ids(() => Promise.resolve(block++));
    const { clock } = world;
    return createPayments({
      ...{ database, clock, ids, rules: sandboxRules },
      lanes: createLanes({ database, maxBatch: 40 }),
      isolation: createIsolation({ database, clock }),
      house: new HouseAccounts(database),
      merchants: createMerchants({ database, clock, ids, keys: testKeys }),
      fx: createFx({ database, clock, ids, source: freechangeSource() }),
      enqueue: async () => undefined,
    });
  };
  const rooms = [process(), process()];
  const wallets = await Promise.all(
    world.people.map(async (person) => ({
      customerId: person.customerId,
      account: (await world.wallet.accountOf(person.customerId, 'CNY'))!,
    })),
  );
  const balances = await readBalances(
    database,
    wallets.map((each) => each.account),
  );
  const rich = wallets.filter((each) => balances.get(each.account)!.balance >= 100_000n);
  expect(rich.length).toBeGreaterThan(1);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 1_200 }, (_, number) => {
      const { create, authorize } = command(`both-${number >> 1}`, 200n);
      const payer = rich[(number >> 1) % rich.length]!;
      // Each request is sent to both at once, half of them to the one first.
      const room = rooms[(number + (number >> 2)) % 2]!;
      return room.pay({
        create,
        authorize: {
          ...authorize,
          payer: { ...authorize.payer, customerId: payer.customerId },
          payerAccount: payer.account,
        },
      });
    }),
  );
  const ids = new Map<string, bigint>();
  let fresh = 0;
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') throw outcome.reason;
    const { payment, replayed } = outcome.value;
    if (!replayed) fresh += 1;
    expect(ids.get(payment.requestId) ?? payment.id).toBe(payment.id);
    ids.set(payment.requestId, payment.id);
  }
  expect(fresh).toBe(600);
  expect(await proofs()).toEqual([]);
});

it('the hundredth payment of a day is the last, also in one batch; the next day begins anew', async () => {
  // A class-II wallet of its own, so that nothing else counts.
  const other = world.people.find(({ kycClass }) => kycClass === 2)!;
  const account = (await world.wallet.accountOf(other.customerId, 'CNY'))!;
  const payer = { customerId: other.customerId, kycClass: 2, status: 'active' } as const;
  const payWon = (id: string, won: bigint) => {
    const { create, authorize } = command(id, won);
    return world.payments.pay({ create, authorize: { ...authorize, payer, payerAccount: account } });
  };
  const outcomes = await Promise.allSettled(
    Array.from({ length: 105 }, (_, number) => payWon(`day-${number}`, 1_000n)),
  );
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(refused).toHaveLength(5);
  for (const { reason } of refused)
    expect(reason).toMatchObject({ code: 'risk-rejected', detail: { field: 'day-count' } });
  const usage = await world.payments.usageOf(account);
  expect(usage).toEqual({
    today: { count: 100n, amount: 56_900n },
    balanceThisYear: 56_900n,
    balanceEver: 56_900n,
  });
  world.clock.advance(86_400_000);
  expect((await payWon('tomorrow', 1_000n)).payment.status).toBe('paid');
  expect((await world.payments.usageOf(account)).today).toMatchObject({ count: 1n });
});

it('what a bank refuses is not counted; what it is asked for is', async () => {
  const [card] = await world.wallet.cardsOf(customerId);
  const house = new HouseAccounts(world.test.database);
  const clearingAccount = await house.open('card-clearing', 'CNY', world.clock.now(), card!.bank);
  const before = await world.payments.usageOf(wallet);
  const { create, authorize } = command('declined', 59_000n);
  const { payment } = await world.payments.pay({
    create,
    authorize: { ...authorize, funding: { kind: 'card', cardId: card!.id }, clearingAccount },
  });
  const asked = await world.payments.usageOf(wallet);
  expect(asked.today!.count).toBe(before.today!.count + 1n);
  expect(asked.balanceEver).toBe(before.balanceEver);
  expect(world.jobs.at(-1)).toMatchObject({ paymentId: payment.id });
  expect(await world.hearBank({ outcome: 'declined', reason: 'declined' })).toBe('applied');
  expect(await world.payments.usageOf(wallet)).toEqual(before);
});

it('wallets that paid before the sums were kept have the same sums', async () => {
  for (let number = 0; number < 3; number++) await world.payments.pay(command(`early-${number}`, 59_000n));
  world.clock.advance(86_400_000);
  await world.payments.pay(command('later', 59_000n));
  const kept = await world.payments.usageOf(wallet);
  expect(kept.today!.count).toBe(1n);
  expect(kept.balanceEver!).toBeGreaterThan(3n * 33_000n);
  const { pool } = world.test.owner;
  await pool.query('DROP VIEW payments.wrong_spending');
  await pool.query(`ALTER TABLE ledger.balance DROP COLUMN spent_day, DROP COLUMN spent_day_count,
    DROP COLUMN spent_day_amount, DROP COLUMN spent_year, DROP COLUMN spent_year_amount, DROP COLUMN spent_ever_amount`);
  for (const migration of ['0052_spending.sql', '0054_turnover.sql'])
    await pool.query(await readFile(new URL(`../database/migrations/${migration}`, import.meta.url), 'utf8'));
  expect(await world.payments.usageOf(wallet)).toEqual(kept);
});
