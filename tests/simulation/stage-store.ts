// What a world's owner sets before it begins.
import { type Connection, openDatabase, statement } from '../../platform/src/database/index.ts';

const withoutClock = statement('simulation.ids-without-clock', 'UPDATE system.id_clock SET per_second = 0');
/** Ids follow the machine's clock, and a world has to come out the same twice. */
export async function countIdsWithoutClock(ownerUrl: string): Promise<void> {
  const owner = openDatabase({ url: ownerUrl, maxConnections: 1 });
  try {
    await owner.query(withoutClock);
  } finally {
    await owner.close();
  }
}

const quoteLife = statement(
  'simulation.quote-life',
  `UPDATE merchants.contract SET quote_life_s = $2
   WHERE merchant_id = (SELECT id FROM merchants.merchant WHERE client_id = $1)`,
);
/** How long a rate stays locked for a shop's orders. */
export const agreeQuoteLife = (
  connection: Connection,
  { clientId, seconds }: { clientId: string; seconds: number },
): Promise<unknown> => connection.query(quoteLife, [clientId, seconds]);
