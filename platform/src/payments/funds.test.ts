// Whose money a refund is, on a real PostgreSQL with several processes: nobody waits for a process that stands still, and what
// two of them decide from the same money happens once.
import { money } from '@tongbao/money';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audit } from '../audit/index.ts';
import { createIsolation, createLanes, type Database, type Transaction } from '../database/index.ts';
import { createFx, freechangeSource } from '../fx/index.ts';
import { HouseAccounts, readBalancesOfOwner } from '../ledger/index.ts';
import { createMerchants } from '../merchants/index.ts';
import { sandboxBankBooks } from '../sandbox/bank-books.ts';
import { Ids } from '../system/index.ts';
import { testKeys } from '../testing/keys.ts';
import { type ShopperWorld, shopperWorld } from '../testing/shopper-world.ts';
import { askBank, createPayments, type Payment, type PaymentsRoom } from './index.ts';

let world: ShopperWorld;
beforeEach(async () => {
  world = await shopperWorld(true);
});
afterEach(() => world.close());

async function pay(room: PaymentsRoom, won: bigint, withCard = false): Promise<Payment> {
  const order = await world.order(won);
  const { customerId } = world.people[0]!;
  const [card] = await world.wallet.cardsOf(customerId);
  const { clearingAccount } = await world.wallet.cardForPayment(customerId, card!.id);
  return room.authorize({
    paymentId: order.id,
    payer: { customerId, kycClass: 3, status: 'active' },
    payerAccount: (await world.wallet.accountOf(customerId, 'CNY'))!,
    funding: withCard ? { kind: 'card', cardId: card!.id } : { kind: 'balance' },
    clearingAccount: withCard ? clearingAccount : null,
  });
}

let number = 0;
const refund = (room: PaymentsRoom, payment: Payment, won: bigint, funds: 'now' | 'wait' = 'now') =>
  room.refund({
    ...{ merchantId: payment.merchantId, paymentId: payment.id, requestId: `refund-${++number}` },
    ...{
      inputHash: Buffer.from('1'),
      amount: money('KRW', won),
      reason: null,
      notifyUrl: null,
      metadata: null,
    },
    funds,
  });

let block = 1_000n;
/** Another process over the same database, or over one that its own statements go through. */
function otherProcess(database: Database = world.test.database): PaymentsRoom {
  const { clock } = world;
  const ids = new Ids(() => Promise.resolve(block++));
  return createPayments({
    ...{ database, clock, ids, lanes: createLanes({ database }) },
    isolation: createIsolation({ database, clock }),
    house: new HouseAccounts(database),
    merchants: createMerchants({ database, clock, ids, keys: testKeys }),
    fx: createFx({ database, clock, ids, source: freechangeSource() }),
    enqueue: async (_tx, added) => void world.jobs.push(...added),
  });
}

/** A database whose transactions stand still before one of their round trips, once, until they are let go on. */
function standingStill(database: Database, at: number) {
  let trips = 0;
  let goOn: () => void = () => undefined;
  let stands: () => void = () => undefined;
  const isStanding = new Promise<void>((resolve) => {
    stands = resolve;
  });
  const wait = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const before = async (): Promise<void> => {
    trips += 1;
    if (trips !== at) return;
    stands();
    await wait;
  };
  const slow = (tx: Transaction): Transaction => ({
    open: true,
    query: async (statement, values) => {
      await before();
      return tx.query(statement, values);
    },
    copy: async (batches) => {
      await before();
      return tx.copy(batches);
    },
    sendPipeline: async (pipeline) => {
      await before();
      return tx.sendPipeline(pipeline);
    },
    atCommit: (pipeline) => tx.atCommit(pipeline),
  });
  const still: Database = {
    ...database,
    transaction: (work) =>
      database.transaction(async (tx) => {
        const done = await work(slow(tx));
        // The final round trip follows: what is recorded goes with the commit.
        await before();
        return done;
      }),
  };
  return { still, isStanding, goOn: () => goOn(), trips: () => trips };
}

async function stands(): Promise<Record<string, bigint>> {
  const kinds = [
    'merchant-pending',
    'merchant-refunding',
    'merchant-receivable',
    'merchant-fee-receivable',
  ] as const;
  const { merchantId: ownerId } = await world.order(1_000n);
  const rows = await readBalancesOfOwner(world.test.database, { kinds, ownerId, currency: 'KRW' });
  return Object.fromEntries(
    rows.filter((row) => row.balance !== 0n).map((row) => [row.kind.replace('merchant-', ''), row.balance]),
  );
}

async function proofs() {
  const { database } = world.test;
  const { clock } = world;
  const report = await audit({
    database,
    clock,
    house: new HouseAccounts(database),
    bankBooks: sandboxBankBooks,
  });
  return report.proofs.filter((proof) => !proof.ok);
}

describe('security C3: a process that stands still between two round trips of a refund', () => {
  it('holds up nobody else of its merchant, at whichever round trip', async () => {
    await pay(world.payments, 50_000n);
    for (let at = 1; ; at++) {
      const { still, isStanding, goOn, trips } = standingStill(world.test.database, at);
      const own = await pay(world.payments, 1_000n);
      const others = await pay(world.payments, 1_000n);
      const stopped = refund(otherProcess(still), own, 1_000n);
      const reached = await Promise.race([isStanding.then(() => true), stopped.then(() => false)]);
      if (!reached) {
        // It has done all of its round trips before: there are no more.
        expect(trips()).toBeGreaterThanOrEqual(4);
        break;
      }
      const paid = await pay(world.payments, 1_000n);
      expect(paid.status).toBe('paid');
      expect((await refund(world.payments, others, 1_000n)).refund.status).toBe('succeeded');
      const { merchantId } = paid;
      expect((await world.payments.cancel({ merchantId, paymentId: paid.id })).status).toBe('cancelled');
      goOn();
      expect((await stopped).refund.status).toBe('succeeded');
    }
    expect(await proofs()).toEqual([]);
  });
});

describe('security C2: several processes and the same money', () => {
  it('what was read and is gone since is decided again: refused, not overdrawn', async () => {
    const [first, second, third] = [
      await pay(world.payments, 10_000n),
      await pay(world.payments, 10_000n),
      await pay(world.payments, 1_000n),
    ];
    const counting = standingStill(world.test.database, Number.POSITIVE_INFINITY);
    await refund(otherProcess(counting.still), third, 1_000n);
    // Its money is read; the last round trip, which moves it, has not begun.
    const { still, isStanding, goOn } = standingStill(world.test.database, counting.trips());
    const late = refund(otherProcess(still), first, 10_000n);
    await isStanding;
    expect((await refund(world.payments, second, 10_000n)).refund.status).toBe('succeeded');
    expect((await stands()).pending).toBe(9_685n);
    goOn();
    await expect(late).rejects.toMatchObject({ code: 'merchant-balance-insufficient' });
    expect((await stands()).pending).toBe(9_685n);
    expect(await proofs()).toEqual([]);
  });

  it('a crowd of refunds over two processes takes what is there and no more', async () => {
    const payments: Payment[] = [];
    for (let count = 0; count < 12; count++) payments.push(await pay(world.payments, 10_000n));
    await refund(world.payments, await pay(world.payments, 60_000n), 60_000n);
    const rooms = [world.payments, otherProcess()];
    const asked = await Promise.allSettled(
      payments.map((payment, index) => refund(rooms[index % 2]!, payment, 10_000n)),
    );
    const done = asked.filter(({ status }) => status === 'fulfilled').length;
    for (const each of asked)
      if (each.status === 'rejected') expect(each.reason.code).toBe('merchant-balance-insufficient');
    const { pending = 0n, 'fee-receivable': owedFee = 0n, receivable = 0n } = await stands();
    // Each brought 9,850; the refund of 60,000 took 900 of that beside its own.
    expect(pending + owedFee).toBe(12n * 9_850n - 900n - BigInt(done) * 10_000n);
    expect(receivable).toBe(0n);
    // For the last one 2,700 are missing, of which 150 would be lent.
    expect(done).toBe(11);
    expect(await proofs()).toEqual([]);
  });
});

describe('a refund to a card', () => {
  const ask = () =>
    askBank(
      {
        ...{ database: world.test.database, clock: world.clock, payments: world.payments, bank: world.bank },
        onBankFailed: () => undefined,
      },
      world.jobs.at(-1)!.reference,
    );

  it('security C2: is put aside while its bank is asked, and nothing else is paid with it', async () => {
    const order = await pay(world.payments, 59_000n, true);
    await ask();
    const cheap = await pay(world.payments, 2_000n);
    const { refund: asked } = await refund(world.payments, order, 59_000n);
    expect(asked).toMatchObject({ status: 'processing', putAside: true, owedFee: 0n });
    expect(await stands()).toEqual({ pending: 1_085n, refunding: 59_000n });
    await expect(refund(world.payments, cheap, 2_000n)).rejects.toMatchObject({
      code: 'merchant-balance-insufficient',
    });
    expect(await proofs()).toEqual([]);
    await ask();
    expect(await stands()).toEqual({ pending: 1_085n });
    expect((await world.payments.refundsOf(order.id))[0]).toMatchObject({ status: 'succeeded' });
    expect((await world.payments.eventsOf(order.id)).map(({ kind }) => kind)).toEqual([
      ...['created', 'debit-requested', 'paid', 'refund-requested', 'refund-funded', 'refunded'],
    ]);
    expect(await proofs()).toEqual([]);
  });

  it('whose bank refuses comes back, and can be asked for again', async () => {
    const order = await pay(world.payments, 59_000n, true);
    await ask();
    await refund(world.payments, order, 59_000n);
    expect(await stands()).toEqual({ refunding: 59_000n, 'fee-receivable': -885n });
    expect(await world.hearBank({ outcome: 'declined', reason: 'declined' })).toBe('applied');
    expect(await stands()).toEqual({ pending: 59_000n, 'fee-receivable': -885n });
    expect(await proofs()).toEqual([]);
    await refund(world.payments, order, 59_000n);
    await ask();
    expect(await stands()).toEqual({ 'fee-receivable': -885n });
    expect(await proofs()).toEqual([]);
  });
});
