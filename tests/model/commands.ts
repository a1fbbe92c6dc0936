// What happens in a run: each command is decided by the model first, then done for real, and both must agree; after each one
// everybody has what the model says.
import { money } from '@tongbao/money';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { BankBehaviour } from '../../platform/src/sandbox/bank/index.ts';
import { cancel, isWaiting, type ModelPayment, owedToShop, passTime, refund, spentBy } from './model.ts';
import { balances, behave, hour, isReturned, outcomeOf, pay, paymentNow, Shop, type World } from './world.ts';

interface Tracked {
  readonly id: bigint;
  readonly model: ModelPayment;
  /** Ids of its refunds, in the model's order. */
  readonly refundIds: bigint[];
}

export interface Run {
  readonly shop: Shop;
  /** Another client of the network, whose money nobody may touch. */
  readonly neighbour: { readonly shop: Shop; readonly has: bigint };
  readonly before: { wallet: bigint; card: bigint };
  readonly payments: Tracked[];
  behaviour: BankBehaviour;
}

export async function startRun(world: World): Promise<Run> {
  await behave(world, 'normal');
  const [shop, other] = [await Shop.open(world), await Shop.open(world)];
  await world.pay(other.access, 777_777n);
  const before = await balances(world);
  const neighbour = { shop: other, has: await other.everything() };
  return { shop, neighbour, before, payments: [], behaviour: 'normal' };
}

const models = (run: Run): ModelPayment[] => run.payments.map(({ model }) => model);
const nowOf = (run: Run): number => run.shop.world.platform.clock.now().getTime();
const chosen = (run: Run, index: number): Tracked | undefined =>
  run.payments[index % (run.payments.length || 1)];

async function pays(run: Run, won: bigint, byCard: boolean): Promise<void> {
  const made = await pay(run.shop, won, byCard);
  expect(made.status).toBe(byCard ? 'pending' : 'paid');
  const model: ModelPayment = {
    ...{ won, fen: made.payerAmount.amount, fee: made.fee.amount, byCard, createdAt: nowOf(run) },
    ...{ state: byCard ? 'waiting' : 'paid', paidAt: nowOf(run), refunds: [], lent: 0n },
  };
  run.payments.push({ id: made.id, model, refundIds: [] });
}

const partOf = (won: bigint, permille: number): bigint => (won * BigInt(permille)) / 1_000n || 1n;

async function ask(run: Run, tracked: Tracked, amount: bigint) {
  const { world, access } = run.shop;
  const { refund: made } = await world.platform.payments.refund({
    ...{
      merchantId: access.merchant.id,
      paymentId: tracked.id,
      requestId: `r-${await world.platform.ids.one()}`,
    },
    ...{ inputHash: Buffer.from('model'), amount: money('KRW', amount), reason: null, notifyUrl: null },
    ...{ metadata: null, funds: 'now' },
  });
  return made;
}

async function refunds(run: Run, index: number, permille: number): Promise<void> {
  const tracked = chosen(run, index);
  if (tracked === undefined) return;
  const amount = partOf(tracked.model.won, permille);
  const { outcome } = refund(tracked.model, amount, await run.shop.means());
  const asked = ask(run, tracked, amount);
  expect(await outcomeOf(asked)).toBe(outcome);
  if (outcome !== 'accepted') return;
  const made = await asked;
  tracked.refundIds.push(made.id);
  expect(made.payerAmount.amount).toBe(tracked.model.refunds.at(-1)!.toPayer);
  expect(made.status).toBe(tracked.model.byCard ? 'processing' : 'succeeded');
}

/** Two refunds of one payment at once come out as if one had been first. */
async function refundsAtOnce(run: Run, index: number, permilles: readonly [number, number]): Promise<void> {
  const tracked = chosen(run, index);
  if (tracked === undefined) return;
  const means = await run.shop.means();
  const amounts = permilles.map((permille) => partOf(tracked.model.won, permille));
  const asked = await Promise.allSettled(amounts.map((amount) => ask(run, tracked, amount)));
  const seen = await Promise.all(
    asked.map((each) =>
      outcomeOf(each.status === 'rejected' ? Promise.reject(each.reason) : Promise.resolve()),
    ),
  );
  const orders = [
    [0, 1],
    [1, 0],
  ] as const;
  const explained = orders.find((order) => {
    const copy = structuredClone(tracked.model);
    let left = means;
    return order.every((which) => {
      const decided = refund(copy, amounts[which]!, left);
      left = decided.left;
      const made = asked[which]!;
      const paidBack = made.status === 'fulfilled' ? made.value.payerAmount.amount : null;
      return (
        decided.outcome === seen[which] && (paidBack === null || paidBack === copy.refunds.at(-1)!.toPayer)
      );
    });
  });
  expect(explained, `${seen} of ${amounts} in neither order`).toBeDefined();
  let left = means;
  for (const which of explained!) {
    const decided = refund(tracked.model, amounts[which]!, left);
    left = decided.left;
    const made = asked[which]!;
    if (made.status === 'fulfilled') tracked.refundIds.push(made.value.id);
  }
}

async function cancels(run: Run, index: number): Promise<void> {
  const tracked = chosen(run, index);
  if (tracked === undefined) return;
  const { world, access } = run.shop;
  const outcome = cancel(tracked.model, nowOf(run), await run.shop.means());
  const command = { merchantId: access.merchant.id, paymentId: tracked.id };
  expect(await outcomeOf(world.platform.payments.cancel(command))).toBe(outcome);
}

/** The clock goes on, with every timer on the way: banks are asked, batches closed and paid, orders expire. */
async function waits(run: Run, ms: number): Promise<void> {
  const { world } = run.shop;
  await world.mover.advance(ms);
  const isDecided = run.behaviour === 'normal' && ms >= 3 * hour;
  for (const { id, model, refundIds } of run.payments) {
    passTime(model, nowOf(run));
    if (model.state === 'waiting') {
      const { status, paidAt } = await paymentNow(world, id);
      if (status === 'paid') Object.assign(model, { state: 'paid', paidAt: paidAt!.getTime() });
      else if (status !== 'pending') {
        // Its bank said no, now or at an earlier asking.
        Object.assign(model, { state: 'open' });
        passTime(model, nowOf(run));
      } else expect(isDecided, 'a bank that answers has been asked').toBe(false);
    }
    for (const [place, each] of model.refunds.entries()) {
      if (each.state !== 'waiting') continue;
      const { status } = (await world.platform.payments.findRefundById(refundIds[place]!))!;
      if (status === 'succeeded') each.state = 'done';
      else if (status === 'failed') each.state = 'failed';
      else expect(isDecided, 'a bank that answers has been asked').toBe(false);
    }
  }
}

async function behaves(run: Run, behaviour: BankBehaviour): Promise<void> {
  run.behaviour = behaviour;
  await behave(run.shop.world, behaviour);
}

const statuses = {
  waiting: 'pending',
  open: 'created',
  paid: 'paid',
  cancelled: 'cancelled',
  expired: 'expired',
};

/** Everybody has what the model says. */
export async function agree(run: Run): Promise<void> {
  const { world } = run.shop;
  for (const { id, model } of run.payments) {
    const { status, refunded, refunding } = await paymentNow(world, id);
    expect(status).toBe(statuses[model.state]);
    const of = (state: 'done' | 'waiting') =>
      model.refunds.reduce((all, each) => all + (each.state === state ? each.amount : 0n), 0n);
    expect([refunded.amount, refunding.amount]).toEqual([of('done'), of('waiting')]);
  }
  const [all, has] = [models(run), await balances(world)];
  expect(await run.shop.everything(), 'the shop').toBe(owedToShop(all));
  expect(await run.neighbour.shop.everything(), 'the neighbour').toBe(run.neighbour.has);
  expect(run.before.wallet - has.wallet, 'the balance').toBe(spentBy(all, false));
  if (isWaiting(all)) return;
  let kept = spentBy(all, true);
  for (const { id, model } of run.payments)
    if (model.byCard && model.state === 'cancelled' && model.paidAt !== model.createdAt) {
      const returned = await isReturned(world, id);
      if (returned === null) return;
      if (!returned) kept += model.fen;
    }
  expect(run.before.card - has.card, 'the card').toBe(kept);
}

/** Banks answer again, until nobody waits: the next run begins with a clean table. */
export async function finish(run: Run): Promise<void> {
  await behaves(run, 'normal');
  await waits(run, 12 * hour);
  expect(isWaiting(models(run))).toBe(false);
  await agree(run);
}

type Step = fc.AsyncCommand<Record<string, never>, Run>;

const step = (name: string, work: (run: Run) => Promise<void>): Step => ({
  check: () => true,
  async run(_model, run) {
    await work(run);
    await agree(run);
  },
  toString: () => name,
});

const won = fc.bigInt(100n, 400_000n);
const which = fc.nat({ max: 5 });
const part = fc.constantFrom(1, 3, 249, 333, 500, 667, 1_000, 1_001);
const minute = 60_000;
const spans = [minute, 20 * minute, 3 * hour, 16 * hour, 24 * hour, 72 * hour];

export const steps: fc.Arbitrary<Step>[] = [
  won.map((of) => step(`pay ${of}`, (run) => pays(run, of, false))),
  won.map((of) => step(`pay ${of} by card`, (run) => pays(run, of, true))),
  fc.tuple(which, part).map(([of, by]) => step(`refund ${by} ‰ of ${of}`, (run) => refunds(run, of, by))),
  fc
    .tuple(which, part, part)
    .map(([of, one, other]) =>
      step(`refund ${one} ‖ ${other} ‰ of ${of}`, (run) => refundsAtOnce(run, of, [one, other])),
    ),
  which.map((of) => step(`cancel ${of}`, (run) => cancels(run, of))),
  fc
    .constantFrom<BankBehaviour>('normal', 'normal', 'decline', 'down', 'answer-lost')
    .map((how) => step(`the bank: ${how}`, (run) => behaves(run, how))),
  fc.constantFrom(...spans).map((ms) => step(`wait ${ms / minute} min`, (run) => waits(run, ms))),
];
