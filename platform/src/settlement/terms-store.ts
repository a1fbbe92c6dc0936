// SQL of terms: what was agreed with merchants about settlement, and the account that is paid.
import { type Connection, statement, type Transaction } from '../database/index.ts';
import type { BankAddress, SettlementTerms } from './batch.ts';

interface TermsRow {
  merchant_id: bigint;
  currency: string;
  calendar: string;
  time_zone: string;
  cycle_days: number;
  cut_off_minute: number;
  pay_minute: number;
  min_payout: bigint;
  fixed_fee: bigint;
  refund_fee: bigint;
  tax_bps: number;
  reserve_bps: number;
  reserve_days: number;
  account_name: string;
  account_number: string;
  bank_bic: string;
  account_address: BankAddress | null;
  contract_version: number;
  is_held: boolean;
}

const termsOf = (row: TermsRow): SettlementTerms => ({
  merchantId: row.merchant_id,
  currency: row.currency,
  calendar: row.calendar,
  timeZone: row.time_zone,
  cycleDays: row.cycle_days,
  cutOffMinute: row.cut_off_minute,
  payMinute: row.pay_minute,
  minPayout: row.min_payout,
  fixedFee: row.fixed_fee,
  refundFee: row.refund_fee,
  taxBps: row.tax_bps,
  reserveBps: row.reserve_bps,
  reserveDays: row.reserve_days,
  accountName: row.account_name,
  accountNumber: row.account_number,
  bankBic: row.bank_bic,
  accountAddress: row.account_address,
  contractVersion: row.contract_version,
  isHeld: row.is_held,
});

const defaultTerms = statement(
  'settlement.default-terms',
  `INSERT INTO settlement.terms (merchant_id, currency, calendar, time_zone)
   SELECT merchant_id, currency, calendar, time_zone FROM settlement.party WHERE merchant_id = ANY($1::bigint[])
   ON CONFLICT DO NOTHING`,
);
const termsByMerchant = statement(
  'settlement.terms-by-merchant',
  'SELECT * FROM settlement.terms WHERE merchant_id = ANY($1::bigint[])',
);
/** The merchants' terms; one that has none gets the defaults. */
export async function readTerms(
  connection: Connection,
  merchantIds: readonly bigint[],
): Promise<SettlementTerms[]> {
  await connection.query(defaultTerms, [merchantIds]);
  return (await connection.query<TermsRow>(termsByMerchant, [merchantIds])).map(termsOf);
}

const partyForTerms = statement(
  'settlement.party-for-terms',
  'SELECT merchant_id, currency, calendar, time_zone FROM settlement.party WHERE merchant_id = $1',
);
/** The terms of 0040_settlement.sql for a merchant that nothing was agreed with. */
const usual = {
  ...{ cycle_days: 1, cut_off_minute: 1440, pay_minute: 600, min_payout: 1n, fixed_fee: 0n, refund_fee: 0n },
  ...{ tax_bps: 0, reserve_bps: 0, reserve_days: 0, account_name: '', account_number: '', bank_bic: '' },
  ...{ account_address: null, contract_version: 0, is_held: false },
};
/** One merchant's terms, the usual ones where it has none; nothing is written. Undefined where there is no such merchant. */
export async function selectTerms(
  connection: Connection,
  merchantId: bigint,
): Promise<SettlementTerms | undefined> {
  const [row] = await connection.query<TermsRow>(termsByMerchant, [[merchantId]]);
  if (row !== undefined) return termsOf(row);
  type Party = Pick<TermsRow, 'merchant_id' | 'currency' | 'calendar' | 'time_zone'>;
  const [party] = await connection.query<Party>(partyForTerms, [merchantId]);
  return party === undefined ? undefined : termsOf({ ...usual, ...party });
}

const writeTerms = statement(
  'settlement.write-terms',
  `UPDATE settlement.terms SET cycle_days = $3, cut_off_minute = $4, pay_minute = $5, min_payout = $6, fixed_fee = $7,
     refund_fee = $8, tax_bps = $9, reserve_bps = $10, reserve_days = $11, account_name = $12, account_number = $13,
     bank_bic = $14, account_address = $15, calendar = $16, time_zone = $17, contract_version = $18, is_held = $19
   WHERE merchant_id = $1 AND currency = $2`,
);
export const updateTerms = (tx: Transaction, t: SettlementTerms): Promise<unknown> =>
  tx.query(writeTerms, [
    t.merchantId,
    t.currency,
    t.cycleDays,
    t.cutOffMinute,
    t.payMinute,
    t.minPayout,
    t.fixedFee,
    t.refundFee,
    t.taxBps,
    t.reserveBps,
    t.reserveDays,
    t.accountName,
    t.accountNumber,
    t.bankBic,
    t.accountAddress === null ? null : JSON.stringify(t.accountAddress),
    t.calendar,
    t.timeZone,
    t.contractVersion,
    t.isHeld,
  ]);
