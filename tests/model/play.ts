// Plays runs of commands on one world, each with a shop of its own; the books' proofs must hold at the end of each.
import fc from 'fast-check';
import { audit } from '../../platform/src/audit/index.ts';
import { finish, steps } from './commands.ts';
import type { Agreed } from './model.ts';
import { startRun } from './run-state.ts';
import type { World } from './world.ts';

const agreed: fc.Arbitrary<Agreed> = fc.record({
  inDollars: fc.boolean(),
  limit: fc.constantFrom(0n, 30_000n, 300_000n),
  queues: fc.boolean(),
  quoteLifeMs: fc.constantFrom(60_000, 300_000, 3_600_000),
});

export interface Plan {
  readonly seed: number;
  readonly runs: number;
  readonly commands: number;
  /** No further run is begun after so many milliseconds. */
  readonly withinMs: number;
}

/** Throws with the commands of the run that failed. Answers how many runs there were. */
export async function play(world: World, plan: Plan): Promise<number> {
  let runs = 0;
  const property = fc.asyncProperty(
    agreed,
    fc.commands(steps, { maxCommands: plan.commands, size: 'max' }),
    async (of, commands) => {
      runs += 1;
      const run = await startRun(world, of);
      await fc.asyncModelRun(() => ({ model: {}, real: run }), commands);
      await finish(run);
      // No clockwork seals here each second, and a run may take longer than rows may wait.
      await world.platform.auditLog.sealAll();
      const { proofs } = await audit(world.platform.audit);
      const wrong = proofs.filter(({ ok }) => !ok);
      if (wrong.length > 0) throw new Error(JSON.stringify(wrong));
    },
  );
  await fc.assert(property, {
    ...{ seed: plan.seed, numRuns: plan.runs, interruptAfterTimeLimit: plan.withinMs },
    // Not shortened: a run that failed leaves a world behind in which the next one cannot be trusted.
    ...{ markInterruptAsFailure: false, endOnFailure: true, verbose: 1 },
  });
  return runs;
}
