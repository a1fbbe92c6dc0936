// Merchants that sell through another one (a payment company's shops): registered by it, named on its payments.
import type { Database } from '../database/index.ts';
import type { Clock } from '../system/index.ts';
import { selectSecondary, upsertSecondary } from './secondary-store.ts';

export interface SecondaryMerchant {
  readonly merchantId: bigint;
  readonly secondaryId: string;
  readonly name: string;
  /** Merchant category code. It stays what it was when the merchant was registered. */
  readonly industry: string;
  /** Country, address, sites, stores: kept as registered. */
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface SecondaryMerchants {
  /** Registers or changes one; its industry cannot be changed. Answers it as it stands. */
  maintain(merchant: SecondaryMerchant): Promise<SecondaryMerchant>;
  find(merchantId: bigint, secondaryId: string): Promise<SecondaryMerchant | null>;
}

export const secondaryMerchants = (parts: { database: Database; clock: Clock }): SecondaryMerchants => ({
  maintain: (merchant) => upsertSecondary(parts.database, { ...merchant, at: parts.clock.now() }),
  find: (merchantId, secondaryId) => selectSecondary(parts.database, merchantId, secondaryId),
});
