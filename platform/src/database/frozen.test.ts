// A process that is stopped, or whose network goes silent, at any round trip of any verb: the other process goes on, and what
// the first one had begun is done once or not at all. The proxy freezes at the n-th message, for every n until the verb is
// done without it.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../audit/index.ts';
import type { MerchantAccess } from '../merchants/index.ts';
import type { Payment } from '../payments/index.ts';
import { type FreezingProxy, startFreezingProxy } from '../testing/freezing-proxy.ts';
import { type Acts, settlementWorld } from '../testing/settlement-world.ts';
import { type Database, openDatabase } from './database.ts';
import { endStuckSessions, servingLimits } from './index.ts';

type Beside = Acts & { readonly platform: Awaited<ReturnType<typeof settlementWorld>>['platform'] };

let world: Awaited<ReturnType<typeof settlementWorld>>;
let shop: MerchantAccess;
let stopWatching: () => void;
beforeAll(async () => {
  world = await settlementWorld('2014-11-11T02:00:00Z');
  shop = await world.shop('KR');
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

interface Case {
  /** Made before anything is stopped, by the healthy process. */
  prepare?(): Promise<Payment>;
  /** What the process does that is stopped in the middle. */
  act(process: Beside, payment: Payment): Promise<unknown>;
  /** The same by the healthy process, where that is how the outcome is found. */
  again?(payment: Payment): Promise<unknown>;
}

const timersOf = async ({ platform }: Beside): Promise<void> => {
  const now = platform.clock.now();
  for (const timer of platform.settlement.timers) await timer.run(now);
};

const cases: Readonly<Record<string, Case>> = {
  create: { act: (process) => process.order(shop, 1_000n) },
  authorize: {
    prepare: () => world.order(shop, 1_000n),
    act: (process, payment) => process.confirm(payment),
    again: (payment) => world.confirm(payment).catch(() => undefined),
  },
  cancel: {
    prepare: () => world.pay(shop, 1_000n),
    act: ({ platform }, { id, merchantId }) => platform.payments.cancel({ merchantId, paymentId: id }),
  },
  decline: {
    prepare: () => world.order(shop, 1_000n),
    act: ({ platform }, { id }) => platform.payments.decline({ paymentId: id }),
  },
  refund: {
    prepare: () => world.pay(shop, 2_000n),
    act: (process, payment) => process.refund(payment, 500n),
    again: (payment) => world.refund(payment, 700n),
  },
  expire: {
    prepare: async () => {
      const payment = await world.order(shop, 1_000n);
      await world.mover.moveTo(new Date(world.platform.clock.now().getTime() + 15 * 60_000));
      return payment;
    },
    act: ({ platform }) => platform.payments.expiry.run(platform.clock.now()),
    again: () => world.platform.payments.expiry.run(world.platform.clock.now()),
  },
  settlement: {
    prepare: async () => {
      const payment = await world.pay(shop, 3_000n);
      await world.mover.moveTo(new Date(world.platform.clock.now().getTime() + 24 * 3_600_000));
      await world.pay(shop, 4_000n);
      return payment;
    },
    act: (process) => timersOf(process),
    again: () => timersOf(world),
  },
};

describe('security C3, core 7: one process is stopped at each round trip, and the other one goes on', () => {
  const some = process.env.TONGBAO_FROZEN === 'all' ? Number.MAX_SAFE_INTEGER : 6;

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
      await end();
    }, 600_000);
  }

  afterEach(async () => {
    // Nobody ticks here: what waits to be sealed would be found unsealed after a minute.
    for (const timer of world.platform.timers) await timer.run(world.platform.clock.now());
    const { ok, proofs } = await audit(world.platform.audit);
    expect(proofs.filter((proof) => !proof.ok)).toEqual([]);
    expect(ok).toBe(true);
  });
});
