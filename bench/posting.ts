// Complete payments through the lanes: order, quote, entry, balances, events, notification and idempotency rows,
// committed. A closed loop of callers, each of which creates a payment and then authorizes it.
import { createHash } from 'node:crypto';
import { money } from '@tongbao/money';
import { audit } from '../platform/src/audit/index.ts';
import { createAuditLog } from '../platform/src/audit-log/index.ts';
import { createIsolation, createLanes, type Database, takeIdBlock } from '../platform/src/database/index.ts';
import { createFx, freechangeSource, type RateSource } from '../platform/src/fx/index.ts';
import { HouseAccounts } from '../platform/src/ledger/index.ts';
import { createMerchants } from '../platform/src/merchants/index.ts';
import { type CreatePayment, createPayments, type PaymentsRoom } from '../platform/src/payments/index.ts';
import { rules } from '../platform/src/risk/index.ts';
import { sandboxMerchants } from '../platform/src/sandbox/merchants.ts';
import {
  type Clock,
  completeKeys,
  generateRsaKeys,
  Ids,
  type Keys,
  keysOf,
  MovableClock,
  machineRandomness,
} from '../platform/src/system/index.ts';
import { analyze, reserveAccountNumbers, writeWallets } from './wallets-store.ts';

export interface PostingFigure {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface PostingWorld {
  readonly payments: PaymentsRoom;
  readonly wallets: { customerId: bigint; account: bigint }[];
  readonly merchants: readonly { readonly id: bigint; readonly pendingAccount: bigint }[];
  readonly clock: Clock;
  prove(): Promise<boolean>;
  close(): Promise<void>;
}

/** Every rule is held against every payment, but the one hot shopper may pay all day. */
const unhurriedRules = rules.map((rule) =>
  /^(day|year)-/.test(rule.measure) ? { ...rule, atMost: 10n ** 15n } : rule,
);

/** In fen. Ten million of them must not overflow the bank's side; one must outlast the hot shopper's case. */
const opening = 10n ** 11n;

export interface WorldSize {
  readonly wallets: number;
  readonly merchants: number;
  /** Absent: Singles' Day of 2014, with the rates of that day. */
  readonly clock?: Clock;
  readonly source?: RateSource;
  readonly publicKey?: string;
  /** The secrets of a server over the same database; absent: of nobody. */
  readonly keys?: Keys;
  readonly notifyUrl?: string | null;
  /** Told as wallets are written. */
  readonly loaded?: (count: number) => void;
}

/** The rooms as a server process has them, over a database of their own. */
export async function openPostingWorld(database: Database, size: WorldSize): Promise<PostingWorld> {
  const clock = size.clock ?? MovableClock.startingAt(new Date('2014-11-11T02:00:00Z'));
  const ids = new Ids(() => takeIdBlock(database));
  const house = new HouseAccounts(database);
  const lanes = createLanes({ database });
  const merchants = createMerchants({
    ...{ database, clock, ids },
    keys: size.keys ?? keysOf(await completeKeys(machineRandomness)),
  });
  const fx = createFx({ database, clock, ids, source: size.source ?? freechangeSource() });
  const payments = createPayments({
    ...{ database, lanes, clock, ids, house, merchants, fx },
    isolation: createIsolation({ database, clock }),
    rules: unhurriedRules,
    enqueue: async () => undefined,
  });
  const publicKey = size.publicKey ?? (await generateRsaKeys()).publicKey;
  const shops: { id: bigint; pendingAccount: bigint }[] = [];
  for (let number = 0; number < size.merchants; number++) {
    const { merchant, contract } = await merchants.signUp({
      ...sandboxMerchants[0]!,
      clientId: `BENCH_${number}`,
      partner: String(2088000000000000n + BigInt(number)),
      notifyUrl: size.notifyUrl === undefined ? 'http://127.0.0.1:9/n' : size.notifyUrl,
      publicKey,
      classicMd5Key: 'bench',
    });
    shops.push({ id: merchant.id, pendingAccount: contract.pendingAccount });
  }
  const wallets = await openWallets(database, {
    ...{ ids, house, clock, count: size.wallets },
    ...(size.loaded === undefined ? {} : { loaded: size.loaded }),
  });
  return {
    ...{ payments, wallets, clock, merchants: shops },
    prove: async () => {
      await createAuditLog({ database, clock, signer: null }).sealAll();
      const report = await audit({ database, clock, house, bankBooks: null });
      for (const proof of report.proofs) if (!proof.ok) console.error(`${proof.name}: ${proof.detail}`);
      return report.ok;
    },
    close: () => lanes.close(),
  };
}

const walletsPerBatch = 20_000;

/** Wallets with money in them, written by COPY: accounts, balances, and the two entries each that put the money there. */
export async function openWallets(
  database: Database,
  of: { ids: Ids; house: HouseAccounts; clock: Clock; count: number; loaded?: (count: number) => void },
): Promise<{ customerId: bigint; account: bigint }[]> {
  if (of.count === 0) return [];
  const openedAt = of.clock.now();
  const bank = await of.house.open('safeguarding-bank', 'CNY', openedAt);
  const firstNumber = await reserveAccountNumbers(database, of.count);
  const wallets: { customerId: bigint; account: bigint }[] = [];
  for (let from = 0; from < of.count; from += walletsPerBatch) {
    const size = Math.min(walletsPerBatch, of.count - from);
    const ids = await of.ids.take(size * 3);
    const batch = Array.from({ length: size }, (_, place) => ({
      account: (firstNumber + BigInt(from + place)) * 1000n + 156n,
      owner: ids[place * 3]!,
      entries: [ids[place * 3 + 1]!, ids[place * 3 + 2]!] as const,
      balance: opening,
      openedAt,
    }));
    await database.transaction((tx) => writeWallets(tx, batch, bank));
    for (const { account, owner } of batch) wallets.push({ customerId: owner, account });
    of.loaded?.(wallets.length);
  }
  await database.query(analyze);
  return wallets;
}

export interface PostingCase {
  /** One step: create and authorize in one verb (payment codes, agreements). Two: create, then authorize (the cashier). */
  readonly steps: 'one' | 'two';
  readonly merchant: 'uniform' | 'zipf' | 'hot';
  readonly payer: 'uniform' | 'hot';
}

/** As many callers as keep two lanes of 200 full. */
const saturatingCallers = 600;
let round = 0;

/** A closed loop: each caller sends its next payment when the last is answered. */
export async function saturate(
  world: PostingWorld,
  of: PostingCase & { seconds: number; callers?: number },
): Promise<PostingFigure> {
  const latencies: number[] = [];
  const run = ++round;
  let next = 0;
  const began = performance.now();
  const ends = began + of.seconds * 1000;
  await Promise.all(
    Array.from({ length: of.callers ?? saturatingCallers }, async () => {
      while (performance.now() < ends) {
        const started = performance.now();
        await onePayment(world, of, { run, number: next++ });
        latencies.push(performance.now() - started);
      }
    }),
  );
  return figureOf(latencies, performance.now() - began);
}

/** An open loop: payments arrive at a fixed rate, whatever the answers do. */
export async function arrive(
  world: PostingWorld,
  of: PostingCase & { seconds: number; perSecond: number },
): Promise<PostingFigure> {
  const latencies: number[] = [];
  const run = ++round;
  const began = performance.now();
  const open = new Set<Promise<void>>();
  const total = Math.max(1, Math.floor(of.perSecond * of.seconds));
  for (let number = 0; number < total; number++) {
    const due = began + (number * 1000) / of.perSecond;
    const wait = due - performance.now();
    if (wait > 0.5) await new Promise((resolve) => setTimeout(resolve, wait));
    // Counted from when it should have arrived: a generator that is late must not hide it.
    const sent = onePayment(world, of, { run, number }).then(() => {
      latencies.push(performance.now() - due);
      open.delete(sent);
    });
    open.add(sent);
  }
  await Promise.all(open);
  return figureOf(latencies, performance.now() - began);
}

/** A cheap, even spread of numbers over 2^32: the bench must give the same load each time. */
export const scatter = (number: number): number => Math.imul(number + 1, 2_654_435_761) >>> 0;

/** Zipf with exponent 1 over `count` ranks, by inverting the harmonic sum's logarithm. */
const zipfRank = (number: number, count: number): number =>
  Math.min(count - 1, Math.floor((count + 1) ** (scatter(number) / 2 ** 32)) - 1);

function partiesOf(world: PostingWorld, of: PostingCase, number: number) {
  const { wallets, merchants } = world;
  const wallet = wallets[of.payer === 'hot' ? 0 : scatter(number) % wallets.length]!;
  const place =
    of.merchant === 'hot'
      ? 0
      : of.merchant === 'zipf'
        ? zipfRank(number ^ 0x5bd1, merchants.length)
        : scatter(number ^ 0x1234567) % merchants.length;
  return { wallet, merchantId: merchants[place]!.id };
}

async function onePayment(
  world: PostingWorld,
  of: PostingCase,
  at: { run: number; number: number },
): Promise<void> {
  const { wallet, merchantId } = partiesOf(world, of, at.number);
  const create = orderOf(merchantId, `b${at.run}-${at.number}`);
  const authorize = {
    payer: { customerId: wallet.customerId, kycClass: 3, status: 'active' },
    payerAccount: wallet.account,
    funding: { kind: 'balance' },
    clearingAccount: null,
  } as const;
  if (of.steps === 'one') {
    const { payment } = await world.payments.pay({ create, authorize });
    if (payment.status !== 'paid') throw new Error(`a payment ended ${payment.status}`);
    return;
  }
  const { payment } = await world.payments.create(create);
  const paid = await world.payments.authorize({ ...authorize, paymentId: payment.id });
  if (paid.status !== 'paid') throw new Error(`a payment ended ${paid.status}`);
}

export const orderOf = (merchantId: bigint, requestId: string): CreatePayment => ({
  merchantId,
  requestId,
  inputHash: createHash('sha256').update(requestId).digest(),
  amount: money('KRW', 59_000n),
  payerCurrency: 'CNY',
  settlementCurrency: null,
  quoteId: null,
  expiresAt: null,
  lifetimeMs: 14 * 60_000,
  order: {
    reference: `order-${requestId}`,
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

export function figureOf(latencies: number[], elapsedMs: number): PostingFigure {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number) =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
  return { perSecond: Math.round((latencies.length * 1000) / elapsedMs), p50Ms: at(0.5), p99Ms: at(0.99) };
}
