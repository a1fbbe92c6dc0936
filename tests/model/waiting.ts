// The clock goes on, with every timer on the way: banks are asked, batches closed and paid, debts netted, refunds that wait for money
// tried again, orders expire. When exactly, the model does not say; afterwards it says what can have become of each.
import { expect } from 'vitest';
import { isWaiting, type ModelRefund, passTime } from './model.ts';
import { models, nowOf, type Run, seeSince, type Tracked } from './run-state.ts';
import { hour, paymentNow } from './world.ts';

/** A shop goes no longer without a cut-off, weekends and holidays of this November counted. */
const surelyCutOffMs = 120 * hour;
const surelyTriedMs = 7 * hour;

export async function waits(run: Run, ms: number): Promise<void> {
  const { world } = run.shop;
  const from = nowOf(run);
  const before = { ...run.means, isWaiting: isWaiting(models(run)) };
  await world.mover.advance(ms);
  const isDecided = run.behaviour === 'normal' && ms >= 3 * hour;
  let funded = 0;
  for (const tracked of run.payments) {
    await seePayment(run, tracked, isDecided);
    for (const place of tracked.model.refunds.keys())
      funded += await seeRefund(run, { tracked, place, isDecided });
  }
  await seeDebts(run, { from, ms, before, funded });
}

async function seePayment(run: Run, { id, model }: Tracked, isDecided: boolean): Promise<void> {
  passTime(model, nowOf(run));
  if (model.state !== 'waiting') return;
  const { status, paidAt } = await paymentNow(run.shop.world, id);
  if (status === 'paid') Object.assign(model, { state: 'paid', paidAt: paidAt!.getTime() });
  else if (status !== 'pending') {
    // Its bank said no, now or at an earlier asking.
    Object.assign(model, { state: 'open' });
    passTime(model, nowOf(run));
  } else expect(isDecided, 'a bank that answers has been asked').toBe(false);
}

/** Answers 1 where the refund has got its shop's money meanwhile. */
async function seeRefund(
  run: Run,
  { tracked, place, isDecided }: { tracked: Tracked; place: number; isDecided: boolean },
): Promise<number> {
  const { model, refundIds } = tracked;
  const each = model.refunds[place]!;
  if (each.state !== 'waiting' && each.state !== 'queued') return 0;
  const was = each.state;
  const { status, putAside } = (await run.shop.world.platform.payments.findRefundById(refundIds[place]!))!;
  each.state = stateOf(status, was === 'waiting' || (model.byCard && putAside));
  if (was === 'waiting' && each.state === 'waiting')
    expect(isDecided, 'a bank that answers has been asked').toBe(false);
  const isFunded = was === 'queued' && each.state !== 'queued';
  if (isFunded) await seeLent(run, tracked);
  return isFunded ? 1 : 0;
}

const stateOf = (status: string, atBank: boolean): ModelRefund['state'] =>
  status === 'succeeded' ? 'done' : status === 'failed' ? 'failed' : atBank ? 'waiting' : 'queued';

/** What was lent of the kept fee when the money came, which nobody saw: never more than the fee. */
async function seeLent(run: Run, { model, refundIds }: Tracked): Promise<void> {
  model.lent = 0n;
  for (const id of refundIds)
    model.lent += (await run.shop.world.platform.payments.findRefundById(id))!.owedFee;
  expect(model.lent <= model.fee, 'more was lent than the fee').toBe(true);
}

/** What the shop owes became less at its cut-offs, by what was not settled; more only by refunds that had waited. */
async function seeDebts(
  run: Run,
  of: { from: number; ms: number; before: Run['means'] & { isWaiting: boolean }; funded: number },
): Promise<void> {
  const { before, from } = of;
  const { limit } = run.shop.agreed;
  const now = await run.shop.means();
  const owed = (means: Run['means']) => limit - means.credit + means.owedFee;
  expect(now.credit >= 0n && now.credit <= limit && now.owedFee >= 0n, 'what is owed is within bounds').toBe(
    true,
  );
  if (of.funded === 0) {
    expect(now.credit >= before.credit && now.owedFee <= before.owedFee, 'debts do not grow').toBe(true);
    // Fees are netted first.
    if (now.owedFee > 0n) expect(now.credit).toBe(before.credit);
    if (of.ms >= surelyCutOffMs) {
      const left = owed(before) - before.unsettled;
      expect(owed(now) <= (left > 0n ? left : 0n), 'what came in is netted').toBe(true);
    }
  }
  // Nothing came in meanwhile: whatever is enough now was enough at each try.
  const queued = models(run).flatMap(({ refunds }) => refunds.filter(({ state }) => state === 'queued'));
  if (of.ms >= surelyTriedMs && !before.isWaiting)
    for (const { fromShop } of queued)
      expect(fromShop > now.unsettled + now.credit, 'a refund waits for money that is there').toBe(true);
  run.means = now;
  const { debt, fee } = run.since;
  run.since = { debt: now.credit < limit ? debt : null, fee: now.owedFee > 0n ? fee : null };
  // A refund that had waited may have made debts where for a moment there were none.
  const mayBeNew = of.funded > 0;
  await seeSince(run, { from, isNew: { debt: mayBeNew, fee: mayBeNew } });
}
