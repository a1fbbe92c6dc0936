// Top-ups and withdrawals against the simulated bank in each of its moods, on real PostgreSQL; after each of them the
// ledger's clearing account and the bank's own book of it must say the same.
import { money } from '@tongbao/money';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createIsolation, readQuarantine } from '../../database/index.ts';
import { HouseAccounts, readBalances } from '../../ledger/index.ts';
import { Ids, StillClock } from '../../system/index.ts';
import { type TestDatabase, testDatabase } from '../../testing/index.ts';
import { bankReference } from '../../wallet/card-transfer.ts';
import {
  type BankAnswer,
  type Card,
  type CardTransfer,
  type CardTransferKind,
  createWallet,
  readAnswersOf,
  readOpenReferences,
  readReturns,
  type Wallet,
} from '../../wallet/index.ts';
import { type BankBehaviour, createSandboxBank, readBankBooks, type SandboxBank } from './index.ts';

const start = new Date('2014-11-11T02:00:00Z');
const hour = 3_600_000;
const cny = (amount: bigint) => money('CNY', amount);

interface World {
  readonly clock: StillClock;
  readonly bank: SandboxBank;
  readonly bankCode: string;
  readonly wallet: Wallet;
  readonly house: HouseAccounts;
  readonly customerId: bigint;
  readonly account: bigint;
  readonly card: Card;
  /** Jobs left in committed transactions, banks that failed, and how long a slow bank took. */
  readonly jobs: bigint[];
  readonly failures: unknown[];
  readonly pauses: number[];
  readonly behave: (behaviour: BankBehaviour) => Promise<void>;
  readonly request: (kind: CardTransferKind, amount: bigint, requestId?: string) => Promise<CardTransfer>;
  readonly find: (transfer: CardTransfer) => Promise<CardTransfer>;
  readonly balance: () => Promise<{ balance: bigint; available: bigint }>;
}

let test: TestDatabase;
let world: World;
let block = 1n;
let customers = 0n;

beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

/** A customer with CNY 100.00 in the wallet and a card with CNY 1,000.00 at a bank of its own. */
beforeEach(async () => {
  const { database } = test;
  const clock = new StillClock(start);
  const ids = new Ids(() => Promise.resolve(block++));
  const house = new HouseAccounts(database);
  const jobs: bigint[] = [];
  const failures: unknown[] = [];
  const pauses: number[] = [];
  const bank = createSandboxBank({
    database,
    clock,
    pause: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
  });
  const wallet = createWallet({
    database,
    clock,
    ids,
    house,
    bank,
    isolation: createIsolation({ database, clock }),
    enqueueAsk: (_tx, id) => {
      jobs.push(id);
      return Promise.resolve();
    },
    onBankFailed: (error) => failures.push(error),
  });
  const customerId = ++customers;
  const bankCode = `BANK${customerId}`;
  const token = `token-${customerId}`;
  await bank.openBank({ code: bankCode, name: { zh: '翡翠银行', en: 'Jade Bank' } });
  await bank.issueCard({ bank: bankCode, token, balance: cny(100_000n), creditLimit: 0n, blocked: false });
  const account = await wallet.openAccount({ customerId, currency: 'CNY', opening: 10_000n });
  await wallet.addCard({
    customerId,
    bank: bankCode,
    bankName: { zh: '翡翠银行', en: 'Jade Bank' },
    last4: '0018',
    kind: 'debit',
    currency: 'CNY',
    token,
    status: 'active',
  });
  const card = (await wallet.cardsOf(customerId))[0]!;
  world = {
    ...{ clock, bank, bankCode, wallet, house, customerId, account, card, jobs, failures, pauses },
    behave: async (behaviour) => {
      expect(await bank.setBehaviour({ code: bankCode, behaviour, slowMs: 700 })).toBe(true);
    },
    request: (kind, amount, requestId = `request-${amount}`) =>
      wallet.requestTransfer({ kind, customerId, requestId, cardId: card.id, amount: cny(amount) }),
    find: async (transfer) => (await wallet.findTransfer(customerId, transfer.id))!,
    balance: async () => {
      const { balance, available } = await wallet.balanceOf(customerId, 'CNY');
      return { balance: balance.amount, available: available.amount };
    },
  };
});

/** What the bank says it owes, what our ledger says, and what the card's holder has. */
async function books(): Promise<{ bank: bigint; ledger: bigint; card: bigint }> {
  const { bank, bankCode, house, card } = world;
  const lines = await bank.statement({ bank: bankCode, name: 'clearing', currency: 'CNY', afterLine: 0 });
  const clearing = await house.open('card-clearing', 'CNY', start, bankCode);
  return {
    bank: lines.at(-1)?.balance_after ?? 0n,
    ledger: -((await readBalances(test.database, [clearing])).get(clearing)?.balance ?? 0n),
    card: (await bank.findCard({ bank: bankCode, token: card.token }))!.balance.amount,
  };
}

async function booksAgree(): Promise<void> {
  expect(await readOpenReferences(test.database)).toEqual([]);
  const { bank, ledger, card } = await books();
  expect(ledger).toBe(bank);
  expect(card).toBe(100_000n - bank);
  expect((await world.balance()).balance).toBe(10_000n + bank);
}

async function refusal(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'not refused',
    (error: { code: string }) => error.code,
  );
}

describe('a top-up', () => {
  afterEach(booksAgree);

  it('leaves a job, asks the bank once, and credits the balance with one entry', async () => {
    const topUp = await world.request('top-up', 2_500n);
    expect(topUp.status).toBe('pending');
    expect(world.jobs).toEqual([topUp.id]);
    expect(await world.balance()).toEqual({ balance: 10_000n, available: 10_000n });
    await Promise.all([world.wallet.askBank(topUp.id), world.wallet.askBank(topUp.id)]);
    expect(await world.find(topUp)).toMatchObject({ status: 'succeeded', attempts: 1, finishedAt: start });
    expect(await world.balance()).toEqual({ balance: 12_500n, available: 12_500n });
    expect(await books()).toEqual({ bank: 2_500n, ledger: 2_500n, card: 97_500n });
  });

  it('is one top-up however often its request comes, and refuses the id for another', async () => {
    const asked = await Promise.all(
      Array.from({ length: 8 }, () => world.request('top-up', 2_500n, 'same-request')),
    );
    expect(new Set(asked.map((topUp) => topUp.id)).size).toBe(1);
    expect(world.jobs).toEqual([asked[0]!.id]);
    expect(await refusal(world.request('top-up', 2_501n, 'same-request'))).toBe('request-reused');
    await world.wallet.askBank(asked[0]!.id);
    const again = await world.request('top-up', 2_500n, 'same-request');
    expect(again).toMatchObject({ id: asked[0]!.id, status: 'succeeded' });
    await world.wallet.askBank(again.id);
    expect(await world.balance()).toEqual({ balance: 12_500n, available: 12_500n });
  });

  it('fails with the bank’s reason when the bank declines', async () => {
    const tooMuch = await world.request('top-up', 100_001n);
    await world.wallet.askBank(tooMuch.id);
    expect(await world.find(tooMuch)).toMatchObject({ status: 'failed', refusal: 'insufficient-funds' });
    await world.behave('decline');
    const declined = await world.request('top-up', 1n);
    await world.wallet.askBank(declined.id);
    expect(await world.find(declined)).toMatchObject({ status: 'failed', refusal: 'declined' });
    await world.behave('normal');
    await world.wallet.askBank(declined.id);
    expect(await world.balance()).toEqual({ balance: 10_000n, available: 10_000n });
  });

  it('is asked about, not made twice, when the bank did it and its answer was lost', async () => {
    await world.behave('answer-lost');
    const topUp = await world.request('top-up', 2_500n);
    await world.wallet.askBank(topUp.id);
    expect(world.failures).toHaveLength(1);
    expect(await world.find(topUp)).toMatchObject({ status: 'pending', attempts: 1 });
    expect((await books()).bank).toBe(2_500n);
    expect(await world.balance()).toEqual({ balance: 10_000n, available: 10_000n });
    const inTransit = (await readBankBooks(test.database, await readOpenReferences(test.database))).find(
      (book) => book.kind === 'card-clearing',
    )!;
    expect(inTransit.inTransit).toBe(-2_500n);
    // Too early: the bank is left alone until the wait is over.
    await world.wallet.askBank(topUp.id);
    expect((await world.find(topUp)).attempts).toBe(1);
    world.clock.advance(10_000);
    expect(await world.wallet.asking.nextDueAt()).toEqual(world.clock.now());
    expect(await world.wallet.asking.run(world.clock.now())).toBe(1);
    expect(await world.find(topUp)).toMatchObject({ status: 'succeeded', attempts: 2 });
    expect(await world.wallet.asking.nextDueAt()).toBeNull();
  });

  it('waits longer and longer for a bank that is down, and is made when it is back', async () => {
    await world.behave('down');
    const topUp = await world.request('top-up', 2_500n);
    const waits: number[] = [];
    for (let n = 0; n < 12; n++) {
      await world.wallet.asking.run(world.clock.now());
      const next = (await world.wallet.asking.nextDueAt())!;
      waits.push((next.getTime() - world.clock.now().getTime()) / 1000);
      world.clock.advance(next.getTime() - world.clock.now().getTime());
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]);
    expect(world.failures).toHaveLength(12);
    await world.behave('normal');
    await world.wallet.asking.run(world.clock.now());
    expect(await world.find(topUp)).toMatchObject({ status: 'succeeded', attempts: 13 });
  });

  it('is given up after a day when the bank never heard of it', async () => {
    await world.behave('down');
    const topUp = await world.request('top-up', 2_500n);
    await world.wallet.askBank(topUp.id);
    world.clock.advance(24 * hour);
    await world.behave('normal');
    await world.wallet.askBank(topUp.id);
    expect(await world.find(topUp)).toMatchObject({ status: 'failed', refusal: 'bank-unavailable' });
  });

  it('succeeds after a day when the bank had done it', async () => {
    await world.behave('answer-lost');
    const topUp = await world.request('top-up', 2_500n);
    await world.wallet.askBank(topUp.id);
    world.clock.advance(48 * hour);
    await world.wallet.askBank(topUp.id);
    expect(await world.find(topUp)).toMatchObject({ status: 'succeeded' });
  });

  it('succeeds at a slow bank', async () => {
    await world.behave('slow');
    const topUp = await world.request('top-up', 2_500n);
    await world.wallet.askBank(topUp.id);
    expect(world.pauses).toEqual([700]);
    expect(await world.find(topUp)).toMatchObject({ status: 'succeeded' });
  });

  it.each([0n, -1n, 5_000_001n])('refuses %s fen', async (amount) => {
    expect(await refusal(world.request('top-up', amount, 'some-request'))).toBe('amount-out-of-limits');
    expect(world.jobs).toEqual([]);
  });

  it('refuses other people’s, locked and unknown cards, and currencies that the wallet does not keep', async () => {
    const { wallet, customerId, card } = world;
    const ask = {
      kind: 'top-up',
      customerId,
      requestId: 'some-request',
      cardId: card.id,
      amount: cny(1n),
    } as const;
    expect(await refusal(wallet.requestTransfer({ ...ask, customerId: customerId + 1_000n }))).toBe(
      'card-unknown',
    );
    expect(await refusal(wallet.requestTransfer({ ...ask, cardId: 1n }))).toBe('card-unknown');
    expect(await refusal(wallet.requestTransfer({ ...ask, amount: money('KRW', 1n) }))).toBe(
      'currency-not-supported',
    );
    await wallet.setCardStatus({ customerId, cardId: card.id, status: 'locked' });
    expect(await refusal(wallet.requestTransfer(ask))).toBe('method-not-available');
    expect(await refusal(wallet.cardForPayment(customerId, card.id))).toBe('method-not-available');
    await wallet.setCardStatus({ customerId, cardId: card.id, status: 'removed' });
    expect(await refusal(wallet.requestTransfer(ask))).toBe('card-unknown');
    expect(await wallet.cardsOf(customerId)).toEqual([]);
    expect((await wallet.findCard(customerId, card.id))?.last4).toBe('0018');
  });
});

describe('core 1: an answer that comes late', () => {
  /** A process that hears what the bank says and stands still while the transfer is decided elsewhere. */
  async function decidedMeanwhile(transfer: CardTransfer, late: BankAnswer): Promise<void> {
    const { bank, clock, wallet, house } = world;
    const { database } = test;
    let goOn: () => void = () => undefined;
    const wait = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const heard = async (): Promise<BankAnswer> => {
      await wait;
      return late;
    };
    const slow = createWallet({
      ...{ database, clock, house, ids: new Ids(() => Promise.resolve(block++)) },
      bank: { ...bank, debit: heard, credit: heard, query: (key) => bank.query(key) },
      isolation: createIsolation({ database, clock }),
      enqueueAsk: async () => undefined,
      onBankFailed: () => undefined,
    });
    const asking = slow.askBank(transfer.id);
    while ((await world.find(transfer)).attempts === 0) await new Promise(setImmediate);
    clock.advance(hour);
    await wallet.askBank(transfer.id);
    expect((await world.find(transfer)).status).not.toBe('pending');
    goOn();
    await asking;
  }
  const answers = async (transfer: CardTransfer) =>
    (await readAnswersOf(test.database, [bankReference(transfer)])).map(({ outcome, effect }) => [
      outcome,
      effect,
    ]);

  it('and says the same is kept, and changes nothing', async () => {
    const topUp = await world.request('top-up', 2_500n);
    await decidedMeanwhile(topUp, { outcome: 'approved' });
    expect(await answers(topUp)).toEqual([
      ['approved', 'applied'],
      ['approved', 'repeated'],
    ]);
    await booksAgree();
  });

  it('and approves a top-up that was given up goes back to the card, once', async () => {
    await world.behave('decline');
    const topUp = await world.request('top-up', 2_500n);
    await decidedMeanwhile(topUp, { outcome: 'approved' });
    expect(await answers(topUp)).toEqual([
      ['declined', 'applied'],
      ['approved', 'stale'],
    ]);
    expect(await world.balance()).toEqual({ balance: 10_000n, available: 10_000n });
    expect(await readReturns(test.database, 10)).toMatchObject([
      { reference: bankReference(topUp), status: 'pending', amount: 2_500n },
    ]);
    await world.behave('normal');
    await world.wallet.asking.run(world.clock.now());
    // The bank's answer was invented here, so that only the return is in its book.
    expect((await books()).card).toBe(102_500n);
    expect((await books()).ledger).toBe(0n);
    expect(await readReturns(test.database, 10)).toMatchObject([{ status: 'succeeded' }]);
  });

  it('and contradicts a withdrawal is an operator’s to look at', async () => {
    const withdrawal = await world.request('withdrawal', 2_500n);
    await decidedMeanwhile(withdrawal, { outcome: 'declined', reason: 'declined' });
    expect(await answers(withdrawal)).toEqual([
      ['approved', 'applied'],
      ['declined', 'stale'],
    ]);
    expect(await readQuarantine(test.database, 10)).toMatchObject([
      { item: bankReference(withdrawal), reason: expect.stringContaining('declined') },
    ]);
    await booksAgree();
  });
});

describe('a withdrawal', () => {
  afterEach(booksAgree);

  it('holds the money at once, and takes it when the bank has it', async () => {
    const withdrawal = await world.request('withdrawal', 4_000n);
    expect(await world.balance()).toEqual({ balance: 10_000n, available: 6_000n });
    await world.wallet.askBank(withdrawal.id);
    expect(await world.find(withdrawal)).toMatchObject({ status: 'succeeded' });
    expect(await world.balance()).toEqual({ balance: 6_000n, available: 6_000n });
  });

  it('lets the money go when the bank declines', async () => {
    await world.behave('decline');
    const withdrawal = await world.request('withdrawal', 10_000n);
    await world.wallet.askBank(withdrawal.id);
    expect(await world.find(withdrawal)).toMatchObject({ status: 'failed', refusal: 'declined' });
    expect(await world.balance()).toEqual({ balance: 10_000n, available: 10_000n });
  });

  it('never promises more than there is, however many are asked for at once', async () => {
    const asked = await Promise.allSettled(
      [1, 2, 3, 4, 5].map((n) => world.request('withdrawal', 4_000n, `request-${n}`)),
    );
    const begun = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(begun).toHaveLength(2);
    expect(await world.balance()).toEqual({ balance: 10_000n, available: 2_000n });
    await Promise.all(begun.map(({ id }) => world.wallet.askBank(id)));
    expect(await world.balance()).toEqual({ balance: 2_000n, available: 2_000n });
  });

  it('meets top-ups of the same wallet without harm', async () => {
    const [in1, out1, in2, out2] = [
      await world.request('top-up', 1_000n, 'in-request-1'),
      await world.request('withdrawal', 2_000n, 'out-request-1'),
      await world.request('top-up', 3_000n, 'in-request-2'),
      await world.request('withdrawal', 4_000n, 'out-request-2'),
    ];
    await Promise.all([in1, out1, in2, out2].map(({ id }) => world.wallet.askBank(id)));
    expect(await world.balance()).toEqual({ balance: 8_000n, available: 8_000n });
    expect(world.failures).toEqual([]);
  });
});

describe('the bank', () => {
  const debit = (reference: string, amount = 500n) =>
    world.bank.debit({ bank: world.bankCode, cardToken: world.card.token, amount: cny(amount), reference });

  it('decides each reference once, and tells what became of it', async () => {
    const { bank, bankCode } = world;
    expect(await bank.query({ bank: bankCode, reference: 'A' })).toEqual({ outcome: 'unknown-reference' });
    const all = await Promise.all(Array.from({ length: 6 }, () => debit('A')));
    expect(all).toEqual(Array(6).fill({ outcome: 'approved' }));
    expect((await books()).card).toBe(99_500n);
    expect(await bank.query({ bank: bankCode, reference: 'A' })).toEqual({ outcome: 'approved' });
    await expect(debit('A', 501n)).rejects.toThrow('for something else');
    const lines = await bank.statement({ bank: bankCode, name: 'clearing', currency: 'CNY', afterLine: 0 });
    expect(lines).toMatchObject([{ line: 1, reference: 'A', amount: 500n, balance_after: 500n }]);
  });

  it('keeps to its refusal when money arrives later', async () => {
    const declined = { outcome: 'declined', reason: 'insufficient-funds' };
    expect(await debit('B', 100_001n)).toEqual(declined);
    await world.bank.credit({
      bank: world.bankCode,
      cardToken: world.card.token,
      amount: cny(1n),
      reference: 'C',
    });
    expect(await debit('B', 100_001n)).toEqual(declined);
  });

  it('cannot be reached when it is down, nor when it does not exist', async () => {
    await world.behave('down');
    await expect(debit('D')).rejects.toThrow('cannot be reached');
    await expect(world.bank.query({ bank: world.bankCode, reference: 'D' })).rejects.toThrow(
      'cannot be reached',
    );
    await expect(world.bank.query({ bank: 'NONE', reference: 'D' })).rejects.toThrow('no bank');
    expect(await world.bank.setBehaviour({ code: 'NONE', behaviour: 'down', slowMs: null })).toBe(false);
    await world.behave('normal');
    expect(await world.bank.query({ bank: world.bankCode, reference: 'D' })).toEqual({
      outcome: 'unknown-reference',
    });
  });

  it('refuses blocked and unknown cards, but gives money back to a blocked one', async () => {
    const { bank, bankCode } = world;
    const ask = { bank: bankCode, cardToken: 'blocked-1', amount: cny(5n) };
    await bank.issueCard({
      bank: bankCode,
      token: 'blocked-1',
      balance: cny(10n),
      creditLimit: 0n,
      blocked: true,
    });
    expect(await bank.debit({ ...ask, reference: 'E' })).toEqual({
      outcome: 'declined',
      reason: 'card-blocked',
    });
    expect(await bank.debit({ ...ask, cardToken: 'nobody', reference: 'F' })).toEqual({
      outcome: 'declined',
      reason: 'card-unknown',
    });
    expect(await bank.credit({ ...ask, reference: 'H' })).toEqual({ outcome: 'approved' });
    expect((await bank.findCard({ bank: bankCode, token: 'blocked-1' }))?.balance.amount).toBe(15n);
  });

  it('lends by credit cards down to their limit', async () => {
    const { bank, bankCode } = world;
    const ask = { bank: bankCode, cardToken: 'credit-1' };
    await bank.issueCard({
      bank: bankCode,
      token: 'credit-1',
      balance: cny(-300n),
      creditLimit: 1_000n,
      blocked: false,
    });
    expect(await bank.debit({ ...ask, amount: cny(701n), reference: 'K' })).toMatchObject({
      outcome: 'declined',
    });
    expect(await bank.debit({ ...ask, amount: cny(700n), reference: 'L' })).toEqual({ outcome: 'approved' });
  });

  it('books client money that arrives once for each reference', async () => {
    const { bank, bankCode } = world;
    const deposit = { bank: bankCode, amount: cny(5_000n), reference: 'OPENING-1' };
    await Promise.all([bank.receive(deposit), bank.receive(deposit)]);
    await bank.receive({ ...deposit, reference: 'OPENING-2' });
    const lines = await bank.statement({
      bank: bankCode,
      name: 'safeguarding',
      currency: 'CNY',
      afterLine: 0,
    });
    expect(lines.map((line) => line.balance_after)).toEqual([5_000n, 10_000n]);
  });
});
