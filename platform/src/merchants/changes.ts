// What changes a merchant: signing up, another key, suspension.
import { type Transaction, tell } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import { agreeDebtLimit, greatestDebtLimit, insertContract } from './contract.ts';
import { keyIsValid, type MerchantAccess } from './merchant.ts';
import { type Agreed, type Merchants, type MerchantsParts, md5KeyOf, type SignUp } from './merchants.ts';
import { publicKeyOf } from './public-key.ts';
import {
  type AccessRow,
  insertKeyRow,
  insertMerchantRow,
  retireKeyRows,
  selectById,
  updateContractRow,
  updateLiveFromRow,
  updateNotificationTargetRow,
  updateNotifyUrlRow,
  updateSignTypesRow,
  updateStatusRow,
} from './store.ts';

export function merchantChanges(
  parts: MerchantsParts,
  memory: { forget(): void; accessOf(row: AccessRow): MerchantAccess },
): Pick<
  Merchants,
  | 'signUp'
  | 'signUpIn'
  | 'rotateKey'
  | 'rotateKeyIn'
  | 'setStatus'
  | 'setStatusIn'
  | 'setClassicSignTypes'
  | 'setNotificationTarget'
  | 'setLiveFrom'
  | 'agree'
  | 'agreeDebtLimit'
> {
  const { database, clock, ids } = parts;
  const { forget, accessOf } = memory;
  return {
    ...signTypeChange(parts, accessOf),
    setNotificationTarget,
    setStatusIn,
    agree: (tx, merchantId, agreed) => agree(tx, { merchantId, agreed, at: clock.now() }),
    setLiveFrom,
    async setStatus(merchantId, status) {
      await database.transaction((tx) => setStatusIn(tx, merchantId, status));
      forget();
    },
    signUpIn: (tx, id, merchant) => signUp(parts, tx, { ...merchant, id }),
    async signUp(merchant) {
      const id = await ids.one();
      await database.transaction((tx) => signUp(parts, tx, { ...merchant, id }));
      forget();
      return accessOf((await selectById(database, id))!);
    },
    agreeDebtLimit: (merchantId, limit) => debtLimitChange(parts, forget, { merchantId, ...limit }),
    rotateKeyIn: (tx, merchantId, { publicKey, graceMs }) =>
      rotateKey(tx, { merchantId, publicKey, graceMs, now: clock.now() }),
    async rotateKey(merchantId, publicKey, graceMs) {
      const now = clock.now();
      const version = await database.transaction((tx) =>
        rotateKey(tx, { merchantId, publicKey, graceMs, now }),
      );
      forget();
      return version;
    },
  };
}

async function signUp(
  { keys, clock }: MerchantsParts,
  tx: Transaction,
  merchant: SignUp & { readonly id: bigint },
): Promise<void> {
  const { id, publicKey, classicSignTypes } = merchant;
  const createdAt = clock.now();
  const classicMd5Key = keys.seal(merchant.classicMd5Key, md5KeyOf(id));
  await insertMerchantRow(tx, { ...merchant, classicMd5Key, createdAt });
  await insertContract(tx, { merchantId: id, contract: merchant.contract, at: createdAt });
  if (publicKey !== null) await insertKeyRow(tx, { merchantId: id, publicKey, createdAt });
  if (classicSignTypes !== undefined) await updateSignTypesRow(tx, id, classicSignTypes);
  await tell(tx, 'merchants');
}

async function debtLimitChange(
  { database, clock }: MerchantsParts,
  forget: () => void,
  limit: { merchantId: bigint; amount: bigint; agreedBy: string },
): Promise<void> {
  if (limit.amount < 0n || limit.amount > greatestDebtLimit)
    throw new Rejection('amount-out-of-limits', 'a debt limit is from 0 to 10^15 minor units');
  const row = await selectById(database, limit.merchantId);
  if (row === undefined) throw new Rejection('merchant-unknown');
  const currency = row.settlement_currency;
  await database.transaction(async (tx) => {
    await agreeDebtLimit(tx, { ...limit, currency, at: clock.now() });
    await tell(tx, 'merchants');
  });
  forget();
}

const setLiveFrom: Merchants['setLiveFrom'] = async (tx, merchantId, from) => {
  await updateLiveFromRow(tx, merchantId, from);
  await tell(tx, 'merchants');
};

const setStatusIn: Merchants['setStatusIn'] = async (tx, merchantId, status) => {
  if (!(await updateStatusRow(tx, merchantId, status))) throw new Rejection('merchant-unknown');
  await tell(tx, 'merchants');
};

async function agree(
  tx: Transaction,
  { merchantId, agreed, at }: { merchantId: bigint; agreed: Agreed; at: Date },
): Promise<void> {
  const { notifyUrl, debtLimit, ...contract } = agreed;
  const former = await selectById(tx, merchantId);
  if (former === undefined) throw new Rejection('merchant-unknown');
  if (!(await updateContractRow(tx, { ...contract, merchantId })))
    throw new Rejection('settlement-currency-not-contracted', `it is paid in ${former.settlement_currency}`);
  await updateNotifyUrlRow(tx, merchantId, notifyUrl);
  const { settlementCurrency: currency } = contract;
  if (debtLimit !== former.debt_limit)
    await agreeDebtLimit(tx, { merchantId, currency, amount: debtLimit, agreedBy: 'contract', at });
  await tell(tx, 'merchants');
}

async function rotateKey(
  tx: Transaction,
  of: { merchantId: bigint; publicKey: string; graceMs: number; now: Date },
): Promise<number> {
  const { merchantId, publicKey, graceMs, now } = of;
  publicKeyOf(publicKey);
  const added = await insertKeyRow(tx, { merchantId, publicKey, createdAt: now });
  await tell(tx, 'merchants');
  await retireKeyRows(tx, { merchantId, before: added, retiresAt: new Date(now.getTime() + graceMs) });
  return added;
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
