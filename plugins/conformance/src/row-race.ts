// The return page and the notification race: many orders, each with its own seeded plan of who comes when.
import type { Row } from './row.ts';
import { insist, type Open, type Stage, Wrong } from './stage.ts';

/** Orders that race at the same time. */
const together = 16;

/** A small seeded generator (mulberry32): the same seed plays the same plans. */
function chanceOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

interface Step {
  readonly does: 'notify' | 'visit';
  readonly afterMs: number;
}

/** One or two visits, one to three copies of the notification; most at the same instant, some a few milliseconds later. */
function planOf(seed: number): readonly Step[] {
  const chance = chanceOf(seed);
  const step = (does: Step['does']): Step => ({ does, afterMs: chance(3) === 0 ? chance(25) : 0 });
  const steps = [
    ...Array.from({ length: 1 + chance(3) }, () => step('notify')),
    ...Array.from({ length: 1 + chance(2) }, () => step('visit')),
  ];
  for (let place = steps.length - 1; place > 0; place--) {
    const other = chance(place + 1);
    [steps[place], steps[other]] = [steps[other]!, steps[place]!];
  }
  return steps;
}

async function interleave(stage: Stage, seed: number): Promise<void> {
  const open = await stage.begin();
  const event = await stage.pay(open);
  const plan = planOf(seed);
  const accepted = await Promise.all(plan.map((step) => play(stage, open, { step, event })));
  const when = `interleaving ${seed} (${plan.map(({ does, afterMs }) => `${does}+${afterMs}`).join(' ')})`;
  // What was not acknowledged in the crush comes again, as the network would send it.
  if (accepted.includes(false)) await stage.notifyUntilAccepted(open, event);
  await stage.insistPaidOnce(open, when);
  insist(stage.relay.refundsOf(open.asked.paymentId).length === 0, `${when}: the shop gave the money back`);
}

async function play(
  stage: Stage,
  open: Open,
  { step, event }: { step: Step; event: object },
): Promise<boolean> {
  if (step.afterMs > 0) await new Promise((resolve) => setTimeout(resolve, step.afterMs));
  if (step.does === 'notify') return stage.notify(open, event);
  await stage.visit(open);
  return true;
}

export const race: Row = {
  name: 'race',
  title: 'return page and notification race',
  why: 'Both learn of the same payment in the same millisecond. A shop that captures twice sends two mails, takes stock twice, or marks a paid order as failed.',
  remedy:
    'Take one lock (the order’s row) before reading the payment’s state, decide under it, and let the second find it recorded.',
  async run(stage, { races, seed }) {
    for (let from = 0; from < races; from += stage.network.batch) {
      const until = Math.min(races, from + stage.network.batch);
      await stage.network.restIfTired(until - from);
      let next = from;
      const failures: Error[] = [];
      const worker = async () => {
        while (next < until && failures.length === 0) {
          const mine = next++;
          await interleave(stage, seed + mine).catch((error: Error) => failures.push(error));
        }
      };
      await Promise.all(Array.from({ length: together }, worker));
      const [first] = failures;
      if (first !== undefined)
        throw first instanceof Wrong ? first : new Error(first.message, { cause: first });
    }
    return `${races} interleavings from seed ${seed}`;
  },
};
