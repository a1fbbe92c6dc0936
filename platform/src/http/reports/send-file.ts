// Files on their way out: which one a path names, streamed from one snapshot.
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Database } from '../../database/index.ts';
import type { Settlement } from '../../settlement/index.ts';
import { inSnapshot } from '../classic-file.ts';
import { compact, filesOf } from './batch-view.ts';
import { type FileOwner, settlementItems, settlementSummary, transactionItems } from './files.ts';

export class FileUnknown extends Error {
  readonly statusCode = 404;
}

/** Streams a file of a merchant. Throws FileUnknown where there is none of that name on that day. */
export async function sendFile(
  parts: { readonly database: Database; readonly settlement: Settlement },
  reply: FastifyReply,
  path: { owner: FileOwner; day: string; name: string },
): Promise<FastifyReply> {
  const { owner } = path;
  const send = (write: Parameters<typeof inSnapshot>[1]) =>
    reply
      .header('content-type', 'text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="${path.name}"`)
      .send(Readable.from(inSnapshot(parts.database, write)));
  const day = `${path.day.slice(0, 4)}-${path.day.slice(4, 6)}-${path.day.slice(6)}`;
  if (path.name === `transactionItems_${path.day}_000.csv` && !Number.isNaN(Date.parse(day)))
    return send((tx) => transactionItems(tx, owner, day));
  const named = /^settlement(Items|Summary)_[A-Z]{3}_(\d{1,19})_000\.csv$/.exec(path.name);
  const batchId = named === null ? 0n : BigInt(named[2]!);
  const [batch] = await parts.settlement.batchesOf({ ...owner, before: batchId + 1n, limit: 1 });
  if (named === null || batch === undefined || batch.id !== batchId || !filesOf(batch).includes(path.name))
    throw new FileUnknown(`there is no file ${path.name} of ${owner.clientId}`);
  if (compact(batch.settlementDay) !== path.day)
    throw new FileUnknown(`${path.name} lies in the folder of ${compact(batch.settlementDay)}`);
  return send((tx) =>
    named[1] === 'Items' ? settlementItems(tx, owner, batch) : settlementSummary(tx, owner, batch),
  );
}
