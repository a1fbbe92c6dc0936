// payout: closed batches become one pain.001 for each currency; what the bank answers makes them paid, or payable
// again. A batch leaves once: its next attempt can exist only after the bank has rejected the one before.
import { isInfrastructureError, quarantine, type Transaction } from '../database/index.ts';
import { type Entry, recordEntries } from '../ledger/index.ts';
import { localDayOf } from '../system/index.ts';
import { answerRows, effectOf, type HeardAnswer } from '../wallet/index.ts';
import type { BankDocument } from './bank.ts';
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
  type LockedPayout,
  lockDueBatches,
  lockPayoutRow,
  markMessageSent,
  readDuePayouts,
  readLastCursor,
  readPayoutsOfMessage,
  readUnapplied,
  readUnsent,
  takeUnapplied,
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

export const payoutTimer = 'settlement payouts';
export const bankTimer = 'settlement bank';

/** Books what is due as in transit and writes the messages; then sends what is unsent. Answers how many of both. */
export async function payDue(parts: SettlementParts, now: Date): Promise<number> {
  const { database, isolation } = parts;
  const except = await isolation.held(payoutTimer);
  const due = await readDuePayouts(database, { by: now, limit: payoutsAtOnce, except });
  return (await payOut(parts, due, now)) + (await sendUnsent(parts, now));
}

/** One message for each currency; where that fails, one for each batch, so that only the one at fault waits. */
async function payOut(parts: SettlementParts, due: readonly bigint[], now: Date): Promise<number> {
  if (due.length === 0) return 0;
  try {
    return await payTogether(parts, due, now);
  } catch (error) {
    if (isInfrastructureError(error)) throw error;
    return parts.isolation.each(payoutTimer, due, {
      key: (id) => id.toString(),
      work: (id) => payTogether(parts, [id], now),
    });
  }
}

const payTogether = (parts: SettlementParts, ids: readonly bigint[], now: Date): Promise<number> =>
  parts.database.batch(async (tx) => {
    const due = await lockDueBatches(tx, now, ids);
    const entries: Entry[] = [];
    for (const currency of new Set(due.map((batch) => batch.currency))) {
      const batches = due.filter((batch) => batch.currency === currency);
      entries.push(...(await instruct(parts, tx, { currency, batches, now })));
    }
    await recordEntries(tx, entries);
    return due.length;
  });

async function instruct(
  parts: SettlementParts,
  tx: Transaction,
  of: { currency: string; batches: readonly DueBatch[]; now: Date },
): Promise<Entry[]> {
  const [messageId, ...entryIds] = (await parts.ids.take(of.batches.length + 1)) as [bigint, ...bigint[]];
  const ours = parts.bank.accountFor(of.currency);
  const xml = writePain001({
    version: ours.initiation,
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
  creditorAddress: batch.account_address,
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

/** Fetches the bank's documents, then books what they say, each by itself. Answers how many were new or booked. */
export async function readBank(parts: SettlementParts, now: Date): Promise<number> {
  const { database, isolation } = parts;
  const documents = await newDocuments(parts, await readLastCursor(database));
  for (const document of documents) await database.batch((tx) => insertDocumentRow(tx, document, now));
  const except = await isolation.held(bankTimer);
  const unapplied = await readUnapplied(database, { except, limit: documentsAtOnce });
  const applied = await isolation.each(bankTimer, unapplied, {
    key: ({ cursor }) => cursor.toString(),
    work: (document) => database.batch((tx) => apply(parts, tx, { document, now })),
  });
  return Math.max(documents.length, applied);
}

/** A bank that is away keeps nobody from what it has said before. */
async function newDocuments(parts: SettlementParts, after: bigint): Promise<readonly BankDocument[]> {
  try {
    return await parts.bank.documents(after, documentsAtOnce);
  } catch (error) {
    parts.onBankFailed(error);
    return [];
  }
}

async function apply(
  parts: SettlementParts,
  tx: Transaction,
  { document, now }: { document: BankDocument; now: Date },
): Promise<void> {
  if (!(await takeUnapplied(tx, document.cursor)) || document.kind !== 'pain.002') return;
  const entries: Entry[] = [];
  const heard: HeardAnswer[] = [];
  for (const status of await eachOf(tx, readPain002(document.xml))) {
    const answered = await hear(parts, tx, { status, now });
    if (answered === null) continue;
    heard.push(answered.heard);
    if (answered.entry !== undefined) entries.push(answered.entry);
  }
  await recordEntries(tx, entries, { alongside: [answerRows(heard)] });
}

/** A status of a whole message is one of each of its payouts that the bank has not decided yet. */
async function eachOf(tx: Transaction, told: readonly TransferStatus[]): Promise<OneStatus[]> {
  const each: OneStatus[] = [];
  for (const status of told) {
    if (status.endToEndId !== null) each.push({ ...status, endToEndId: status.endToEndId });
    else if (isFinal(status)) {
      const message = /^TB(\d{1,18})$/.exec(status.messageId)?.[1];
      const references = message === undefined ? [] : await readPayoutsOfMessage(tx, BigInt(message));
      each.push(...references.map((endToEndId) => ({ ...status, endToEndId })));
    }
  }
  return each;
}

type OneStatus = TransferStatus & { readonly endToEndId: string };

/** ACSC: settled on our account; ACCC: on the creditor's; RJCT: neither will happen. Others decide nothing yet. */
const isPaid = ({ status }: TransferStatus): boolean => status === 'ACSC' || status === 'ACCC';
const isFinal = (status: TransferStatus): boolean => isPaid(status) || status.status === 'RJCT';

/**
 * A final status decides the payout that it names, once; any other answer is kept and changes nothing. One that
 * contradicts what was decided is an operator's to look at. Null for a status that is not final.
 */
async function hear(
  parts: SettlementParts,
  tx: Transaction,
  { status, now }: { status: OneStatus; now: Date },
): Promise<{ heard: HeardAnswer; entry?: Entry } | null> {
  if (!isFinal(status)) return null;
  const paid = isPaid(status);
  const reference = status.endToEndId;
  const named = /^(\d{1,18})-(\d{1,4})$/.exec(reference);
  const payout =
    named === null
      ? undefined
      : await lockPayoutRow(tx, { batchId: BigInt(named[1]!), attempt: Number.parseInt(named[2]!, 10) });
  const reason = paid ? null : (status.reason ?? 'NARR');
  const outcome = reason ?? 'approved';
  const effect = effectOf(outcome, decidedOf(payout));
  const heard = {
    ...{ id: await parts.ids.one(), bank: 'settlement', reference: reference.slice(0, 64) },
    ...{ outcome, effect, heardAt: now },
  };
  if (effect === 'stale') {
    const words = `the bank answers ${outcome} to what was decided as ${decidedOf(payout)}`;
    await quarantine(tx, { timer: bankTimer, item: heard.reference, reason: words, at: now });
  }
  if (effect !== 'applied' || payout === undefined) return { heard };
  assertStep('IN_TRANSIT', paid ? 'PAID' : 'REJECTED');
  const accounts = await accountsOf(parts, tx, {
    merchantId: payout.merchant_id,
    currency: payout.currency,
  });
  const entryId = await parts.ids.one();
  await answerPayoutRow(tx, { payout, paid, entryId, at: status.at ?? now, reason });
  const entry: Entry = {
    id: entryId,
    kind: paid ? 'payout-paid' : 'payout-rejected',
    payerId: 0n,
    subjectId: payout.batch_id,
    occurredAt: now,
    postings: (paid ? paidPostings : rejectedPostings)(payout.amount, accounts),
  };
  return { heard, entry };
}

/** What was decided about a payout before; null while it is in transit. */
function decidedOf(payout: LockedPayout | undefined): string | null {
  if (payout === undefined) return 'unknown';
  if (payout.status === 'in-transit') return null;
  return payout.status === 'paid' ? 'approved' : (payout.reason ?? 'rejected');
}
