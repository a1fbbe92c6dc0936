// All SQL of the merchants room.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { ClassicSignType, NotificationTarget, RateRule } from './merchant.ts';

export interface AccessRow {
  readonly id: bigint;
  readonly client_id: string;
  readonly partner: string;
  /** Sealed (system/keys.ts). */
  readonly classic_md5_key: string;
  readonly classic_sign_types: ClassicSignType[];
  readonly notification_target: NotificationTarget;
  readonly name: string;
  readonly display_name: string;
  readonly region: string;
  readonly status: 'active' | 'suspended';
  readonly notify_url: string | null;
  readonly settlement_currency: string;
  readonly payment_currencies: string[];
  readonly rate_rule: RateRule;
  readonly settlement_spread_bps: number;
  readonly fee_bps: number;
  readonly spread_bps: number;
  readonly returns_fee: boolean;
  readonly regions: string[];
  readonly calendar: string;
  readonly time_zone: string;
  readonly min_amount: bigint;
  readonly max_amount: bigint;
  readonly refund_window_days: number;
  readonly debt_limit: bigint;
  readonly queues_refunds: boolean;
  readonly quote_life_s: number;
  readonly live_from: Date;
  readonly pending_account: bigint;
  readonly keys: {
    version: number;
    public_key: string;
    status: 'active' | 'retired';
    retires_at: string | null;
  }[];
}

const accessColumns = `m.id, m.client_id, m.partner, m.classic_md5_key, m.classic_sign_types, m.notification_target, m.name, m.display_name, m.region, m.status, m.notify_url,
  c.settlement_currency, c.payment_currencies, c.rate_rule, c.settlement_spread_bps, c.fee_bps, c.spread_bps, c.returns_fee, c.regions, c.calendar,
  c.time_zone, c.min_amount, c.max_amount, c.refund_window_days, c.quote_life_s, c.debt_limit, c.queues_refunds,
  c.live_from, c.pending_account,
  coalesce((SELECT jsonb_agg(jsonb_build_object('version', k.version, 'public_key', k.public_key,
    'status', k.status, 'retires_at', k.retires_at)) FROM merchants.key k WHERE k.merchant_id = m.id), '[]') AS keys`;

const byClientId = statement(
  'merchants.by-client-id',
  `SELECT ${accessColumns} FROM merchants.merchant m JOIN merchants.contract c ON c.merchant_id = m.id
   WHERE m.client_id = $1`,
);
const byPartner = statement(
  'merchants.by-partner',
  `SELECT ${accessColumns} FROM merchants.merchant m JOIN merchants.contract c ON c.merchant_id = m.id
   WHERE m.partner = $1`,
);
const byId = statement(
  'merchants.by-id',
  `SELECT ${accessColumns} FROM merchants.merchant m JOIN merchants.contract c ON c.merchant_id = m.id WHERE m.id = $1`,
);
const all = statement(
  'merchants.all',
  `SELECT ${accessColumns} FROM merchants.merchant m JOIN merchants.contract c ON c.merchant_id = m.id
   ORDER BY m.id LIMIT 1000`,
);

export const selectByClientId = async (
  connection: Connection,
  clientId: string,
): Promise<AccessRow | undefined> => (await connection.query<AccessRow>(byClientId, [clientId]))[0];
export const selectByPartner = async (
  connection: Connection,
  partner: string,
): Promise<AccessRow | undefined> => (await connection.query<AccessRow>(byPartner, [partner]))[0];
export const selectById = async (connection: Connection, id: bigint): Promise<AccessRow | undefined> =>
  (await connection.query<AccessRow>(byId, [id]))[0];
export const selectAll = (connection: Connection): Promise<AccessRow[]> => connection.query<AccessRow>(all);

const suspended = statement(
  'merchants.suspended',
  `SELECT id FROM merchants.merchant WHERE id = ANY($1::bigint[]) AND status <> 'active'`,
);
/** Which of them may not take money now. */
export async function selectSuspended(connection: Connection, ids: readonly bigint[]): Promise<Set<bigint>> {
  const rows = await connection.query<{ id: bigint }>(suspended, [[...new Set(ids)]]);
  return new Set(rows.map(({ id }) => id));
}

const updateStatus = statement(
  'merchants.update-status',
  'UPDATE merchants.merchant SET status = $2 WHERE id = $1 RETURNING id',
);
export const updateStatusRow = async (
  tx: Transaction,
  id: bigint,
  status: AccessRow['status'],
): Promise<boolean> => (await tx.query(updateStatus, [id, status])).length === 1;

const updateNotificationTarget = statement(
  'merchants.update-notification-target',
  'UPDATE merchants.merchant SET notification_target = $2 WHERE id = $1 RETURNING id',
);
/** False when there is no such merchant. */
export const updateNotificationTargetRow = async (
  tx: Transaction,
  id: bigint,
  target: NotificationTarget,
): Promise<boolean> => (await tx.query(updateNotificationTarget, [id, target])).length === 1;

const updateSignTypes = statement(
  'merchants.update-classic-sign-types',
  'UPDATE merchants.merchant SET classic_sign_types = $2::text[] WHERE id = $1 RETURNING id',
);
export const updateSignTypesRow = async (
  tx: Transaction,
  id: bigint,
  types: readonly ClassicSignType[],
): Promise<boolean> => (await tx.query(updateSignTypes, [id, types])).length === 1;

const insertMerchant = statement(
  'merchants.insert-merchant',
  `INSERT INTO merchants.merchant
     (id, client_id, partner, classic_md5_key, name, display_name, region, status, notify_url, created_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, 'active', $8, $9)`,
);
const unsealedMd5Keys = statement(
  'merchants.unsealed-md5-keys',
  `SELECT id, classic_md5_key FROM merchants.merchant WHERE classic_md5_key NOT LIKE 'sealed.%' FOR UPDATE`,
);
/** MD5 keys of releases that kept them as they are. */
export const selectUnsealedMd5Keys = (tx: Transaction): Promise<{ id: bigint; classic_md5_key: string }[]> =>
  tx.query(unsealedMd5Keys);
const setMd5Key = statement(
  'merchants.set-md5-key',
  'UPDATE merchants.merchant SET classic_md5_key = $2 WHERE id = $1',
);
export const writeMd5Key = (tx: Transaction, id: bigint, sealed: string): Promise<unknown> =>
  tx.query(setMd5Key, [id, sealed]);

const insertContract = statement(
  'merchants.insert-contract',
  `INSERT INTO merchants.contract (merchant_id, settlement_currency, payment_currencies, fee_bps, spread_bps,
     returns_fee, regions, calendar, time_zone, min_amount, max_amount, refund_window_days, quote_life_s, live_from, pending_account,
     queues_refunds, rate_rule, settlement_spread_bps)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
);
const insertKey = statement(
  'merchants.insert-key',
  `INSERT INTO merchants.key (merchant_id, version, public_key, status, created_at) VALUES ($1, $2, $3, 'active', $4)`,
);
const retireKeys = statement(
  'merchants.retire-keys',
  `UPDATE merchants.key SET status = 'retired', retires_at = $3
   WHERE merchant_id = $1 AND version < $2 AND status = 'active'`,
);
const nextVersion = statement(
  'merchants.next-key-version',
  'SELECT coalesce(max(version), 0) + 1 AS version FROM merchants.key WHERE merchant_id = $1',
);

export interface NewMerchant {
  readonly id: bigint;
  readonly clientId: string;
  readonly partner: string;
  /** Sealed. */
  readonly classicMd5Key: string;
  readonly name: string;
  readonly displayName: string;
  readonly region: string;
  readonly notifyUrl: string | null;
  readonly createdAt: Date;
}
export async function insertMerchantRow(tx: Transaction, m: NewMerchant): Promise<void> {
  const values = [m.id, m.clientId, m.partner, m.classicMd5Key, m.name, m.displayName, m.region, m.notifyUrl];
  await tx.query(insertMerchant, [...values, m.createdAt]);
}

export interface NewContract {
  readonly merchantId: bigint;
  readonly settlementCurrency: string;
  readonly paymentCurrencies: readonly string[];
  readonly rateRule: RateRule;
  readonly settlementSpreadBps: number;
  readonly feeBps: number;
  readonly spreadBps: number;
  readonly returnsFee: boolean;
  readonly regions: readonly string[];
  readonly calendar: string;
  readonly timeZone: string;
  readonly minAmount: bigint;
  readonly maxAmount: bigint;
  readonly refundWindowDays: number;
  readonly quoteLifeMs: number;
  readonly liveFrom: Date;
  readonly pendingAccount: bigint;
  readonly queuesRefunds: boolean;
}
export async function insertContractRow(tx: Transaction, c: NewContract): Promise<void> {
  await tx.query(insertContract, [
    c.merchantId,
    c.settlementCurrency,
    c.paymentCurrencies,
    c.feeBps,
    c.spreadBps,
    c.returnsFee,
    c.regions,
    c.calendar,
    c.timeZone,
    c.minAmount,
    c.maxAmount,
    c.refundWindowDays,
    Math.floor(c.quoteLifeMs / 1000),
    c.liveFrom,
    c.pendingAccount,
    c.queuesRefunds,
    c.rateRule,
    c.settlementSpreadBps,
  ]);
}

const updateContract = statement(
  'merchants.update-contract',
  `UPDATE merchants.contract SET payment_currencies = $2, fee_bps = $3, spread_bps = $4, returns_fee = $5, regions = $6,
     calendar = $7, time_zone = $8, min_amount = $9, max_amount = $10, refund_window_days = $11, quote_life_s = $12,
     queues_refunds = $13, settlement_spread_bps = $14
   WHERE merchant_id = $1 AND settlement_currency = $15 RETURNING merchant_id`,
);
/** False where there is no such merchant, or one that is paid in another currency. */
export const updateContractRow = async (
  tx: Transaction,
  c: Omit<NewContract, 'liveFrom' | 'pendingAccount' | 'rateRule'>,
): Promise<boolean> => {
  const values = [
    c.merchantId,
    c.paymentCurrencies,
    c.feeBps,
    c.spreadBps,
    c.returnsFee,
    c.regions,
    c.calendar,
  ];
  const rest = [c.timeZone, c.minAmount, c.maxAmount, c.refundWindowDays, Math.floor(c.quoteLifeMs / 1000)];
  const last = [c.queuesRefunds, c.settlementSpreadBps, c.settlementCurrency];
  return (await tx.query(updateContract, [...values, ...rest, ...last])).length === 1;
};

const updateNotifyUrl = statement(
  'merchants.update-notify-url',
  'UPDATE merchants.merchant SET notify_url = $2 WHERE id = $1',
);
export const updateNotifyUrlRow = (tx: Transaction, id: bigint, url: string | null): Promise<unknown> =>
  tx.query(updateNotifyUrl, [id, url]);

const updateLiveFrom = statement(
  'merchants.update-live-from',
  'UPDATE merchants.contract SET live_from = $2 WHERE merchant_id = $1',
);
export const updateLiveFromRow = (tx: Transaction, id: bigint, from: Date): Promise<unknown> =>
  tx.query(updateLiveFrom, [id, from]);

const insertDebtLimit = statement(
  'merchants.insert-debt-limit',
  `WITH agreed AS (
     UPDATE merchants.contract SET debt_limit = $2 WHERE merchant_id = $1 RETURNING merchant_id
   )
   INSERT INTO merchants.debt_limit (merchant_id, number, amount, agreed_at, agreed_by)
   SELECT merchant_id, (SELECT count(*) + 1 FROM merchants.debt_limit WHERE merchant_id = $1), $2, $3, $4 FROM agreed
   RETURNING number`,
);
/** The newest agreement; false where there is no such merchant. */
export const insertDebtLimitRow = async (
  tx: Transaction,
  of: { merchantId: bigint; amount: bigint; agreedAt: Date; agreedBy: string },
): Promise<boolean> =>
  (await tx.query(insertDebtLimit, [of.merchantId, of.amount, of.agreedAt, of.agreedBy])).length === 1;

export async function insertKeyRow(
  tx: Transaction,
  key: { merchantId: bigint; publicKey: string; createdAt: Date },
): Promise<number> {
  const [{ version }] = (await tx.query<{ version: number }>(nextVersion, [key.merchantId])) as [
    { version: number },
  ];
  await tx.query(insertKey, [key.merchantId, version, key.publicKey, key.createdAt]);
  return version;
}
export const retireKeyRows = (
  tx: Transaction,
  key: { merchantId: bigint; before: number; retiresAt: Date },
): Promise<unknown> => tx.query(retireKeys, [key.merchantId, key.before, key.retiresAt]);
