// The proofs of settlement: batches equal their lines, lines are exactly what happened, payouts equal their batches
// and their entries, and merchants' accounts hold exactly what is still owed.
import type { Transaction } from '../database/index.ts';
import { type OwnedBalance, readEntries, readOwnedBalances } from '../ledger/index.ts';
import {
  readBatchPage,
  readCounts,
  readOwed,
  readPayouts,
  readWrongBatches,
  readWrongLines,
  readWrongPayouts,
} from '../settlement/index.ts';

export interface SettlementFindings {
  readonly closed: bigint;
  readonly paid: bigint;
  readonly lines: bigint;
  readonly batchesWrong: string[];
  readonly linesWrong: string[];
  readonly payoutsWrong: string[];
  readonly accountsWrong: string[];
}

const accountKinds = [
  'merchant-pending',
  'merchant-refunding',
  'merchant-receivable',
  'merchant-fee-receivable',
  'merchant-payable',
  'merchant-in-transit',
  'merchant-reserve',
] as const;

export async function findSettlementFaults(tx: Transaction): Promise<SettlementFindings> {
  const balances = await readOwnedBalances(tx, accountKinds);
  const [batches, lines, payouts] = [
    await readWrongBatches(tx),
    await readWrongLines(tx),
    await readWrongPayouts(tx),
  ];
  return {
    ...(await readCounts(tx)),
    batchesWrong: batches.map(
      ({ batch, stated, summed }) => `batch ${batch} states ${stated}, its lines sum to ${summed}`,
    ),
    linesWrong: lines.map(
      ({ source, sequence, batch }) =>
        `batch ${batch}: line ${source}/${sequence} is not what the payment or reserve says`,
    ),
    payoutsWrong: [
      ...payouts.map(
        ({ batch, status, net, paid }) => `batch ${batch} is ${status} with net ${net}, payouts of ${paid}`,
      ),
      ...(await entryFaults(tx, balances)),
    ],
    accountsWrong: await accountFaults(tx, balances),
  };
}

/** What is pending, put aside, and owed by the merchant: together they are what is unsettled. */
const unsettledKinds: ReadonlySet<string> = new Set(accountKinds.slice(0, 4));

async function accountFaults(tx: Transaction, balances: readonly OwnedBalance[]): Promise<string[]> {
  const expected = new Map<string, bigint>();
  const keyOf = (kind: string, owner: bigint | null, currency: string) => `${kind}:${owner}:${currency}`;
  for (const row of await readOwed(tx))
    expected.set(keyOf(row.kind, row.merchant_id, row.currency), row.amount);
  const stands = new Map<string, bigint>();
  for (const { kind, owner_id, currency, balance } of balances) {
    const key = keyOf(unsettledKinds.has(kind) ? 'merchant-pending' : kind, owner_id, currency);
    stands.set(key, (stands.get(key) ?? 0n) + balance);
  }
  const found: string[] = [];
  for (const [key, balance] of stands) {
    const amount = expected.get(key) ?? 0n;
    expected.delete(key);
    if (amount !== balance) found.push(`${key} stands at ${balance}, ${amount} is owed`);
  }
  for (const [key, amount] of expected)
    if (amount !== 0n) found.push(`${key} does not exist, ${amount} is owed`);
  return found;
}

const pageSize = 1_000;
const maxFindings = 20;

/** Each batch's entries post its net where its status says: payable, in transit, paid or payable again. */
async function entryFaults(tx: Transaction, balances: readonly OwnedBalance[]): Promise<string[]> {
  const accounts = new Map(balances.map((row) => [`${row.kind}:${row.owner_id}:${row.currency}`, row.id]));
  const found: string[] = [];
  for (let after = 0n; ; ) {
    const page = await readBatchPage(tx, after, pageSize);
    if (page.length === 0 || found.length >= maxFindings) return found;
    after = page.at(-1)!.id;
    const payouts = await readPayouts(
      tx,
      page.map((batch) => batch.id),
    );
    const entries = await readEntries(tx, [
      ...page.map((batch) => batch.entryId),
      ...payouts.flatMap((payout) => [payout.instructed_by_entry, payout.answered_by_entry]),
    ]);
    const posts = (
      entryId: bigint,
      account: bigint | undefined,
      amount: bigint,
      subject: bigint,
    ): boolean => {
      const entry = entries.get(entryId);
      return (
        entry?.subjectId === subject &&
        entry.postings.some((posting) => posting.account === account && posting.amount === amount)
      );
    };
    for (const batch of page) {
      if (batch.status === 'OPEN') continue;
      const of = (kind: string) => accounts.get(`${kind}:${batch.merchantId}:${batch.currency}`);
      const [payable, transit] = [of('merchant-payable'), of('merchant-in-transit')];
      const own = payouts.filter((payout) => payout.batch_id === batch.id);
      const right =
        posts(batch.entryId, payable, batch.net, batch.id) &&
        own.every(
          (payout) =>
            posts(payout.instructed_by_entry, transit, batch.net, batch.id) &&
            (payout.status === 'in-transit' ||
              posts(payout.answered_by_entry, transit, -batch.net, batch.id)),
        );
      if (!right) found.push(`batch ${batch.id}: its entries do not post its net of ${batch.net}`);
    }
  }
}
