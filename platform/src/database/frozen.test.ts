// A process that is stopped, or whose network goes silent, at any round trip of any verb: the other process goes on, and what
// the first one had begun is done once or not at all. The proxy freezes at the n-th message, for every n until the verb is
// done without it.
import { readdir, readFile } from 'node:fs/promises';
import { money } from '@tongbao/money';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../audit/index.ts';
import type { MerchantAccess } from '../merchants/index.ts';
import type { CreatePayment, Payment } from '../payments/index.ts';
import type { SimulatedCard } from '../sandbox/bank/index.ts';
import { sandboxMerchants } from '../sandbox/merchants.ts';
import type { MovableClock } from '../system/index.ts';
import { type FreezingProxy, startFreezingProxy } from '../testing/freezing-proxy.ts';
import { type Acts, settlementWorld } from '../testing/settlement-world.ts';
import { type Database, openDatabase } from './database.ts';
import { endStuckSessions, servingLimits } from './index.ts';

type Beside = Acts & { readonly platform: Awaited<ReturnType<typeof settlementWorld>>['platform'] };

let world: Awaited<ReturnType<typeof settlementWorld>>;
let shop: MerchantAccess;
/** Its refunds wait for its unsettled funds. */
let patientShop: MerchantAccess;
let cardId: bigint;
/** Its bank asks the shopper before each debit. */
let askingCardId: bigint;
let stopWatching: () => void;
beforeAll(async () => {
  world = await settlementWorld('2014-11-11T02:00:00Z');
  shop = await world.shop('KR');
  const { contract } = sandboxMerchants.find((each) => each.region === 'KR')!;
  patientShop = await world.shop('KR', { contract: { ...contract, queuesRefunds: true } });
  await world.cards.openBank({ code: 'JADE', name: jade });
  cardId = await issueCard('frozen');
  askingCardId = await issueCard('frozen-asks', { kind: 'one-time-code', above: 0n });
  stopWatching = endStuckSessions(world.test.database, () => undefined, { every: 100, stuckFor: 300 });
});
afterAll(async () => {
  stopWatching();
  await world.close();
});

/** A second process over the same books, behind a proxy. What is stopped loses its locks in half a second here, not in four. */
async function besideProxy(): Promise<{
  proxy: FreezingProxy;
  database: Database;
  process: Beside;
  end(): Promise<void>;
}> {
  const { hostname, port } = new URL(world.test.url);
  const proxy = await startFreezingProxy({ host: hostname, port: Number(port) });
  const limits = { ...servingLimits, idleInTransactionMs: 500 };
  const database = openDatabase({ url: proxy.urlOf(world.test.url), limits });
  const process = await world.beside(database);
  return {
    ...{ proxy, database, process },
    async end() {
      await proxy.close();
      await process.close();
      await database.close();
    },
  };
}

const jade = { zh: '翡翠银行', en: 'Jade Bank' };

async function issueCard(token: string, stepUp?: NonNullable<SimulatedCard['stepUp']>): Promise<bigint> {
  const { customerId } = world.shopper.payer;
  const card = { bank: 'JADE', token, balance: money('CNY', 10n ** 12n), creditLimit: 0n, blocked: false };
  await world.cards.issueCard({ ...card, ...(stepUp === undefined ? {} : { stepUp }) });
  const last4 = stepUp === undefined ? '0018' : '0019';
  const face = { bank: 'JADE', bankName: jade, last4, kind: 'debit', currency: 'CNY' } as const;
  await world.platform.wallet.addCard({ customerId, ...face, token, status: 'active' });
  return (await world.platform.wallet.cardsOf(customerId)).find((each) => each.token === token)!.id;
}

interface Case {
  /** The verbs of the lanes that it runs. */
  readonly verbs: readonly string[];
  /** Made before anything is stopped, by the healthy process. */
  prepare?(): Promise<Payment>;
  /** What the process does that is stopped in the middle. */
  act(process: Beside, payment: Payment): Promise<unknown>;
  /** The same by the healthy process, where that is how the outcome is found. */
  again?(payment: Payment): Promise<unknown>;
}

const hour = 3_600_000;
const later = (ms: number): Date => new Date(world.platform.clock.now().getTime() + ms);
/** Without the timers that are due by then. */
const onlyClockMoves = (ms: number): void => (world.platform.clock as MovableClock).set(later(ms));

/** Runs one timer of a process, or all of settlement's. */
const timerOf = (process: Pick<Beside, 'platform'>, name: string) =>
  process.platform.timers.find((timer) => timer.name === name)!;
const run = ({ platform }: Pick<Beside, 'platform'>, name: string): Promise<number> =>
  timerOf({ platform }, name).run(platform.clock.now());
const timersOf = async ({ platform }: Pick<Beside, 'platform'>): Promise<void> => {
  const now = platform.clock.now();
  for (const timer of platform.settlement.timers) await timer.run(now);
};

function command(requestId: string, lifetimeMs: number): CreatePayment {
  return {
    ...{ merchantId: shop.merchant.id, requestId, inputHash: Buffer.from('test'), lifetimeMs },
    ...{ amount: money('KRW', 1_000n), payerCurrency: 'CNY', settlementCurrency: null },
    ...{ quoteId: null, expiresAt: null },
    order: {
      ...{ reference: requestId, description: 'Order', merchantName: null, goods: [], notifyUrl: null },
      ...{ redirectUrl: 'https://mall.example/return', metadata: null },
      ...{ channel: 'ams-pay', channelData: {} },
    },
  };
}

const payInOneStep = ({ platform }: Pick<Beside, 'platform'>, { requestId }: Payment) =>
  platform.payments.pay({ create: command(`once-${requestId}`, 14 * 60_000), authorize: world.shopper });

async function confirmByCard(
  { platform }: Pick<Beside, 'platform'>,
  payment: Payment,
  card = { cardId },
): Promise<Payment> {
  const { customerId } = world.shopper.payer;
  const { clearingAccount } = await platform.wallet.cardForPayment(customerId, card.cardId);
  const by = { funding: { kind: 'card', ...card } as const, clearingAccount, mayAsk: true as const };
  return platform.payments.authorize({ ...world.shopper, ...by, paymentId: payment.id });
}

/** Asks for it, and the bank about it. */
const transfer = (kind: 'top-up' | 'withdrawal'): Case => ({
  verbs: [],
  async act(process, { requestId }) {
    const { customerId } = world.shopper.payer;
    const asked = { kind, customerId, requestId, cardId, amount: money('CNY', 500n) };
    await process.platform.wallet.requestTransfer(asked);
    await process.platform.wallet.asking.run(process.platform.clock.now());
  },
  async again() {
    // Whoever was stopped may have asked: the bank is asked again when that question's time is over.
    onlyClockMoves(60_000);
    await world.platform.wallet.asking.run(world.platform.clock.now());
  },
});

const cases: Readonly<Record<string, Case>> = {
  // First, while the days ahead are working days.
  treasury: {
    verbs: [],
    async prepare() {
      const payment = await world.pay(shop, 3_000n);
      await timerOf(world, 'treasury').nextDueAt();
      onlyClockMoves(72 * hour);
      return payment;
    },
    act: (process) => run(process, 'treasury'),
    again: () => run(world, 'treasury'),
  },
  'refund that waited for funds': {
    verbs: ['payments.retry-refund'],
    async prepare() {
      const payment = await world.pay(patientShop, 2_000n);
      await world.mover.moveTo(later(96 * hour));
      const asked = { merchantId: payment.merchantId, paymentId: payment.id, amount: money('KRW', 1_500n) };
      const words = { inputHash: Buffer.from('test'), reason: null, notifyUrl: null, metadata: null };
      const requestId = `waits-${payment.requestId}`;
      const { refund } = await world.platform.payments.refund({
        ...asked,
        ...words,
        requestId,
        funds: 'wait',
      });
      expect(refund.status).toBe('processing');
      await world.pay(patientShop, 5_000n);
      onlyClockMoves(7 * hour);
      return payment;
    },
    act: ({ platform }) => platform.payments.refundQueue.run(platform.clock.now()),
    async again({ merchantId, requestId }) {
      await world.platform.payments.refundQueue.run(world.platform.clock.now());
      const refund = await world.platform.payments.findRefund({
        merchantId,
        requestId: `waits-${requestId}`,
      });
      expect(refund!.status).toBe('succeeded');
    },
  },
  settlement: {
    verbs: [],
    prepare: async () => {
      const payment = await world.pay(shop, 3_000n);
      // The day closes, yesterday's batches are released and paid, all by the process that is stopped.
      onlyClockMoves(24 * hour);
      return payment;
    },
    act: (process) => timersOf(process),
    again: () => timersOf(world),
  },
  create: { verbs: ['payments.create'], act: (process) => process.order(shop, 1_000n) },
  authorize: {
    verbs: ['payments.authorize'],
    prepare: () => world.order(shop, 1_000n),
    act: (process, payment) => process.confirm(payment),
    again: (payment) => world.confirm(payment).catch(() => undefined),
  },
  'authorize by card': {
    verbs: ['payments.authorize'],
    prepare: () => world.order(shop, 1_000n),
    act: (process, payment) => confirmByCard(process, payment),
    again: (payment) => confirmByCard(world, payment).catch(() => undefined),
  },
  'pay in one step': {
    verbs: ['payments.pay'],
    act: payInOneStep,
    async again(payment) {
      const { payment: first } = await payInOneStep(world, payment);
      expect(first.status).toBe('paid');
    },
  },
  'hear a bank': {
    verbs: ['payments.hear-bank'],
    prepare: async () => confirmByCard(world, await world.order(shop, 1_000n)),
    act: (process) => run(process, 'card bank questions'),
    async again() {
      onlyClockMoves(60_000);
      await run(world, 'card bank questions');
    },
  },
  'hear that a bank asks the shopper': {
    verbs: ['payments.hear-step-up'],
    prepare: async () => confirmByCard(world, await world.order(shop, 1_000n), { cardId: askingCardId }),
    act: (process) => run(process, 'card bank questions'),
    async again({ id }) {
      onlyClockMoves(60_000);
      await run(world, 'card bank questions');
      expect((await world.platform.payments.findById(id))!.status).toBe('pending');
      const { rows } = await world.test.owner.pool.query(
        'SELECT 1 FROM wallet.step_up s JOIN payments.bank_question q USING (reference) WHERE q.payment_id = $1',
        [id],
      );
      expect(rows).toHaveLength(1);
    },
  },
  requote: {
    verbs: ['payments.requote'],
    async prepare() {
      const requestId = `long-${await world.platform.ids.one()}`;
      const { payment } = await world.platform.payments.create(command(requestId, 24 * hour));
      await world.mover.moveTo(later(hour + 60_000));
      return payment;
    },
    act: ({ platform }, payment) => platform.payments.requote(payment),
    async again({ id }) {
      const now = (await world.platform.payments.findById(id))!;
      expect((await world.platform.payments.requote(now)).quote.expiresAt > later(0)).toBe(true);
    },
  },
  cancel: {
    verbs: ['payments.cancel'],
    prepare: () => world.pay(shop, 1_000n),
    act: ({ platform }, { id, merchantId }) => platform.payments.cancel({ merchantId, paymentId: id }),
  },
  decline: {
    verbs: ['payments.decline'],
    prepare: () => world.order(shop, 1_000n),
    act: ({ platform }, { id }) => platform.payments.decline({ paymentId: id }),
  },
  refund: {
    verbs: ['payments.refund'],
    prepare: () => world.pay(shop, 2_000n),
    act: (process, payment) => process.refund(payment, 500n),
    again: (payment) => world.refund(payment, 700n),
  },
  expire: {
    verbs: ['payments.expire'],
    prepare: async () => {
      const payment = await world.order(shop, 1_000n);
      onlyClockMoves(15 * 60_000);
      return payment;
    },
    act: ({ platform }) => platform.payments.expiry.run(platform.clock.now()),
    again: () => world.platform.payments.expiry.run(world.platform.clock.now()),
  },
  'top-up': transfer('top-up'),
  withdrawal: transfer('withdrawal'),
};

it('every verb of the lanes has a case', async () => {
  const rooms = new URL('..', import.meta.url);
  const files = (await readdir(rooms, { recursive: true })).filter((name) => /^\w+\/[\w-]+\.ts$/.test(name));
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, rooms), 'utf8')));
  const verbs = texts
    .filter((text) => text.includes('Verb<'))
    .flatMap((text) => [...text.matchAll(/^ +name: '([a-z]+\.[a-z-]+)',$/gm)].map((match) => match[1]!));
  expect(verbs.length).toBeGreaterThan(5);
  expect([...new Set(Object.values(cases).flatMap((each) => each.verbs))].sort()).toEqual(verbs.sort());
});

describe('security C3, core 7: one process is stopped at each round trip, and the other one goes on', () => {
  const all = process.env.TONGBAO_FROZEN === 'all';
  const some = all ? Number.MAX_SAFE_INTEGER : 6;

  for (const [name, each] of Object.entries(cases)) {
    it(name, async () => {
      const { proxy, process, end } = await besideProxy();
      // Prepared statements and accounts of the house are there: the money path as it is after a minute.
      await process.pay(shop, 1_000n);
      let stopped = 0;
      for (let message = 1; ; message++) {
        const payment = (await each.prepare?.()) ?? (await world.order(shop, 1_000n));
        let isFrozen = false;
        const frozen = proxy.freezeAt(message, message % 2 === 0 ? 'whole' : 'half').then(() => {
          isFrozen = true;
        });
        const acted = each.act(process, payment).then(
          () => 'done',
          () => 'unknown',
        );
        await Promise.race([frozen, acted]);
        if (!isFrozen) {
          proxy.thaw();
          if ((await acted) === 'done') break;
          continue;
        }
        stopped += 1;
        // The same shop, the same shopper, the same accounts of the house.
        await world.refund(await world.pay(shop, 1_000n), 100n);
        await each.again?.(payment);
        proxy.thaw();
        await acted;
        if (stopped >= some) break;
      }
      expect(stopped).toBeGreaterThan(0);
      if (all) console.info(`${name}: stopped at ${stopped} messages`);
      await end();
    }, 600_000);
  }

  afterEach(async () => {
    for (const timer of world.platform.timers) await timer.run(world.platform.clock.now());
    // Nobody ticks here: what waits to be sealed would be found unsealed after a minute.
    await world.platform.auditLog.sealAll();
    const { ok, proofs } = await audit(world.platform.audit);
    expect(proofs.filter((proof) => !proof.ok)).toEqual([]);
    expect(ok).toBe(true);
  });
});
