// SQL of secondary merchants and of counted downloads.
import { type Connection, statement } from '../database/index.ts';
import type { SecondaryMerchant } from './secondary-merchants.ts';

interface Row {
  merchant_id: bigint;
  secondary_id: string;
  name: string;
  industry: string;
  facts: Record<string, unknown>;
}
const merchantOf = (row: Row): SecondaryMerchant => ({
  merchantId: row.merchant_id,
  secondaryId: row.secondary_id,
  name: row.name,
  industry: row.industry,
  facts: row.facts,
});

const upsert = statement(
  'merchants.maintain-secondary',
  `INSERT INTO merchants.secondary_merchant AS s (merchant_id, secondary_id, name, industry, facts, created_at, changed_at)
   VALUES ($1, $2, $3, $4, $5, $6, $6)
   ON CONFLICT (merchant_id, secondary_id)
     DO UPDATE SET name = $3, facts = s.facts || $5::jsonb, changed_at = $6
   RETURNING merchant_id, secondary_id, name, industry, facts`,
);
export async function upsertSecondary(
  connection: Connection,
  m: SecondaryMerchant & { at: Date },
): Promise<SecondaryMerchant> {
  const values = [m.merchantId, m.secondaryId, m.name, m.industry, JSON.stringify(m.facts), m.at];
  return merchantOf((await connection.query<Row>(upsert, values))[0]!);
}

const byId = statement(
  'merchants.secondary-by-id',
  `SELECT merchant_id, secondary_id, name, industry, facts FROM merchants.secondary_merchant
   WHERE merchant_id = $1 AND secondary_id = $2`,
);
export async function selectSecondary(
  connection: Connection,
  merchantId: bigint,
  secondaryId: string,
): Promise<SecondaryMerchant | null> {
  const [row] = await connection.query<Row>(byId, [merchantId, secondaryId]);
  return row === undefined ? null : merchantOf(row);
}

const count = statement(
  'merchants.count-download',
  `INSERT INTO merchants.download AS d (merchant_id, file, day, count) VALUES ($1, $2, $3, 1)
   ON CONFLICT (merchant_id, file, day) DO UPDATE SET count = d.count + 1 RETURNING count`,
);
export async function countDownload(
  connection: Connection,
  download: { merchantId: bigint; file: string; day: string },
): Promise<number> {
  const [row] = await connection.query<{ count: number }>(count, [
    download.merchantId,
    download.file,
    download.day,
  ]);
  return row!.count;
}
