// Accounts of those who receive shares of orders: shared by all merchants that name the same receiver, and so many for each.
import { type Database, statement } from '../database/index.ts';
import { openHouseAccount } from '../ledger/index.ts';
import { Rejection } from '../rejection.ts';

/** An account stays for ever: what a merchant may name has an end. */
export const mostReceivers = 200n;

const findStatement = statement(
  'payments.find-share-receiver',
  `SELECT (SELECT account_id FROM payments.share_receiver WHERE merchant_id = $1 AND receiver = $2 AND currency = $3) AS account,
     (SELECT count(*) FROM payments.share_receiver WHERE merchant_id = $1) AS named`,
);
const insertStatement = statement(
  'payments.insert-share-receiver',
  `INSERT INTO payments.share_receiver (merchant_id, receiver, currency, account_id) VALUES ($1, $2, $3, $4)
   ON CONFLICT DO NOTHING`,
);

/** The receiver's account, opened when the merchant first names it. Rejections: receivers-too-many. */
export async function shareAccountOf(
  database: Database,
  of: { merchantId: bigint; receiver: string; currency: string; at: Date },
): Promise<bigint> {
  const { merchantId, receiver, currency, at } = of;
  const found = await database.query<{ account: bigint | null; named: bigint }>(findStatement, [
    merchantId,
    receiver,
    currency,
  ]);
  const { account, named } = found[0]!;
  if (account !== null) return account;
  if (named >= mostReceivers)
    throw new Rejection(
      'receivers-too-many',
      `a merchant names at most ${mostReceivers} receivers of shares`,
    );
  return database.transaction(async (tx) => {
    const opened = await openHouseAccount(tx, {
      kind: 'share-receiver',
      currency,
      part: receiver,
      createdAt: at,
    });
    await tx.query(insertStatement, [merchantId, receiver, currency, opened]);
    return opened;
  });
}
