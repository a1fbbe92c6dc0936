// What changes a merchant: signing up, another key, suspension.
import { tell } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import { agreeDebtLimit, greatestDebtLimit, insertContract } from './contract.ts';
import { keyIsValid, type MerchantAccess } from './merchant.ts';
import { type Merchants, type MerchantsParts, md5KeyOf } from './merchants.ts';
import { publicKeyOf } from './public-key.ts';
import {
  type AccessRow,
  insertKeyRow,
  insertMerchantRow,
  retireKeyRows,
  selectById,
  updateNotificationTargetRow,
  updateSignTypesRow,
  updateStatusRow,
} from './store.ts';

export function merchantChanges(
  parts: MerchantsParts,
  memory: { forget(): void; accessOf(row: AccessRow): MerchantAccess },
): Pick<
  Merchants,
  'signUp' | 'rotateKey' | 'setStatus' | 'setClassicSignTypes' | 'setNotificationTarget' | 'agreeDebtLimit'
> {
  const { database, clock, ids, keys } = parts;
  const { forget, accessOf } = memory;
  return {
    ...signTypeChange(parts, accessOf),
    setNotificationTarget,
    async setStatus(merchantId, status) {
      const isThere = await database.transaction(async (tx) => {
        await tell(tx, 'merchants');
        return updateStatusRow(tx, merchantId, status);
      });
      if (!isThere) throw new Rejection('merchant-unknown');
      forget();
    },
    async signUp(merchant) {
      const id = await ids.one();
      const createdAt = clock.now();
      await database.transaction(async (tx) => {
        const classicMd5Key = keys.seal(merchant.classicMd5Key, md5KeyOf(id));
        await insertMerchantRow(tx, { ...merchant, classicMd5Key, id, createdAt });
        await insertContract(tx, { merchantId: id, contract: merchant.contract, at: createdAt });
        await insertKeyRow(tx, { merchantId: id, publicKey: merchant.publicKey, createdAt });
        await tell(tx, 'merchants');
      });
      forget();
      return accessOf((await selectById(database, id))!);
    },
    async agreeDebtLimit(merchantId, limit) {
      if (limit.amount < 0n || limit.amount > greatestDebtLimit)
        throw new Rejection('amount-out-of-limits', 'a debt limit is from 0 to 10^15 minor units');
      const row = await selectById(database, merchantId);
      if (row === undefined) throw new Rejection('merchant-unknown');
      const currency = row.settlement_currency;
      const at = clock.now();
      await database.transaction(async (tx) => {
        await agreeDebtLimit(tx, { merchantId, currency, at, ...limit });
        await tell(tx, 'merchants');
      });
      forget();
    },
    async rotateKey(merchantId, publicKey, graceMs) {
      publicKeyOf(publicKey);
      const now = clock.now();
      const version = await database.transaction(async (tx) => {
        const added = await insertKeyRow(tx, { merchantId, publicKey, createdAt: now });
        await tell(tx, 'merchants');
        await retireKeyRows(tx, { merchantId, before: added, retiresAt: new Date(now.getTime() + graceMs) });
        return added;
      });
      forget();
      return version;
    },
  };
}

const setNotificationTarget: Merchants['setNotificationTarget'] = async (tx, merchantId, target) => {
  if (!(await updateNotificationTargetRow(tx, merchantId, target))) throw new Rejection('merchant-unknown');
  await tell(tx, 'merchants');
};

const signTypeChange = (
  { clock }: MerchantsParts,
  accessOf: (row: AccessRow) => MerchantAccess,
): Pick<Merchants, 'setClassicSignTypes'> => ({
  async setClassicSignTypes(tx, merchantId, types) {
    const row = await selectById(tx, merchantId);
    if (row === undefined) throw new Rejection('merchant-unknown');
    const now = clock.now();
    const hasKey = accessOf(row).keys.some((key) => keyIsValid(key, now));
    if (types.length === 0 || (!types.includes('MD5') && !hasKey))
      throw new Rejection('sign-types-unusable', 'without MD5 the merchant needs an RSA key');
    await updateSignTypesRow(tx, merchantId, [...new Set(types)]);
    // Whoever remembers the merchant, this process included, hears of it once the transaction has committed.
    await tell(tx, 'merchants');
  },
});
