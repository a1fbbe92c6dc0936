// payout: closed batches become one pain.001 for each currency; what the bank answers makes them paid, or payable
// again. A batch leaves once: its next attempt can exist only after the bank has rejected the one before.
import type { Transaction } from '../database/index.ts';
import { type Entry, recordEntries } from '../ledger/index.ts';
import { localDayOf } from '../system/index.ts';
import { assertStep } from './batch.ts';
import { type CreditTransfer, writePain001 } from './pain001.ts';
import { readPain002, type TransferStatus } from './pain002.ts';
import { accountsOf, type SettlementParts } from './parts.ts';
import {
  answerPayoutRow,
  type DueBatch,
  insertDocumentRow,
  insertMessageRow,
  insertPayoutRow,
  lockDueBatches,
  lockOpenPayout,
  markMessageSent,
  readLastCursor,
  readUnsent,
  tryMessageLater,
} from './payout-store.ts';
import { instructPostings, paidPostings, rejectedPostings } from './postings.ts';

export const endToEndIdOf = (batchId: bigint, attempt: number): string => `${batchId}-${attempt}`;

const payoutsAtOnce = 500;
const messagesAtOnce = 20;
const documentsAtOnce = 100;
/** A message that could not be handed in goes again after as long as it has waited, within these limits. */
const retryMs = { least: 60_000, most: 3_600_000 };
const debtorName = 'Tongbao Settlement';

/** Books what is due as in transit and writes the messages; then sends what is unsent. Answers how many of both. */
export async function payDue(parts: SettlementParts, now: Date): Promise<number> {
  const instructed = await parts.database.transaction(async (tx) => {
    const due = await lockDueBatches(tx, now, payoutsAtOnce);
    const entries: Entry[] = [];
    for (const currency of new Set(due.map((batch) => batch.currency))) {
      const batches = due.filter((batch) => batch.currency === currency);
      entries.push(...(await instruct(parts, tx, { currency, batches, now })));
    }
    await recordEntries(tx, entries);
    return due.length;
  });
  return instructed + (await sendUnsent(parts, now));
}

async function instruct(
  parts: SettlementParts,
  tx: Transaction,
  of: { currency: string; batches: readonly DueBatch[]; now: Date },
): Promise<Entry[]> {
  const [messageId, ...entryIds] = (await parts.ids.take(of.batches.length + 1)) as [bigint, ...bigint[]];
  const ours = parts.bank.accountFor(of.currency);
  const xml = writePain001({
    messageId: `TB${messageId}`,
    createdAt: of.now,
    executionDay: localDayOf(of.now, 'UTC'),
    currency: of.currency,
    debtorName,
    debtorAccount: ours.number,
    debtorBic: ours.bic,
    transfers: of.batches.map(transferOf),
  });
  await insertMessageRow(tx, { id: messageId, currency: of.currency, createdAt: of.now, xml });
  const entries: Entry[] = [];
  for (const [index, batch] of of.batches.entries()) {
    assertStep(batch.status, 'IN_TRANSIT');
    const entryId = entryIds[index]!;
    await insertPayoutRow(tx, { batch, messageId, entryId });
    const accounts = await accountsOf(parts, tx, { merchantId: batch.merchant_id, currency: of.currency });
    entries.push({
      id: entryId,
      kind: 'payout',
      payerId: 0n,
      subjectId: batch.id,
      occurredAt: of.now,
      postings: instructPostings(batch.net, accounts),
    });
  }
  return entries;
}

const transferOf = (batch: DueBatch): CreditTransfer => ({
  endToEndId: endToEndIdOf(batch.id, batch.attempts + 1),
  amount: batch.net,
  creditorName: batch.account_name,
  creditorAccount: batch.account_number,
  creditorBic: batch.bank_bic,
  remittance: `Settlement ${batch.settlement_day} batch ${batch.id}`,
});

async function sendUnsent(parts: SettlementParts, now: Date): Promise<number> {
  let sent = 0;
  for (const { id, xml, created_at } of await readUnsent(parts.database, now, messagesAtOnce)) {
    try {
      await parts.bank.submit({ messageId: `TB${id}`, xml });
      await markMessageSent(parts.database, id, now);
      sent += 1;
    } catch (error) {
      // Unknown is not failed: the same message goes again, and the bank knows it by its id.
      parts.onBankFailed(error);
      const waited = now.getTime() - created_at.getTime();
      const pause = Math.min(retryMs.most, Math.max(retryMs.least, waited));
      await tryMessageLater(parts.database, id, new Date(now.getTime() + pause));
    }
  }
  return sent;
}

/** Fetches the bank's documents and books what they say. Answers how many documents were new. */
export async function readBank(parts: SettlementParts, now: Date): Promise<number> {
  const after = await readLastCursor(parts.database);
  const documents = await parts.bank.documents(after, documentsAtOnce);
  for (const document of documents) {
    const statuses = document.kind === 'pain.002' ? statusesOf(parts, document.xml) : [];
    await parts.database.transaction(async (tx) => {
      if (!(await insertDocumentRow(tx, document, now))) return;
      const entries: Entry[] = [];
      for (const status of statuses) {
        const entry = await answer(parts, tx, status, now);
        if (entry !== null) entries.push(entry);
      }
      await recordEntries(tx, entries);
    });
  }
  return documents.length;
}

/** A document that cannot be read is kept and said; it holds up nothing behind it. */
function statusesOf(parts: SettlementParts, xml: string): TransferStatus[] {
  try {
    return readPain002(xml);
  } catch (error) {
    parts.onBankFailed(error);
    return [];
  }
}

async function answer(
  parts: SettlementParts,
  tx: Transaction,
  status: TransferStatus,
  now: Date,
): Promise<Entry | null> {
  const paid = status.status === 'ACSC';
  const named = /^(\d{1,19})-(\d{1,4})$/.exec(status.endToEndId);
  if (named === null || (!paid && status.status !== 'RJCT')) return null;
  const payout = await lockOpenPayout(tx, {
    batchId: BigInt(named[1]!),
    attempt: Number.parseInt(named[2]!, 10),
  });
  if (payout === undefined) return null;
  assertStep('IN_TRANSIT', paid ? 'PAID' : 'REJECTED');
  const accounts = await accountsOf(parts, tx, {
    merchantId: payout.merchant_id,
    currency: payout.currency,
  });
  const entryId = await parts.ids.one();
  const reason = paid ? null : (status.reason ?? 'NARR');
  await answerPayoutRow(tx, { payout, paid, entryId, at: status.at ?? now, reason });
  return {
    id: entryId,
    kind: paid ? 'payout-paid' : 'payout-rejected',
    payerId: 0n,
    subjectId: payout.batch_id,
    occurredAt: now,
    postings: (paid ? paidPostings : rejectedPostings)(payout.amount, accounts),
  };
}
