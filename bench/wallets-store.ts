// Wallets with money in them, by COPY: accounts, balances and entries as the ledger writes them.
import {
  arrivalRows,
  copyInto,
  type Database,
  statement,
  type Transaction,
} from '../platform/src/database/index.ts';

export interface NewWallet {
  readonly account: bigint;
  readonly owner: bigint;
  readonly balance: bigint;
  /** The entries that put half of the balance there each. */
  readonly entries: readonly [bigint, bigint];
  readonly openedAt: Date;
}

const accountRows = copyInto<NewWallet>('ledger.account', {
  id: ['int8', (wallet) => wallet.account],
  code: ['text', (wallet) => `customer:${wallet.owner}:wallet:CNY`],
  kind: ['text', () => 'customer-wallet'],
  currency: ['text', () => 'CNY'],
  owner_id: ['int8', (wallet) => wallet.owner],
  created_at: ['timestamptz', (wallet) => wallet.openedAt],
});
const balanceRows = copyInto<NewWallet>('ledger.balance', {
  account_id: ['int8', (wallet) => wallet.account],
  balance: ['int8', (wallet) => wallet.balance],
  held: ['int8', () => 0n],
  floor: ['int8', () => 0n],
});
const entryRows = copyInto<{
  readonly id: bigint;
  readonly bank: bigint;
  readonly amount: bigint;
  readonly wallet: NewWallet;
}>('ledger.entry', {
  id: ['int8', (entry) => entry.id],
  kind: ['text', () => 'opening'],
  payer_id: ['int8', (entry) => entry.wallet.owner],
  subject_id: ['int8', (entry) => entry.wallet.owner],
  occurred_at: ['timestamptz', (entry) => entry.wallet.openedAt],
  accounts: ['int8[]', (entry) => [entry.bank, entry.wallet.account]],
  amounts: ['int8[]', (entry) => [-entry.amount, entry.amount]],
});

// What the bank said about each: the entry's id is free in these tables.
const depositRows = copyInto<{ readonly id: bigint; readonly amount: bigint; readonly wallet: NewWallet }>(
  'wallet.deposit',
  {
    id: ['int8', (entry) => entry.id],
    bank: ['text', () => 'BENCH'],
    reference: ['text', (entry) => `OPENING-${entry.id}`],
    account_id: ['int8', (entry) => entry.wallet.account],
    currency: ['text', () => 'CNY'],
    amount: ['int8', (entry) => entry.amount],
    entry_id: ['int8', (entry) => entry.id],
    told_at: ['timestamptz', (entry) => entry.wallet.openedAt],
  },
);
const answerRows = copyInto<{ readonly id: bigint; readonly wallet: NewWallet }>('wallet.bank_answer', {
  id: ['int8', (entry) => entry.id],
  bank: ['text', () => 'BENCH'],
  reference: ['text', (entry) => `OPENING-${entry.id}`],
  outcome: ['text', () => 'approved'],
  effect: ['text', () => 'applied'],
  heard_at: ['timestamptz', (entry) => entry.wallet.openedAt],
});

const takeNumbers = statement(
  'bench.numbers',
  `SELECT min(nextval('ledger.account_number')) AS first FROM generate_series(1, $1::bigint)`,
);
/** Reserves account numbers; the first of them. */
export const reserveAccountNumbers = async (database: Database, count: number): Promise<bigint> =>
  (await database.query<{ first: bigint }>(takeNumbers, [count]))[0]!.first;

const moveBank = statement(
  'bench.move-bank',
  'UPDATE ledger.balance SET balance = balance - $2 WHERE account_id = $1',
);

/** One batch of wallets with two entries each, and the bank's side of them. */
export async function writeWallets(
  tx: Transaction,
  wallets: readonly NewWallet[],
  bank: bigint,
): Promise<void> {
  const entries = wallets.flatMap((wallet) =>
    wallet.entries.map((id) => ({ id, bank, amount: wallet.balance / 2n, wallet })),
  );
  const arrivals = arrivalRows([
    { source: 'entry', ids: entries.map((entry) => entry.id), sequences: [], events: 1, texts: null },
  ]);
  await tx.copy([accountRows(wallets), balanceRows(wallets), entryRows(entries), arrivals]);
  await tx.copy([depositRows(entries), answerRows(entries)]);
  await tx.query(moveBank, [bank, wallets.reduce((sum, wallet) => sum + wallet.balance, 0n)]);
}

/** What autovacuum would have done by the time that anybody has so many wallets. */
export const analyze = statement('bench.analyze', 'VACUUM (ANALYZE) ledger.balance, ledger.account');
