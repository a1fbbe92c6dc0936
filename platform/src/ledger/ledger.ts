// The ledger's verbs: open accounts, record entries, place and end holds. Everything happens inside the caller's
// transaction, so that money and what it was for are recorded together or not at all.
import { currency as currencyOf } from '@tongbao/money';

import {
  type Arrival,
  arrivalRows,
  type Connection,
  type RowsToCopy,
  type Transaction,
} from '../database/index.ts';
import { type AccountKind, type AccountKindName, chart, houseCode, ownedCode } from './accounts.ts';

import { assertEntry, type Entry } from './entry.ts';
import { entryArrival } from './leaf.ts';
import type { Spending } from './spending.ts';
import {
  endHoldRow,
  entryRows,
  insertAccountRow,
  insertHoldRow,
  lockBalanceRows,
  moveBalances,
  readBalanceRows,
  selectAccounts,
} from './store.ts';

/** What stands on an account, minor units of its currency. `available` is what may still leave it. */
export interface Balance {
  readonly account: bigint;
  readonly balance: bigint;
  readonly held: bigint;
  readonly floor: bigint | null;
  /** What its owner has spent, for the limits of wallets. */
  readonly spending: Spending;
}

export const availableOf = (balance: Balance): bigint =>
  balance.balance - balance.held - (balance.floor ?? 0n);

/** Opens the account of an owner, or answers the one that is open. */
export function openAccount(
  tx: Connection,
  account: { kind: AccountKindName; ownerId: bigint; currency: string; createdAt: Date },
): Promise<bigint> {
  return insertAccountRow(tx, {
    code: ownedCode(account.kind, account.ownerId, account.currency),
    kind: account.kind,
    currency: account.currency,
    currencyNumber: currencyNumber(account.currency),
    ownerId: account.ownerId,
    ...boundsOf(account.kind),
    createdAt: account.createdAt,
  });
}

function boundsOf(kind: AccountKindName): Record<'floor' | 'lowest' | 'highest', bigint | null> {
  const { floor, lowest, highest }: AccountKind = chart[kind];
  return { floor, lowest: lowest ?? null, highest: highest ?? null };
}

const currencyNumber = (code: string): bigint => BigInt(currencyOf(code).numeric);

/** Opens an account of the house, or answers the one that is open. `part` distinguishes several of a kind. */
export async function openHouseAccount(
  connection: Connection,
  of: { kind: AccountKindName; currency: string; part?: string | undefined; createdAt: Date },
): Promise<bigint> {
  const { kind, currency, part, createdAt } = of;
  const code = houseCode(kind, currency, part);
  const [found] = await selectAccounts(connection, [code]);
  if (found !== undefined) return found.id;
  const account = { code, kind, currency, currencyNumber: currencyNumber(currency), ownerId: null };
  return insertAccountRow(connection, { ...account, ...boundsOf(kind), createdAt });
}

const mostKnown = 10_000;

/** The house's accounts by kind and currency; opened when first asked for, then remembered (they never change). */
export class HouseAccounts {
  readonly #connection: Connection;
  readonly #known = new Map<string, bigint>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The account, or null where it was never opened: for those who only read. */
  async find(kind: AccountKindName, currency: string, part?: string): Promise<bigint | null> {
    const code = houseCode(kind, currency, part);
    const known = this.#known.get(code) ?? (await selectAccounts(this.#connection, [code]))[0]?.id;
    if (known !== undefined) this.#known.set(code, known);
    return known ?? null;
  }

  /** `part` distinguishes several accounts of a kind: the bank's code of a clearing account. */
  async open(kind: AccountKindName, currency: string, createdAt: Date, part?: string): Promise<bigint> {
    const code = houseCode(kind, currency, part);
    const known = this.#known.get(code);
    if (known !== undefined) return known;
    const id = await openHouseAccount(this.#connection, { kind, currency, part, createdAt });
    // As many as there are kinds and currencies, and a clearing account for each bank: forgotten ones are found again.
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.set(code, id);
    return id;
  }
}

/** Locks the accounts' balances in id order until the transaction ends. Accounts that do not exist are absent. */
export async function lockBalances(
  tx: Transaction,
  accounts: Iterable<bigint>,
): Promise<Map<bigint, Balance>> {
  const distinct = [...new Set(accounts)];
  if (distinct.length === 0) return new Map();
  return balanceMap(await lockBalanceRows(tx, distinct));
}

/** Reads balances without locking. */
export async function readBalances(
  connection: Connection,
  accounts: readonly bigint[],
): Promise<Map<bigint, Balance>> {
  return balanceMap(await readBalanceRows(connection, accounts));
}

function balanceMap(rows: Awaited<ReturnType<typeof readBalanceRows>>): Map<bigint, Balance> {
  return new Map(
    rows.map((row) => [
      row.account_id,
      {
        account: row.account_id,
        balance: row.balance,
        held: row.held,
        floor: row.floor,
        spending: {
          day: row.spent_day,
          dayCount: row.spent_day_count,
          dayAmount: row.spent_day_amount,
          year: row.spent_year,
          yearAmount: row.spent_year_amount,
          everAmount: row.spent_ever_amount,
        },
      },
    ]),
  );
}

/**
 * Appends entries and moves each touched account once, in the transaction's final round trip: the gate and the shared
 * accounts are locked for that long and no longer. Throws when an entry does not balance; the commit fails when a balance
 * would go below its floor or outside its bounds, or an account does not exist. `alongside`: what the entries are for,
 * written in the same round trip; `arrivals`: what of it the audit log takes in, besides the entries; `spending`: what
 * owners of accounts that the caller has locked have spent by now.
 */
export async function recordEntries(
  tx: Transaction,
  entries: readonly Entry[],
  {
    alongside = [],
    arrivals = [],
    spending = new Map(),
  }: {
    alongside?: readonly RowsToCopy[];
    arrivals?: readonly Arrival[];
    spending?: ReadonlyMap<bigint, Spending>;
  } = {},
): Promise<void> {
  const deltas = new Map<bigint, bigint>();
  for (const entry of entries) {
    assertEntry(entry);
    for (const { account, amount } of entry.postings)
      deltas.set(account, (deltas.get(account) ?? 0n) + amount);
  }
  for (const [account, delta] of deltas) if (delta === 0n) deltas.delete(account);
  tx.atCommit({
    batches: [...alongside, entryRows(entries), arrivalRows([entryArrival(entries), ...arrivals])],
    executions:
      deltas.size + spending.size === 0
        ? []
        : moveBalances({ deltas, spending, at: entries[0]?.occurredAt ?? new Date(0) }),
  });
}

/** Reserves money on an account whose balance the caller has locked and found sufficient. */
export const placeHold = insertHoldRow;

/** Frees a hold without moving money. Answers false when it had ended before. */
export async function releaseHold(tx: Transaction, hold: { id: bigint; endedAt: Date }): Promise<boolean> {
  return (await endHoldRow(tx, { ...hold, status: 'released' })) !== null;
}

/** Ends a hold because its money leaves now: record the entry in the same transaction, after this call. */
export async function settleHold(tx: Transaction, hold: { id: bigint; endedAt: Date }): Promise<boolean> {
  return (await endHoldRow(tx, { ...hold, status: 'settled' })) !== null;
}
