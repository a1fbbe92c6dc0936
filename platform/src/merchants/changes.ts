// What changes a merchant: signing up, another key, suspension.
import { openAccount } from '../ledger/index.ts';
import { Rejection } from '../rejection.ts';
import type { MerchantAccess } from './merchant.ts';
import { type Merchants, type MerchantsParts, md5KeyOf } from './merchants.ts';
import { publicKeyOf } from './public-key.ts';
import {
  type AccessRow,
  insertContractRow,
  insertKeyRow,
  insertMerchantRow,
  retireKeyRows,
  selectById,
  updateStatusRow,
} from './store.ts';

export function merchantChanges(
  { database, clock, ids, keys }: MerchantsParts,
  memory: { forget(): void; accessOf(row: AccessRow): MerchantAccess },
): Pick<Merchants, 'signUp' | 'rotateKey' | 'setStatus'> {
  const { forget, accessOf } = memory;
  return {
    async setStatus(merchantId, status) {
      const isThere = await database.transaction((tx) => updateStatusRow(tx, merchantId, status));
      if (!isThere) throw new Rejection('merchant-unknown');
      forget();
    },
    async signUp(merchant) {
      const id = await ids.one();
      const createdAt = clock.now();
      await database.transaction(async (tx) => {
        const classicMd5Key = keys.seal(merchant.classicMd5Key, md5KeyOf(id));
        await insertMerchantRow(tx, { ...merchant, classicMd5Key, id, createdAt });
        const pendingAccount = await openAccount(tx, {
          kind: 'merchant-pending',
          ownerId: id,
          currency: merchant.contract.settlementCurrency,
          createdAt,
        });
        await insertContractRow(tx, { ...merchant.contract, merchantId: id, pendingAccount });
        await insertKeyRow(tx, { merchantId: id, publicKey: merchant.publicKey, createdAt });
      });
      forget();
      return accessOf((await selectById(database, id))!);
    },
    async rotateKey(merchantId, publicKey, graceMs) {
      publicKeyOf(publicKey);
      const now = clock.now();
      const version = await database.transaction(async (tx) => {
        const added = await insertKeyRow(tx, { merchantId, publicKey, createdAt: now });
        await retireKeyRows(tx, { merchantId, before: added, retiresAt: new Date(now.getTime() + graceMs) });
        return added;
      });
      forget();
      return version;
    },
  };
}
