// The export of the books: one JSON object a line, in one consistent snapshot, written page by page. Amounts are
// strings of minor units. What an independent verifier needs, and no personal data: owners are numbers.
import type { Database } from '../database/index.ts';
import { readAccountPage, readEntryPage } from '../ledger/index.ts';
import { readEvents, readPaymentPage, readRefundsOfPayments } from '../payments/index.ts';

const pageSize = 2_000;
export const exportFormat = 'tongbao-books/1';

/** Yields the lines of the export without their line ends. The last line counts the others. */
export async function exportLines(
  options: { database: Database; exportedAt: Date },
  write: (line: string) => Promise<void>,
): Promise<void> {
  let lines = 0;
  const put = async (record: object) => {
    lines += 1;
    await write(
      JSON.stringify(record, (_key, value) => (typeof value === 'bigint' ? value.toString() : value)),
    );
  };
  await put({ type: 'header', format: exportFormat, exportedAt: options.exportedAt.toISOString() });
  await options.database.snapshot(async (tx) => {
    await pages(
      (after) => readAccountPage(tx, after, pageSize),
      async (accounts) => {
        for (const { owner_id, ...account } of accounts)
          await put({ type: 'account', ...account, owner: owner_id });
      },
    );
    await pages(
      (after) => readEntryPage(tx, after, pageSize),
      async (entries) => {
        for (const entry of entries) await put({ type: 'entry', ...entry });
      },
    );
    await pages(
      (after) => readPaymentPage(tx, after, pageSize),
      async (payments) => {
        const ids = payments.map((payment) => payment.id);
        for (const { order: _order, requestId: _requestId, ...payment } of payments)
          await put({ type: 'payment', ...payment });
        for (const event of await readEvents(tx, ids)) await put({ type: 'event', ...event });
        for (const {
          metadata: _metadata,
          reason: _reason,
          notifyUrl: _url,
          ...refund
        } of await readRefundsOfPayments(tx, ids)) {
          await put({ type: 'refund', ...refund });
        }
      },
    );
  });
  await put({ type: 'end', lines });
}

async function pages<Row extends { id: bigint }>(
  read: (after: bigint) => Promise<Row[]>,
  use: (rows: Row[]) => Promise<void>,
): Promise<void> {
  for (let after = 0n; ; ) {
    const rows = await read(after);
    if (rows.length === 0) return;
    await use(rows);
    after = rows.at(-1)!.id;
  }
}
