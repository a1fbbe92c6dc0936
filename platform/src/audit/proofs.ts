// The standing proofs: what must hold at every instant, checked over everything in one consistent snapshot.
import { formatMajor, money } from '@tongbao/money';
import { type Connection, type Database, readQuarantine, type Transaction } from '../database/index.ts';
import {
  chart,
  countEntriesByKind,
  type HouseAccounts,
  type KindSum,
  readDifferingBalances,
  readDifferingHolds,
  readKindSums,
  readOutOfBounds,
  readPostingSums,
} from '../ledger/index.ts';
import { countEventsWithEntry, readWrongSpending } from '../payments/index.ts';
import type { Clock } from '../system/index.ts';
import { readOwedReturns } from '../wallet/index.ts';
import { bankTieProof } from './bank-tie-proof.ts';
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
  /** What a timer could not work on, and waits for an operator; the newest first, at most 100. */
  readonly quarantine: readonly {
    readonly timer: string;
    readonly item: string;
    readonly reason: string;
    readonly since: Date;
  }[];
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
  /** What is owed to clients, account by account: one client's debt covers nobody else's claim. */
  readonly clients: bigint;
  readonly own: bigint;
  /** What merchants owe us: it is missing at the bank, and the house's own money must make up for it. */
  readonly receivable: bigint;
  readonly safeguarded: bigint;
  readonly inTransit: bigint;
  readonly suspense: bigint;
}

export const coverage = async (connection: Connection): Promise<Coverage[]> =>
  coverageOf(await readKindSums(connection));

const clientKinds: ReadonlySet<string> = new Set(
  Object.entries(chart).flatMap(([name, kind]) => (kind.clientMoney ? name : [])),
);

/** Whether clients' money is there: the equation holds, and what merchants owe is covered by what is the house's own. */
export const isCovered = ({
  clients,
  own,
  receivable,
  safeguarded,
  inTransit,
  suspense,
}: Coverage): boolean =>
  clients + own === safeguarded + inTransit + receivable &&
  (receivable === 0n || receivable <= own) &&
  suspense === 0n;

function coverageOf(sums: readonly KindSum[]): Coverage[] {
  return [...new Set(sums.map((sum) => sum.currency))].map((currency) => {
    const of = (...kinds: string[]) =>
      sums
        .filter((sum) => sum.currency === currency && kinds.includes(sum.kind))
        .reduce((all, sum) => all + sum.balance, 0n);
    const claims = sums
      .filter((sum) => sum.currency === currency && clientKinds.has(sum.kind))
      .map((sum) => sum.claims);
    return {
      currency,
      clients: claims.reduce((all, claim) => all + claim, 0n),
      receivable: -of('merchant-receivable', 'merchant-fee-receivable'),
      own: of(
        'fx-spread',
        'discount-fee',
        'house-funds',
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

const quarantineShown = 100;

export async function audit(options: AuditOptions): Promise<AuditReport> {
  const checkedAt = options.clock.now();
  const proofs = await options.database.snapshot(async (tx) => {
    const sums = await readKindSums(tx);
    return [
      ...(await ledgerProofs(tx, sums)),
      await clientMoneyProof(tx, sums, options.bankBooks),
      ...(await paymentProofs(tx, options)),
      await spendingProof(tx),
      ...(await settlementProofs(tx)),
      await treasuryProof(tx, options),
      await returnsProof(tx, sums),
      await bankTieProof(tx),
      ...(await logProofs(tx)),
    ];
  });
  const quarantine = (await readQuarantine(options.database, quarantineShown)).map(
    ({ timer, item, reason, firstFailedAt }) => ({ timer, item, reason, since: firstFailedAt }),
  );
  return { ok: proofs.every((proof) => proof.ok), checkedAt, proofs, quarantine };
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
  const below = await readOutOfBounds(tx);
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
      good: 'no account stands below its floor, holds counted, or outside its bounds',
      bad: below.map(
        ({ account, balance, held, floor, lowest, highest }) =>
          `account ${account}: ${balance} less ${held} held, floor ${floor}, bounds ${lowest} to ${highest}`,
      ),
    }),
  ];
}

function proof(name: string, ok: boolean, words: { good: string; bad: readonly string[] }): Proof {
  return { name, ok, detail: ok ? words.good : words.bad.slice(0, 10).join('; ') };
}

/**
 * What is owed to customers and merchants, account by account, and what is the house's own, must be covered exactly by the
 * safeguarding account, money in transit (card clearing, open FX positions) and what merchants owe, currency by currency; what
 * merchants owe must not be more than is the house's own; nothing may lie in suspense; and where the bank's book can be
 * read, it must say the same as ours.
 */
async function clientMoneyProof(
  tx: Transaction,
  sums: readonly KindSum[],
  bankBooks: AuditOptions['bankBooks'],
): Promise<Proof> {
  const lines: string[] = [];
  const wrong: string[] = [];
  for (const each of coverageOf(sums)) {
    const { currency, clients, own, receivable, safeguarded, inTransit, suspense } = each;
    const line =
      `${currency}: clients ${show(currency, clients)} + house ${show(currency, own)} = ` +
      `safeguarded ${show(currency, safeguarded)} + in transit ${show(currency, inTransit)}` +
      (receivable === 0n ? '' : ` + owed by merchants ${show(currency, receivable)}`);
    lines.push(line);
    if (clients + own !== safeguarded + inTransit + receivable) wrong.push(line);
    if (receivable > 0n && receivable > own)
      wrong.push(
        `merchants owe ${show(currency, receivable)}, the house's own is ${show(currency, own)}: ` +
          `${show(currency, receivable - own)} of clients' money is not covered`,
      );
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
  const paymentEntries = ['payment', 'payment-reversal', 'refund', 'refund-funding', 'refund-release'].reduce(
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
    proof('payments-stay-in-their-bounds', walk.boundsWrong.length === 0, {
      good: 'shares, fees, refunds and payers’ parts are each part of what they belong to',
      bad: walk.boundsWrong,
    }),
    proof('merchants-get-what-the-rate-says', walk.settlementsWrong.length === 0, {
      good: 'where a price is converted for its merchant, it is the middle rate less the spread (half-even), and else the price itself',
      bad: walk.settlementsWrong,
    }),
    proof('refunds-add-up', walk.refundsWrong.length === 0, {
      good: `${walk.refunds} refunds; none exceeds its payment, full refunds return exactly what was paid, and what is put aside is what refunds in progress need`,
      bad: walk.refundsWrong,
    }),
  ];
}

/** What counts for the limits of wallets is kept beside their balances, and must be what their payments come to. */
async function spendingProof(tx: Transaction): Promise<Proof> {
  const wrong = await readWrongSpending(tx);
  return proof('spent-sums-equal-their-payments', wrong.length === 0, {
    good: 'what each payer spent today, this year and ever is what their payments come to',
    bad: wrong.map(({ account, kept, paid }) => `account ${account}: kept ${kept}; its payments ${paid}`),
  });
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
