// What merchants owe: refunds beyond their unsettled funds, and fees that their contracts keep (decision 0063).
import type { Connection } from '../database/index.ts';
import { type OwnedBalance, readBalancesOfOwner, readOwnedBalances } from '../ledger/index.ts';

export interface Debt {
  readonly merchantId: bigint;
  readonly currency: string;
  /** Minor units, above zero. */
  readonly owed: bigint;
  /** Since then something has been owed without a break. */
  readonly since: Date;
}

const kinds = ['merchant-receivable', 'merchant-fee-receivable'] as const;

/** Everybody who owes, the oldest debt first. */
export const readDebts = async (connection: Connection): Promise<Debt[]> =>
  debtsAmong(await readOwnedBalances(connection, kinds));

/** One merchant's debt in a currency; null where there is none. */
export const readDebtOf = async (
  connection: Connection,
  of: { ownerId: bigint; currency: string },
): Promise<Debt | null> => debtsAmong(await readBalancesOfOwner(connection, { kinds, ...of }))[0] ?? null;

function debtsAmong(balances: readonly OwnedBalance[]): Debt[] {
  const debts = new Map<string, Debt>();
  for (const { owner_id: merchantId, currency, balance, owed_since: since } of balances) {
    if (since === null) continue;
    const key = `${merchantId}:${currency}`;
    const other = debts.get(key) ?? { owed: 0n, since };
    const earlier = other.since < since ? other.since : since;
    debts.set(key, { merchantId, currency, owed: other.owed - balance, since: earlier });
  }
  return [...debts.values()].sort((left, right) => left.since.getTime() - right.since.getTime());
}
