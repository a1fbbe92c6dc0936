// The payouts of all merchants, with whose they are.
import type { Database } from '../database/index.ts';
import type { Merchants } from '../merchants/index.ts';
import { type PayoutInHandRow, type PayoutPage, readPayoutsInHand } from '../settlement/index.ts';

export interface PayoutInHand extends PayoutInHandRow {
  readonly clientId: string;
}

export async function payoutsInHand(
  { database, merchants }: { database: Database; merchants: Merchants },
  page: PayoutPage,
): Promise<PayoutInHand[]> {
  const rows = await readPayoutsInHand(database, page);
  const owners = await merchants.getAll([...new Set(rows.map((row) => row.merchantId))]);
  return rows.map((row) => ({ ...row, clientId: owners.get(row.merchantId)?.merchant.clientId ?? '' }));
}
