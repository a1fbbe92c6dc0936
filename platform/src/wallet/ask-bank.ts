// Asking the bank, outside any transaction, until its answer is known: first the order itself, afterwards what became
// of it. What is known is recorded once, with its entry; what is not known is asked again later.
import { lockBalances, recordEntries, releaseHold, settleHold } from '../ledger/index.ts';
import type { BankAnswer } from './bank.ts';
import { bankReference, beginWithinMs, type CardTransfer, waitAfter } from './card-transfer.ts';
import type { WalletParts } from './parts.ts';
import { transferPostings } from './postings.ts';
import { finishTransferRow, lockTransfer, selectDueTransfers, selectTransfer, takeAskRow } from './store.ts';

type Outcome = { readonly approved: true } | { readonly approved: false; readonly refusal: string };

/**
 * Asks the bank about one transfer, if it is pending and its time has come; otherwise does nothing. Never throws for
 * a bank that fails: the transfer stays pending and is due again after `waitAfter`.
 */
export async function askBank(parts: WalletParts, transferId: bigint): Promise<void> {
  const { database, clock } = parts;
  const transfer = await selectTransfer(database, transferId);
  const now = clock.now();
  if (transfer === null || transfer.status !== 'pending' || transfer.nextAskAt > now) return;
  const { attempts } = transfer;
  const nextAskAt = new Date(now.getTime() + waitAfter(attempts + 1));
  // The next time is written before the bank is asked: a process that dies meanwhile leaves a transfer that is due.
  if (!(await takeAskRow(database, { id: transferId, attempts, now, nextAskAt }))) return;
  let outcome: Outcome | null;
  try {
    outcome = await ask(parts, transfer);
  } catch (error) {
    parts.onBankFailed(error, transfer);
    return;
  }
  await finish(parts, transfer, outcome);
}

async function ask(parts: WalletParts, transfer: CardTransfer): Promise<Outcome> {
  const { bank, clock } = parts;
  const reference = bankReference(transfer.kind, transfer.id);
  if (transfer.attempts > 0) {
    const found = await bank.query({ bank: transfer.card.bank, reference });
    if (found.outcome !== 'unknown-reference') return outcomeOf(found);
    if (clock.now().getTime() - transfer.createdAt.getTime() >= beginWithinMs) {
      return { approved: false, refusal: 'bank-unavailable' };
    }
  }
  const { amount, card } = transfer;
  const request = { bank: card.bank, cardToken: card.token, amount, reference };
  return outcomeOf(await (transfer.kind === 'top-up' ? bank.debit(request) : bank.credit(request)));
}

const outcomeOf = (answer: BankAnswer): Outcome =>
  answer.outcome === 'approved' ? { approved: true } : { approved: false, refusal: answer.reason };

/** Records what the bank decided, unless it has been recorded. */
async function finish(parts: WalletParts, asked: CardTransfer, outcome: Outcome): Promise<void> {
  const { database, clock, ids, house } = parts;
  const finishedAt = clock.now();
  const { currency, amount } = asked.amount;
  const clearing = await house.open('card-clearing', currency, finishedAt, asked.card.bank);
  const entryId = await ids.one();
  await database.transaction(async (tx) => {
    const transfer = await lockTransfer(tx, asked.id);
    if (transfer === null || transfer.status !== 'pending') return;
    const { id, kind, holdId, customerId, account } = transfer;
    const hold = { id: holdId, endedAt: finishedAt };
    // Customers' balances are locked before the ledger's gate, by everybody: the other order could deadlock.
    await lockBalances(tx, [account]);
    if (!outcome.approved) {
      if (kind === 'withdrawal') await releaseHold(tx, hold);
      await finishTransferRow(tx, {
        id,
        status: 'failed',
        refusal: outcome.refusal,
        entryId: 0n,
        finishedAt,
      });
      return;
    }
    await finishTransferRow(tx, { id, status: 'succeeded', refusal: null, entryId, finishedAt });
    if (kind === 'withdrawal') await settleHold(tx, hold);
    const postings = transferPostings(kind, { wallet: account, clearing, amount });
    await recordEntries(tx, [
      { id: entryId, kind, payerId: customerId, subjectId: id, occurredAt: finishedAt, postings },
    ]);
  });
}

/** Asks about all transfers whose time has come, at most `limit`, one after the other; answers how many there were. */
export async function askDue(parts: WalletParts, limit: number): Promise<number> {
  const due = await selectDueTransfers(parts.database, parts.clock.now(), limit);
  for (const id of due) await askBank(parts, id);
  return due.length;
}
