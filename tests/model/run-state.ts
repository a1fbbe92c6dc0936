// What a run knows: its shop, its payments beside their models, and what the shop can refund from and owes, by the model.
import { expect } from 'vitest';
import type { BankBehaviour } from '../../platform/src/sandbox/bank/index.ts';
import type { Agreed, Means, ModelPayment } from './model.ts';
import { balances, behave, Shop, type World } from './world.ts';

export interface Tracked {
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
  means: Means & { readonly owedFee: bigint };
  /** Since when it has owed for refunds beyond its means, and fees; null while it has not. */
  since: { readonly debt: number | null; readonly fee: number | null };
}

export async function startRun(world: World, agreed: Agreed): Promise<Run> {
  await behave(world, 'normal');
  const [shop, other] = [await Shop.open(world, agreed), await Shop.open(world, careful)];
  await world.pay(other.access, 777_777n);
  const before = await balances(world);
  const neighbour = { shop: other, has: await other.everything() };
  const means = { unsettled: 0n, credit: agreed.limit, owedFee: 0n };
  const since = { debt: null, fee: null };
  return { shop, neighbour, before, payments: [], behaviour: 'normal', means, since };
}

const careful: Agreed = { inDollars: false, limit: 0n, queues: false, quoteLifeMs: 3_600_000 };

export const models = (run: Run): ModelPayment[] => run.payments.map(({ model }) => model);
export const nowOf = (run: Run): number => run.shop.world.platform.clock.now().getTime();
export const chosen = (run: Run, index: number): Tracked | undefined =>
  run.payments[index % (run.payments.length || 1)];

/** Mostly one that nobody has paid yet. */
export function chosenOpen(run: Run, index: number): Tracked | undefined {
  const open = run.payments.filter(({ model }) => model.state === 'open');
  return open[index % (open.length + 1)] ?? chosen(run, index);
}

/** The shop has so much left. What it has owed since this command, it has owed since an instant after `from`. */
export async function owes(
  run: Run,
  left: Means,
  { lent, from }: { lent: bigint; from: number },
): Promise<void> {
  const { debt, fee } = run.since;
  run.means = { ...left, owedFee: run.means.owedFee + lent };
  run.since = {
    debt: left.credit < run.shop.agreed.limit ? debt : null,
    fee: run.means.owedFee > 0n ? fee : null,
  };
  const isNew = {
    debt: debt === null && left.credit < run.shop.agreed.limit,
    fee: fee === null && run.means.owedFee > 0n,
  };
  await seeSince(run, { from, isNew });
}

/** Where a debt began at an instant that the model does not know, it is one of this step. */
export async function seeSince(
  run: Run,
  { from, isNew }: { from: number; isNew: { readonly debt: boolean; readonly fee: boolean } },
): Promise<void> {
  const seen = await run.shop.owesSince();
  for (const kind of ['debt', 'fee'] as const) {
    const since = seen[kind];
    if (!isNew[kind] || since === run.since[kind]) continue;
    expect(since === null || (since >= from && since <= nowOf(run)), 'it has owed since this step').toBe(
      true,
    );
    run.since = { ...run.since, [kind]: since };
  }
}
