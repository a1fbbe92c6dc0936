// Carries what is due to the merchants: leases it, sends it with no transaction open, records what came of it. A crash
// between sending and recording sends again (merchants expect duplicates); nothing is ever lost.
import { isInfrastructureError } from '../database/index.ts';
import type { Timer } from '../system/index.ts';
import { type DeliverParts, deliver } from './deliver.ts';
import type { Notification } from './notification.ts';
import { createSlots } from './slots.ts';
import { giveBack, leaseDue, type Outcome, readNextDue, recordOutcomes } from './store.ts';

export interface CourierBounds {
  /** Our patience with a merchant's endpoint. */
  readonly timeoutMs: number;
  /** After that a notification is anybody's again; by the machine's clock, since a lease is about processes. */
  readonly leaseMs: number;
  /** How long a stop waits for what is under way. */
  readonly graceMs: number;
}

const usualBounds: CourierBounds = { timeoutMs: 10_000, leaseMs: 60_000, graceMs: 3_000 };
/** Notifications in this process's hands: leased and not yet recorded. */
const capacity = 400;
/** Leased at once for one merchant, so that one with a long backlog does not fill the hands. */
const perMerchant = 16;
const connections = 32;
const perHost = 8;
/** For a host that let the last attempt time out: a few of those must not take all connections for ten seconds. */
const perSilentHost = 1;
const silentHosts = 10_000;
const timerName = 'notification delivery';

export function createCourier(parts: DeliverParts, bounds: CourierBounds = usualBounds): Timer {
  const { database, clock, isolation } = parts;
  const { timeoutMs, leaseMs, graceMs } = bounds;
  const inHand = new Map<bigint, Notification>();
  const silent = new Set<string>();
  const slots = createSlots({
    total: connections,
    perKey: (host) => (silent.has(host) ? perSilentHost : perHost),
  });
  const underWay = new Set<Promise<unknown>>();
  let lastTake: Promise<unknown> = Promise.resolve();
  /** After a stop nothing begins; once abandoned, nothing is recorded either: the next process does it again. */
  let state: 'working' | 'stopping' | 'abandoned' = 'working';

  function follow(work: Promise<unknown>): void {
    const followed: Promise<unknown> = work
      .catch((error) => parts.onError(error, null))
      .finally(() => underWay.delete(followed));
    underWay.add(followed);
  }

  /** One after the other, so that each knows what the one before it has taken. */
  function take(now: Date): Promise<number> {
    const taken = lastTake.then(() => leaseAndCarry(now));
    lastTake = taken.catch(() => undefined);
    return taken;
  }

  async function leaseAndCarry(now: Date): Promise<number> {
    const limit = capacity - inHand.size;
    if (state !== 'working' || limit <= 0) return 0;
    const of = { now, limit, perMerchant, leaseMs, busy: busyMerchants(inHand.values()) };
    // The last moment to begin: after it, the attempt could still be running when somebody else's turn comes.
    const tooLate = AbortSignal.timeout(leaseMs - timeoutMs);
    const leased = await leaseDue(database, { ...of, except: await isolation.held(timerName) });
    const fresh = leased.filter((notification) => !inHand.has(notification.id));
    for (const notification of fresh) {
      inHand.set(notification.id, notification);
      follow(carry(notification, tooLate).finally(() => inHand.delete(notification.id)));
    }
    return fresh.length;
  }

  async function carry(notification: Notification, tooLate: AbortSignal): Promise<void> {
    const host = hostOf(notification.url);
    const delivery = await slots.run(host, async () => {
      if (tooLate.aborted || state !== 'working') return null;
      const delivered = await deliver(parts, notification, timeoutMs);
      if (!delivered.isSilent) silent.delete(host);
      else if (silent.size < silentHosts) silent.add(host);
      return delivered;
    });
    if (delivery !== null && state !== 'abandoned') await record(delivery.outcome);
  }

  const record = inBatches(async (outcomes: Outcome[]) => {
    try {
      await recordAll(parts, outcomes);
    } catch (error) {
      parts.onError(error, null);
      return;
    }
    // There is room again, and a payment's next notification may have waited for its first.
    follow(take(clock.now()));
  });

  async function settle(): Promise<void> {
    // Under constant load there is always something new; so many rounds see the end of what was there before.
    for (let round = 0; round < 100 && underWay.size > 0; round++) await Promise.all(underWay);
  }

  return {
    name: timerName,
    async nextDueAt() {
      await settle();
      return readNextDue(database, await isolation.held(timerName));
    },
    run: take,
    async stop() {
      state = 'stopping';
      await Promise.race([settle(), new Promise((resolve) => setTimeout(resolve, graceMs).unref())]);
      state = 'abandoned';
      if (inHand.size > 0) await giveBack(database, [...inHand.keys()]);
    },
  };
}

/** Together; where that fails, one by one, so that only the one at fault waits for an operator. */
async function recordAll({ database, isolation }: DeliverParts, outcomes: readonly Outcome[]): Promise<void> {
  const write = (some: readonly Outcome[]) => database.transaction((tx) => recordOutcomes(tx, some));
  try {
    await write(outcomes);
  } catch (error) {
    if (isInfrastructureError(error)) throw error;
    await isolation.each(timerName, outcomes, {
      key: (outcome) => outcome.notification.id.toString(),
      work: (outcome) => write([outcome]),
    });
  }
}

/** Merchants whose share is in hand already. */
function busyMerchants(inHand: Iterable<Notification>): bigint[] {
  const counts = new Map<bigint, number>();
  for (const { merchantId } of inHand) counts.set(merchantId, (counts.get(merchantId) ?? 0) + 1);
  return [...counts].filter(([, count]) => count >= perMerchant).map(([merchantId]) => merchantId);
}

/** What comes while a batch is being written goes together into the next one. Resolves when its batch is written. */
function inBatches<T>(write: (items: T[]) => Promise<void>): (item: T) => Promise<void> {
  let open: { readonly items: T[]; readonly written: Promise<void> } | null = null;
  let last: Promise<void> = Promise.resolve();
  return (item) => {
    if (open === null) {
      const items: T[] = [];
      const written = last.then(() => {
        open = null;
        return write(items);
      });
      open = { items, written };
      last = written.catch(() => undefined);
    }
    open.items.push(item);
    return open.written;
  };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}
