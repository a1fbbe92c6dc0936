// `npm run rehearsal`: production with nothing of the sandbox, driven only from outside: an operator's first day as
// docs/guides/operate.md tells it, with real counterparts. One row a step; ends with `N passed, N failed`.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { audit } from './chapters/audit.ts';
import { changes } from './chapters/changes.ts';
import { counterparts, nobodyAround } from './chapters/counterparts.ts';
import { installation } from './chapters/installation.ts';
import { merchant, type Shop } from './chapters/merchant.ts';
import { payments, type Sales } from './chapters/payments.ts';
import { settlement } from './chapters/settlement.ts';
import { type Shopper, shopper } from './chapters/shopper.ts';
import { staff } from './chapters/staff.ts';
import { type Browsers, openBrowsers, People } from './people.ts';
import { type Chapter, type Counts, playAll } from './rows.ts';
import { World } from './world.ts';

const usage = `npm run rehearsal [-- OPTIONS]

  --checkout        serves from the checkout itself, not from what packaging/Dockerfile makes of it: sooner
  --deadline SECS   everything must have ended by then (600)
  --keep            leaves the folder with what was written, and says where it is
`;

async function main(): Promise<number> {
  const options = {
    checkout: { type: 'boolean' },
    deadline: { type: 'string' },
    keep: { type: 'boolean' },
  } as const;
  const { values } = parseArgs({ options });
  const { checkout = false, deadline = '600', keep = false } = values;
  if (!/^[1-9]\d{0,4}$/.test(deadline))
    throw new Error(`--deadline ${deadline}: a number of seconds is needed`);
  const folder = await mkdtemp(path.join(tmpdir(), 'tongbao-rehearsal-'));
  await chmod(folder, 0o711);
  const world = new World(folder);
  const stopped = new AbortController();
  const stop = (why: string) => stopped.abort(new Error(why));
  const timer = setTimeout(
    () => stop(`not finished within ${deadline} s`),
    Number.parseInt(deadline, 10) * 1000,
  );
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, () => stop(`stopped by ${name}`));
  let counts: Counts = { passed: 0, failed: 1, skipped: 0 };
  try {
    const { signal } = stopped;
    const chapters = chaptersOf(world, { fromImage: !checkout, signal });
    counts = await playAll(chapters, {
      ...{ signal, inCi: process.env.CI === 'true' },
      lastWords: () => world.programs.lastWords(),
    });
  } catch (error) {
    console.log(`not ok: ${(error as Error).message}`);
  } finally {
    clearTimeout(timer);
    await world.end();
    if (keep) console.log(`kept: ${folder}`);
    else await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
  const { passed, failed, skipped } = counts;
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return failed === 0 ? 0 : 1;
}

/** In the order of an operator's first day. */
function chaptersOf(
  world: World,
  { fromImage, signal }: { fromImage: boolean; signal: AbortSignal },
): Chapter[] {
  const around = nobodyAround();
  const people = new People(world);
  let opened: Promise<Browsers> | null = null;
  const browsers = (): Promise<Browsers> => {
    opened ??= openBrowsers(world);
    return opened;
  };
  const { hasBrowser } = around;
  const visitor: Shopper = { page: null };
  const shop: Shop = { mall: null, clientId: '', cutOffAt: new Date() };
  const sales: Sales = { gross: 0n, payments: 0, refunded: 0n, refunds: 0, ids: [] };
  return [
    counterparts(world, around, signal),
    installation(world, { fromImage }),
    staff(world, { people, browsers, hasBrowser }),
    shopper(world, { around, browsers, shopper: visitor }),
    merchant(world, { around, people, shop }),
    payments(world, { around, shop, shopper: visitor, sales }),
    changes(world, { people, shop, shopper: visitor, sales }),
    settlement(world, { around, people, shop, sales }),
    audit(world, { people }),
  ];
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`);
  process.exitCode = 2;
}
