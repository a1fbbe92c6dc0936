// `npm run model [-- --seconds 300] [--seed N] [--commands 60]`: runs of payments against the model, for longer than `npm test`
// does, with a fresh seed that is printed. Ends with `N passed, N failed`.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import startPostgres from '../../platform/src/testing/global-setup.ts';
import { play } from './play.ts';
import { openWorld } from './world.ts';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string' },
    commands: { type: 'string', default: '60' },
  },
});

async function main(): Promise<number> {
  const seed = Number(options.seed ?? randomInt(1_000_000_000));
  const plan = {
    seed,
    runs: 100_000,
    commands: Number(options.commands),
    withinMs: Number(options.seconds) * 1_000,
  };
  console.log(`seed ${seed}`);
  const stopPostgres = await startPostgres();
  const world = await openWorld();
  try {
    const runs = await play(world, plan);
    console.log(`${runs} passed, 0 failed`);
    return 0;
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
    if (error instanceof Error && error.cause !== undefined) console.log(error.cause);
    console.log('0 passed, 1 failed');
    return 1;
  } finally {
    await world.close();
    await stopPostgres();
  }
}

process.exitCode = await main();
