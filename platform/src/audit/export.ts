// The export of the books: one JSON object a line, in one consistent snapshot, written page by page. Amounts are
// strings of minor units. What an independent verifier needs, and no personal data: owners are numbers.
import type { Database, Transaction } from '../database/index.ts';
import { readAccountPage, readEntryPage, readOpenHoldPage } from '../ledger/index.ts';
import { readExportedEvents, readPaymentPage, readRefundsOfPayments, sharesOf } from '../payments/index.ts';
import {
  readBatchPage,
  readDealPage,
  readExportedLines,
  readPayouts,
  readReservePage,
} from '../settlement/index.ts';
import { exportLog, readSealed } from './export-log.ts';

const pageSize = 2_000;
export const exportFormat = 'tongbao-books/3';

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
    const sealed = await readSealed(tx);
    await pages(
      (after) => readAccountPage(tx, after, pageSize),
      async (accounts) => {
        for (const { owner_id, ...account } of accounts)
          await put({ type: 'account', ...account, owner: owner_id });
      },
    );
    await pages(
      (after) => readOpenHoldPage(tx, after, pageSize),
      async (holds) => {
        for (const hold of holds) await put({ type: 'hold', ...hold });
      },
    );
    await pages(
      (after) => readEntryPage(tx, after, pageSize),
      async (entries) => {
        const leafOf = await sealed.of(
          'entry',
          entries.map((entry) => entry.id),
        );
        for (const entry of entries) await put({ type: 'entry', ...entry, leaf: leafOf(entry.id, 0) });
      },
    );
    await pages(
      (after) => readPaymentPage(tx, after, pageSize),
      async (payments) => {
        const ids = payments.map((payment) => payment.id);
        for (const { order, requestId: _requestId, ...payment } of payments)
          await put({ type: 'payment', ...payment, shares: sharesOf({ ...payment, order }) });
        const leafOf = await sealed.of('event', ids);
        for (const event of await readExportedEvents(tx, ids))
          await put({ type: 'event', ...event, leaf: leafOf(event.paymentId, event.sequence) });
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
    await exportSettlement(tx, put);
    await exportLog(tx, sealed, put);
  });
  await put({ type: 'end', lines });
}

async function exportSettlement(tx: Transaction, put: (record: object) => Promise<void>): Promise<void> {
  await pages(
    (after) => readReservePage(tx, after, pageSize),
    async (reserves) => {
      for (const reserve of reserves) await put({ type: 'reserve', ...reserve });
    },
  );
  await pages(
    (after) => readDealPage(tx, after, pageSize),
    async (deals) => {
      for (const deal of deals) await put({ type: 'deal', ...deal });
    },
  );
  await pages(
    (after) => readBatchPage(tx, after, pageSize),
    async (batches) => {
      for (const batch of batches) {
        await put({ type: 'batch', ...batch });
        for (let after = { source_id: 0n, sequence: -100 }; ; ) {
          const lines = await readExportedLines(tx, { batchId: batch.id, after, limit: pageSize });
          for (const line of lines) await put({ type: 'line', ...line });
          if (lines.length < pageSize) break;
          after = lines.at(-1)!;
        }
      }
      const ids = batches.map((batch) => batch.id);
      for (const payout of await readPayouts(tx, ids)) await put({ type: 'payout', ...payout });
    },
  );
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
