// The standing proofs: what must hold at every instant, checked over everything in one consistent snapshot.
import { formatMajor, money } from '@tongbao/money';
import type { Connection, Database, Transaction } from '../database/index.ts';
import {
  chart,
  countEntriesByKind,
  type HouseAccounts,
  type KindSum,
  readBelowFloor,
  readDifferingBalances,
  readDifferingHolds,
  readKindSums,
  readPostingSums,
} from '../ledger/index.ts';
import { countEventsWithEntry } from '../payments/index.ts';
import type { Clock } from '../system/index.ts';
import { readOwedReturns } from '../wallet/index.ts';
import { logProofs } from './log-proof.ts';
import { walkPayments } from './payment-proof.ts';
import { findSettlementFaults } from './settlement-proof.ts';
import { findTreasuryFaults } from './treasury-proof.ts';

export interface Proof {
  readonly name: string;
  readonly ok: boolean;
  /** What was compared, with the figures; or the first differences. */
  readonly detail: string;
}

export interface AuditReport {
  readonly ok: boolean;
  readonly checkedAt: Date;
  readonly proofs: readonly Proof[];
}

/** What a bank says stands on an account that our ledger keeps too. */
export interface BankBook {
  readonly kind: 'safeguarding-bank' | 'card-clearing' | 'settlement-bank';
  readonly currency: string;
  /** As the ledger would write it: what the bank owes us is a debit (negative). */
  readonly amount: bigint;
  /** Movements that the bank has made and that our ledger is still waiting to hear about. */
  readonly inTransit: bigint;
}

export interface AuditOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly house: HouseAccounts;
  /** The banks' own books, read in the same snapshot where the bank is ours (the sandbox); null where there is none. */
  readonly bankBooks: ((connection: Connection) => Promise<BankBook[]>) | null;
}

/** The safeguarding equation of a currency: what is owed to clients and what is ours, against where the money lies. */
export interface Coverage {
  readonly currency: string;
  readonly clients: bigint;
  readonly own: bigint;
  readonly safeguarded: bigint;
  readonly inTransit: bigint;
  readonly suspense: bigint;
}

export const coverage = async (connection: Connection): Promise<Coverage[]> =>
  coverageOf(await readKindSums(connection));

function coverageOf(sums: readonly KindSum[]): Coverage[] {
  return [...new Set(sums.map((sum) => sum.currency))].map((currency) => {
    const of = (...kinds: string[]) =>
      sums
        .filter((sum) => sum.currency === currency && kinds.includes(sum.kind))
        .reduce((all, sum) => all + sum.balance, 0n);
    const clientKinds = Object.entries(chart)
      .filter(([, kind]) => kind.clientMoney)
      .map(([name]) => name);
    return {
      currency,
      clients: of(...clientKinds),
      own: of(
        'fx-spread',
        'discount-fee',
        'rounding',
        'settlement-fee',
        'fee-tax',
        'fx-gain-loss',
        'bank-charge',
      ),
      safeguarded: -of('safeguarding-bank', 'settlement-bank'),
      inTransit: -of('card-clearing', 'fx-position'),
      suspense: of('suspense'),
    };
  });
}

export async function audit(options: AuditOptions): Promise<AuditReport> {
  const checkedAt = options.clock.now();
  const proofs = await options.database.snapshot(async (tx) => {
    const sums = await readKindSums(tx);
    return [
      ...(await ledgerProofs(tx, sums)),
      await clientMoneyProof(tx, sums, options.bankBooks),
      ...(await paymentProofs(tx, options)),
      ...(await settlementProofs(tx)),
      await treasuryProof(tx, options),
      await returnsProof(tx, sums),
      ...(await logProofs(tx)),
    ];
  });
  return { ok: proofs.every((proof) => proof.ok), checkedAt, proofs };
}

const show = (currency: string, amount: bigint): string =>
  `${currency} ${formatMajor(money(currency, amount))}`;

async function ledgerProofs(tx: Transaction, sums: readonly KindSum[]): Promise<Proof[]> {
  const byCurrency = new Map<string, bigint>();
  for (const sum of sums) byCurrency.set(sum.currency, (byCurrency.get(sum.currency) ?? 0n) + sum.balance);
  const off = [...byCurrency].filter(([, sum]) => sum !== 0n);
  const postings = await readPostingSums(tx);
  const postingsOff = postings.filter((row) => row.sum !== 0n);
  const differing = await readDifferingBalances(tx);
  const holds = await readDifferingHolds(tx);
  const below = await readBelowFloor(tx);
  const currencies = [...byCurrency.keys()].sort().join(', ') || 'no currency yet';
  return [
    proof('each-currency-sums-to-zero', off.length + postingsOff.length === 0, {
      good: `balances and postings sum to zero in ${currencies}`,
      bad: [
        ...off.map(([code, sum]) => show(code, sum)),
        ...postingsOff.map((row) => `number ${row.currency_number}: ${row.sum}`),
      ],
    }),
    proof('balances-equal-their-postings', differing.length === 0, {
      good: `every balance equals the fold of its postings`,
      bad: differing.map((row) => `account ${row.account}: balance ${row.balance}, postings ${row.sum}`),
    }),
    proof('holds-equal-what-is-held', holds.length === 0, {
      good: 'every held amount equals its open holds',
      bad: holds.map((row) => `account ${row.account}: held ${row.held}, holds ${row.sum}`),
    }),
    proof('nobody-below-the-floor', below.length === 0, {
      good: 'no account stands below its floor, holds counted',
      bad: below.map(
        (row) => `account ${row.account}: ${row.balance} less ${row.held} held, floor ${row.floor}`,
      ),
    }),
  ];
}

function proof(name: string, ok: boolean, words: { good: string; bad: readonly string[] }): Proof {
  return { name, ok, detail: ok ? words.good : words.bad.slice(0, 10).join('; ') };
}

/**
 * What is owed to customers and merchants, and what is the house's own, must be covered exactly by the safeguarding
 * account and money in transit (card clearing, open FX positions), currency by currency; nothing may lie in suspense;
 * and where the bank's book can be read, it must say the same as ours.
 */
async function clientMoneyProof(
  tx: Transaction,
  sums: readonly KindSum[],
  bankBooks: AuditOptions['bankBooks'],
): Promise<Proof> {
  const lines: string[] = [];
  const wrong: string[] = [];
  for (const { currency, clients, own, safeguarded, inTransit, suspense } of coverageOf(sums)) {
    lines.push(
      `${currency}: clients ${show(currency, clients)} + house ${show(currency, own)} = ` +
        `safeguarded ${show(currency, safeguarded)} + in transit ${show(currency, inTransit)}`,
    );
    if (clients + own !== safeguarded + inTransit) wrong.push(lines.at(-1)!);
    if (suspense !== 0n) wrong.push(`${show(currency, suspense)} in suspense`);
  }
  for (const book of (await bankBooks?.(tx)) ?? []) {
    const ours = sums
      .filter((sum) => sum.currency === book.currency && sum.kind === book.kind)
      .reduce((all, sum) => all + sum.balance, 0n);
    const { currency } = book;
    const line =
      `${book.kind}: ledger ${show(currency, ours)}, bank ${show(currency, book.amount)}, ` +
      `on the way between them ${show(currency, book.inTransit)}`;
    lines.push(line);
    if (ours + book.inTransit !== book.amount) wrong.push(line);
  }
  return proof('client-money-is-covered', wrong.length === 0, { good: lines.join('; '), bad: wrong });
}

async function paymentProofs(tx: Transaction, options: AuditOptions): Promise<Proof[]> {
  const walk = await walkPayments(tx, options);
  const kinds = await countEntriesByKind(tx);
  const paymentEntries = ['payment', 'payment-reversal', 'refund'].reduce(
    (all, kind) => all + (kinds.get(kind) ?? 0n),
    0n,
  );
  const named = await countEventsWithEntry(tx);
  const entriesWrong =
    paymentEntries === named
      ? walk.entriesWrong
      : [...walk.entriesWrong, `${paymentEntries} entries, ${named} events that name one`];
  return [
    proof('payments-equal-their-events', walk.statesWrong.length === 0, {
      good: `${walk.payments} payments stand where their events lead`,
      bad: walk.statesWrong,
    }),
    proof('payments-have-exactly-their-entries', entriesWrong.length === 0, {
      good: `${paymentEntries} entries, each posting what its payment's state asks for, and no other`,
      bad: entriesWrong,
    }),
    proof('refunds-add-up', walk.refundsWrong.length === 0, {
      good: `${walk.refunds} refunds; none exceeds its payment, and full refunds return exactly what was paid`,
      bad: walk.refundsWrong,
    }),
  ];
}

async function settlementProofs(tx: Transaction): Promise<Proof[]> {
  const found = await findSettlementFaults(tx);
  return [
    proof('batches-equal-their-lines', found.batchesWrong.length === 0, {
      good: `${found.closed} closed batches state exactly what their lines sum to, none after its cut-off`,
      bad: found.batchesWrong,
    }),
    proof('lines-are-exactly-what-happened', found.linesWrong.length === 0, {
      good: `${found.lines} lines, each its payment's own figures, none twice`,
      bad: found.linesWrong,
    }),
    proof('payouts-equal-their-batches', found.payoutsWrong.length === 0, {
      good: `${found.paid} batches were paid once, each with its net, as its entries post`,
      bad: found.payoutsWrong,
    }),
    proof('merchants-are-owed-what-is-unsettled', found.accountsWrong.length === 0, {
      good: 'pending, payable, in transit and reserve stand at what payments, batches and reserves leave',
      bad: found.accountsWrong,
    }),
  ];
}

async function treasuryProof(tx: Transaction, options: AuditOptions): Promise<Proof> {
  const { deals, wrong } = await findTreasuryFaults(tx, options);
  return proof('conversions-are-worth-their-rate', wrong.length === 0, {
    good: `${deals} conversions: both sides equal at the stated rate (half-even), the gain or loss is what was left`,
    bad: wrong,
  });
}

/** What card banks took without a payment and have not given back stands on the accounts for it, and nothing else does. */
async function returnsProof(tx: Transaction, sums: readonly KindSum[]): Promise<Proof> {
  const owed = new Map((await readOwedReturns(tx)).map(({ currency, amount }) => [currency, amount]));
  const kept = new Map(
    sums.flatMap(({ kind, currency, balance }) => (kind === 'card-return' ? [[currency, balance]] : [])),
  );
  const off = [...new Set([...owed.keys(), ...kept.keys()])].filter(
    (currency) => (owed.get(currency) ?? 0n) !== (kept.get(currency) ?? 0n),
  );
  return proof('unwanted-debits-are-owed-to-their-cards', off.length === 0, {
    good: 'what card banks took without a payment is booked, and owed until it is given back',
    bad: off.map(
      (currency) =>
        `${show(currency, kept.get(currency) ?? 0n)} booked, ${show(currency, owed.get(currency) ?? 0n)} to give back`,
    ),
  });
}
