// What the room is given, and the accounts of a merchant that its verbs move.
import type { Connection, Database, Isolation } from '../database/index.ts';
import { type chart, type HouseAccounts, openAccount } from '../ledger/index.ts';
import type { Clock, Ids } from '../system/index.ts';
import type { SettlementBank } from './bank.ts';
import type { SettlementAccounts } from './postings.ts';
import { readParty } from './store.ts';

export interface SettlementParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly house: HouseAccounts;
  readonly bank: SettlementBank;
  readonly isolation: Isolation;
  /** Told while a large batch is taken in. */
  readonly onProgress?: (progress: { taken: bigint }) => void;
  /** A bank that could not be reached, or a document that could not be read. It is tried again. */
  readonly onBankFailed: (error: unknown) => void;
}

/** Opens what is missing. */
export async function accountsOf(
  parts: Pick<SettlementParts, 'house' | 'clock'>,
  connection: Connection,
  of: { merchantId: bigint; currency: string },
): Promise<SettlementAccounts> {
  const createdAt = parts.clock.now();
  const { pendingAccount } = await readParty(connection, of.merchantId);
  const own = (kind: keyof typeof chart & `merchant-${string}`) =>
    openAccount(connection, { kind, ownerId: of.merchantId, currency: of.currency, createdAt });
  return {
    pending: pendingAccount,
    payable: await own('merchant-payable'),
    inTransit: await own('merchant-in-transit'),
    reserve: await own('merchant-reserve'),
    receivable: await own('merchant-receivable'),
    feeReceivable: await own('merchant-fee-receivable'),
    fees: await parts.house.open('settlement-fee', of.currency, createdAt),
    tax: await parts.house.open('fee-tax', of.currency, createdAt),
    bank: await parts.house.open('settlement-bank', of.currency, createdAt),
  };
}
