// Complete payments through the lanes: order, quote, entry, balances, events, notification and idempotency rows,
// committed. A closed loop of callers, each of which creates a payment and then authorizes it.
import { money } from '@tongbao/money';
import { audit } from '../platform/src/audit/index.ts';
import { createLanes, type Database, takeIdBlock } from '../platform/src/database/index.ts';
import { createFx, freechangeSource } from '../platform/src/fx/index.ts';
import { type Entry, HouseAccounts, openAccount, recordEntries } from '../platform/src/ledger/index.ts';
import { createMerchants } from '../platform/src/merchants/index.ts';
import { createPayments, type PaymentsRoom } from '../platform/src/payments/index.ts';
import { sandboxMerchants } from '../platform/src/sandbox/merchants.ts';
import { generateRsaKeys, Ids, MovableClock } from '../platform/src/system/index.ts';

export interface PostingFigure {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface PostingWorld {
  readonly payments: PaymentsRoom;
  readonly wallets: readonly { customerId: bigint; account: bigint }[];
  readonly merchants: readonly bigint[];
  prove(): Promise<boolean>;
  close(): Promise<void>;
}

const opening = 10n ** 12n;

export async function openPostingWorld(
  database: Database,
  size: { wallets: number; merchants: number },
): Promise<PostingWorld> {
  const clock = MovableClock.startingAt(new Date('2014-11-11T02:00:00Z'));
  const ids = new Ids(() => takeIdBlock(database));
  const house = new HouseAccounts(database);
  const lanes = createLanes({ database });
  const merchants = createMerchants({ database, clock, ids });
  const fx = createFx({ database, clock, ids, source: freechangeSource() });
  const payments = createPayments({
    database,
    lanes,
    clock,
    ids,
    house,
    merchants,
    fx,
    enqueue: async () => undefined,
  });
  const { publicKey } = await generateRsaKeys();
  const merchantIds: bigint[] = [];
  for (let number = 0; number < size.merchants; number++) {
    const seed = {
      ...sandboxMerchants[0]!,
      clientId: `BENCH_${number}`,
      partner: String(2088000000000000n + BigInt(number)),
    };
    merchantIds.push(
      (
        await merchants.signUp({
          ...seed,
          notifyUrl: 'http://127.0.0.1:9/n',
          publicKey,
          classicMd5Key: 'bench',
        })
      ).merchant.id,
    );
  }
  const wallets = await openWallets(database, { ids, house, clock, count: size.wallets });
  return {
    payments,
    wallets,
    merchants: merchantIds,
    prove: async () => {
      const report = await audit({ database, clock, house, bankBooks: null });
      for (const proof of report.proofs) if (!proof.ok) console.error(`${proof.name}: ${proof.detail}`);
      return report.ok;
    },
    close: () => lanes.close(),
  };
}

async function openWallets(
  database: Database,
  parts: { ids: Ids; house: HouseAccounts; clock: MovableClock; count: number },
): Promise<{ customerId: bigint; account: bigint }[]> {
  const now = parts.clock.now();
  const bank = await parts.house.open('safeguarding-bank', 'CNY', now);
  const wallets: { customerId: bigint; account: bigint }[] = [];
  const batch = 500;
  for (let from = 0; from < parts.count; from += batch) {
    await database.transaction(async (tx) => {
      const entries: Entry[] = [];
      for (let number = from; number < Math.min(from + batch, parts.count); number++) {
        const [customerId, entryId] = (await parts.ids.take(2)) as [bigint, bigint];
        const account = await openAccount(tx, {
          kind: 'customer-wallet',
          ownerId: customerId,
          currency: 'CNY',
          createdAt: now,
        });
        wallets.push({ customerId, account });
        const postings = [
          { account: bank, amount: -opening },
          { account, amount: opening },
        ];
        entries.push({
          id: entryId,
          kind: 'opening',
          payerId: customerId,
          subjectId: customerId,
          occurredAt: now,
          postings,
        });
      }
      await recordEntries(tx, entries);
    });
  }
  return wallets;
}

/** Two lanes of 200, and as many callers as they can carry. */
const callers = 400;
let round = 0;

export async function posting(
  world: PostingWorld,
  how: { seconds: number; merchant: 'uniform' | 'hot' },
): Promise<PostingFigure> {
  const latencies: number[] = [];
  const run = ++round;
  let next = 0;
  const began = performance.now();
  const ends = began + how.seconds * 1000;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < ends) {
        const number = next++;
        const started = performance.now();
        await onePayment(world, { number, run, merchant: how.merchant });
        latencies.push(performance.now() - started);
      }
    }),
  );
  return figureOf(latencies, performance.now() - began);
}

async function onePayment(
  world: PostingWorld,
  of: { number: number; run: number; merchant: 'uniform' | 'hot' },
): Promise<void> {
  const wallet = world.wallets[(of.number * 7919) % world.wallets.length]!;
  const merchantId =
    world.merchants[of.merchant === 'hot' ? 0 : (of.number * 104729) % world.merchants.length]!;
  const { payment } = await world.payments.create({
    merchantId,
    requestId: `b${of.run}-${of.number}`,
    inputHash: Buffer.from('bench'),
    amount: money('KRW', 59_000n),
    payerCurrency: 'CNY',
    settlementCurrency: null,
    quoteId: null,
    expiresAt: null,
    lifetimeMs: 14 * 60_000,
    order: {
      reference: `order-${of.number}`,
      description: 'Cushion foundation',
      merchantName: null,
      goods: [],
      redirectUrl: 'https://mall.example/return',
      notifyUrl: null,
      metadata: null,
      channel: 'ams-pay',
      channelData: {},
    },
  });
  await world.payments.authorize({
    paymentId: payment.id,
    payer: { customerId: wallet.customerId, kycClass: 3, status: 'active' },
    payerAccount: wallet.account,
    funding: { kind: 'balance' },
    clearingAccount: null,
  });
}

export function figureOf(latencies: number[], elapsedMs: number): PostingFigure {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number) =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
  return { perSecond: Math.round((latencies.length * 1000) / elapsedMs), p50Ms: at(0.5), p99Ms: at(0.99) };
}
