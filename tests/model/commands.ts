// What happens in a run: each command is decided by the model first, then done for real, and both must agree; after each one
// everybody has what the model says.
import { money } from '@tongbao/money';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Payment } from '../../platform/src/payments/index.ts';
import type { BankBehaviour } from '../../platform/src/sandbox/bank/index.ts';
import {
  cancel,
  confirm,
  isWaiting,
  type Means,
  type ModelPayment,
  owedToShop,
  passTime,
  quoteIsOver,
  refund,
  spentBy,
} from './model.ts';
import { chosen, chosenOpen, models, nowOf, owes, type Run, type Tracked } from './run-state.ts';
import { waits } from './waiting.ts';
import { balances, behave, hour, isReturned, outcomeOf, pay, paymentNow } from './world.ts';

async function pays(run: Run, won: bigint, byCard: boolean): Promise<void> {
  const made = await pay(run.shop, won, byCard);
  expect(made.status).toBe(byCard ? 'pending' : 'paid');
  track(run, made, { byCard, state: byCard ? 'waiting' : 'paid' });
  if (!byCard) earns(run, models(run).at(-1)!);
}

function track(run: Run, made: Payment, of: Pick<ModelPayment, 'byCard' | 'state'>): void {
  const [fen, createdAt] = [made.payerAmount.amount, made.createdAt.getTime()];
  const model: ModelPayment = {
    ...{ won: made.amount.amount, fen, got: made.settlementAmount.amount, fee: made.fee.amount, ...of },
    ...{ createdAt, expiresAt: made.expiresAt.getTime(), quotedAt: createdAt, formerFen: null },
    ...{ paidAt: of.state === 'paid' ? nowOf(run) : createdAt, refunds: [], lent: 0n },
  };
  run.payments.push({ id: made.id, model, refundIds: [] });
}

function earns(run: Run, { got, fee }: ModelPayment): void {
  run.means = { ...run.means, unsettled: run.means.unsettled + got - fee };
}

const orderLifeMs = 20 * hour;

/** An order that nobody has confirmed yet; it outlives its rate. */
async function orders(run: Run, won: bigint): Promise<void> {
  const { world, access } = run.shop;
  const made = await world.order(access, won, { currency: 'KRW', lifetimeMs: orderLifeMs });
  track(run, made, { byCard: false, state: 'open' });
}

/** Somebody looks: an open order whose rate's time is over costs what a new one of that moment costs, and another one what it did. */
async function looks(run: Run, index: number): Promise<void> {
  const tracked = chosenOpen(run, index);
  if (tracked === undefined) return;
  const { world, access, agreed } = run.shop;
  const { model } = tracked;
  const [before, known] = [nowOf(run), await paymentNow(world, tracked.id)];
  passTime(model, before);
  const seen = await world.platform.payments.requote(known);
  if (model.state === 'open' && quoteIsOver(model, before, agreed)) {
    const fresh = await world.order(access, model.won, { currency: 'KRW' });
    Object.assign(model, { formerFen: model.fen, fen: fresh.payerAmount.amount });
    Object.assign(model, { got: fresh.settlementAmount.amount, fee: fresh.fee.amount });
    model.quotedAt = seen.quote.lockedAt.getTime();
    expect(model.quotedAt).toBeGreaterThanOrEqual(before);
    expect([seen.settlementAmount, seen.fee]).toEqual([fresh.settlementAmount, fresh.fee]);
  }
  expect(seen.payerAmount.amount).toBe(model.fen);
  expect(seen.quote.lockedAt.getTime()).toBe(model.quotedAt);
}

type Shown = 'now' | 'before' | 'nothing';

async function confirms(run: Run, index: number, page: Shown): Promise<void> {
  const tracked = chosenOpen(run, index);
  if (tracked === undefined) return;
  const { world, agreed } = run.shop;
  const { model, id } = tracked;
  const now = nowOf(run);
  passTime(model, now);
  const shown = page === 'nothing' ? null : page === 'before' ? (model.formerFen ?? model.fen) : model.fen;
  const outcome = confirm(model, { now, shown, agreed });
  const expected = shown === null ? {} : { expected: money('CNY', shown) };
  const command = { ...world.shopper, paymentId: id, ...expected };
  expect(await outcomeOf(world.platform.payments.authorize(command))).toBe(outcome);
  if (outcome === 'accepted') earns(run, model);
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
    ...{ metadata: null, funds: run.shop.agreed.queues ? 'wait' : 'now' },
  });
  return made;
}

async function refunds(run: Run, index: number, permille: number): Promise<void> {
  const tracked = chosen(run, index);
  if (tracked === undefined) return;
  const amount = partOf(tracked.model.won, permille);
  const { outcome, left, lent } = refund(tracked.model, amount, of(run));
  const [before, asked] = [nowOf(run), ask(run, tracked, amount)];
  expect(await outcomeOf(asked)).toBe(outcome);
  await owes(run, left, { lent, from: before });
  if (outcome !== 'accepted') return;
  const made = await asked;
  tracked.refundIds.push(made.id);
  const { toPayer, fromShop } = tracked.model.refunds.at(-1)!;
  expect([made.payerAmount.amount, made.settlementAmount.amount]).toEqual([toPayer, fromShop]);
  expect(made.status).toBe(tracked.model.refunds.at(-1)!.state === 'done' ? 'succeeded' : 'processing');
}

const of = (run: Run) => ({ means: run.means, queues: run.shop.agreed.queues });

/** Two refunds of one payment at once come out as if one had been first. */
async function refundsAtOnce(run: Run, index: number, permilles: readonly [number, number]): Promise<void> {
  const tracked = chosen(run, index);
  if (tracked === undefined) return;
  const { queues } = run.shop.agreed;
  const before = nowOf(run);
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
    let left: Means = run.means;
    return order.every((which) => {
      const decided = refund(copy, amounts[which]!, { means: left, queues });
      left = decided.left;
      const made = asked[which]!;
      const paidBack = made.status === 'fulfilled' ? made.value.payerAmount.amount : null;
      return (
        decided.outcome === seen[which] && (paidBack === null || paidBack === copy.refunds.at(-1)!.toPayer)
      );
    });
  });
  expect(explained, `${seen} of ${amounts} in neither order`).toBeDefined();
  for (const which of explained!) {
    const { left, lent } = refund(tracked.model, amounts[which]!, of(run));
    await owes(run, left, { lent, from: before });
    const made = asked[which]!;
    if (made.status === 'fulfilled') tracked.refundIds.push(made.value.id);
  }
}

async function cancels(run: Run, index: number): Promise<void> {
  const tracked = chosen(run, index);
  if (tracked === undefined) return;
  const { world, access } = run.shop;
  const now = nowOf(run);
  passTime(tracked.model, now);
  const { outcome, left } = cancel(tracked.model, now, run.means);
  const command = { merchantId: access.merchant.id, paymentId: tracked.id };
  expect(await outcomeOf(world.platform.payments.cancel(command))).toBe(outcome);
  await owes(run, left, { lent: 0n, from: now });
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
    const sumOf = (...states: string[]) =>
      model.refunds.reduce((all, each) => all + (states.includes(each.state) ? each.amount : 0n), 0n);
    expect([refunded.amount, refunding.amount]).toEqual([sumOf('done'), sumOf('waiting', 'queued')]);
  }
  expect(await run.shop.means(), 'what the shop can refund from, and owes').toEqual(run.means);
  expect(await run.shop.owesSince(), 'since when the shop has owed').toEqual(run.since);
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
const spans = [minute, 2 * minute, 20 * minute, 3 * hour, 8 * hour, 8 * hour];
/** Over cut-offs and payouts: what was paid before them is refunded from something else. */
const days = [16 * hour, 24 * hour, 72 * hour, 120 * hour, 120 * hour];

export const steps: fc.Arbitrary<Step>[] = [
  won.map((of) => step(`pay ${of}`, (run) => pays(run, of, false))),
  won.map((of) => step(`pay ${of} by card`, (run) => pays(run, of, true))),
  won.map((of) => step(`order ${of}`, (run) => orders(run, of))),
  which.map((of) => step(`look at ${of}`, (run) => looks(run, of))),
  fc
    .tuple(which, fc.constantFrom<Shown>('now', 'now', 'before', 'nothing'))
    .map(([of, page]) => step(`confirm ${of}, page ${page}`, (run) => confirms(run, of, page))),
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
  ...[spans, days].map((of) =>
    fc.constantFrom(...of).map((ms) => step(`wait ${ms / minute} min`, (run) => waits(run, ms))),
  ),
];
