// Asking the bank, outside any transaction, until its answer is known: first the order itself, afterwards what became
// of it. An answer decides the transfer that it names, once; each one is kept. What is not known is asked again later.
import { quarantine, type Transaction } from '../database/index.ts';
import { lockBalances, recordEntries, releaseHold, settleHold } from '../ledger/index.ts';
import type { Timer } from '../system/index.ts';
import { type BankAnswer, type DebitAnswer, putToShopper, type StepUp } from './bank.ts';
import { answerRows, effectOf, type HeardAnswer, outcomeOf } from './bank-answer-store.ts';
import { bankReference, beginWithinMs, type CardTransfer, waitAfter } from './card-transfer.ts';
import type { WalletParts } from './parts.ts';
import { transferPostings } from './postings.ts';
import { refuseReturnRow } from './return-store.ts';
import { cardReturn, recordReturn, unwantedEntry } from './return-to-card.ts';
import { heardStepUp, isOver, nextLookAt } from './step-up.ts';
import { readStepUps, writeStepUp } from './step-up-store.ts';
import {
  askFromRow,
  finishTransferRow,
  lockTransfer,
  selectDueTransfers,
  selectNextDue,
  selectTransfer,
  takeAskRow,
} from './store.ts';

export const walletTimerName = 'bank questions';

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
  const asked = (await readStepUps(database, [bankReference(transfer)])).get(bankReference(transfer));
  let answer: DebitAnswer;
  try {
    answer = await ask(parts, transfer, asked !== undefined && isOver(asked, now));
  } catch (error) {
    parts.onBankFailed(error, transfer);
    return;
  }
  await hearAnswer(parts, transfer, answer);
}

/** Records what the bank has said about the transfer as it was asked. */
export const hearAnswer = (parts: WalletParts, asked: CardTransfer, answer: DebitAnswer): Promise<void> =>
  answer.outcome === 'step-up-required'
    ? hearStepUp(parts, asked, answer.stepUp)
    : hear(parts, asked, answer);

/** The bank wants to hear from the shopper first: the transfer waits, and is asked about again at the end of their time. */
async function hearStepUp(parts: WalletParts, asked: CardTransfer, asks: StepUp): Promise<void> {
  const { database, clock } = parts;
  const reference = bankReference(asked);
  await database.transaction(async (tx) => {
    const transfer = await lockTransfer(tx, asked.id);
    if (transfer?.status !== 'pending' || transfer.round !== asked.round) return;
    const now = clock.now();
    const former = (await readStepUps(tx, [reference])).get(reference);
    const of = { reference, bank: asked.card.bank, customerId: asked.customerId, endsAt: null };
    const stepUp = heardStepUp(former, of, { asks, now });
    await writeStepUp(tx, stepUp);
    await askFromRow(tx, { id: asked.id, at: nextLookAt(stepUp, now) });
  });
}

async function ask(parts: WalletParts, transfer: CardTransfer, isTimeOver: boolean): Promise<DebitAnswer> {
  const { bank, clock, returnUrl } = parts;
  const reference = bankReference(transfer);
  const key = { bank: transfer.card.bank, reference };
  const mayAsk = returnUrl !== undefined && !isTimeOver;
  if (transfer.attempts > 0) {
    const found = await bank.query(key);
    if (found.outcome !== 'unknown-reference') return putToShopper({ bank, mayAsk }, key, found);
    if (isTimeOver) return { outcome: 'declined', reason: 'step-up-expired' };
    const age = clock.now().getTime() - transfer.createdAt.getTime();
    // What is to go back to a card goes back, however late.
    if (transfer.kind !== 'return' && age >= beginWithinMs)
      return { outcome: 'declined', reason: 'bank-unavailable' };
  }
  const { amount, card } = transfer;
  const request = { ...key, cardToken: card.token, amount };
  if (transfer.kind !== 'top-up') return bank.credit(request);
  const stepUp = returnUrl === undefined ? {} : { stepUp: { returnUrl: returnUrl(transfer.id) } };
  return putToShopper({ bank, mayAsk }, key, await bank.debit({ ...request, ...stepUp }));
}

interface Facts {
  readonly now: Date;
  readonly entryId: bigint;
  readonly returnId: bigint;
  readonly clearing: bigint;
  /** Where money waits that is given back to a card. */
  readonly returnAccount: bigint;
}

/** Records what the bank decided about the transfer as it was asked; anything but the first answer changes nothing. */
async function hear(parts: WalletParts, asked: CardTransfer, answer: BankAnswer): Promise<void> {
  const { database, clock, ids, house } = parts;
  const now = clock.now();
  const { currency } = asked.amount;
  const [heardId, entryId, returnId] = (await ids.take(3)) as [bigint, bigint, bigint];
  const facts: Facts = {
    ...{ now, entryId, returnId },
    clearing: await house.open('card-clearing', currency, now, asked.card.bank),
    returnAccount: await house.open('card-return', currency, now),
  };
  await database.transaction(async (tx) => {
    const transfer = await lockTransfer(tx, asked.id);
    if (transfer === null) throw new Error(`transfer ${asked.id} is not there`);
    const outcome = outcomeOf(answer);
    const effect = effectOf(outcome, decidedOf(transfer, asked, outcome));
    const heard: HeardAnswer = {
      ...{ id: heardId, bank: asked.card.bank, reference: bankReference(asked) },
      ...{ outcome, effect, heardAt: now },
    };
    await tx.copy([answerRows([heard])]);
    if (effect === 'applied') await apply(tx, { facts, transfer, outcome });
    else if (effect === 'stale') await contradict(tx, { facts, transfer, heard });
  });
}

/** What was decided before about the question as it was asked; null when it is open. */
function decidedOf(transfer: CardTransfer, asked: CardTransfer, outcome: string): string | null {
  // A return is asked in rounds; whatever was decided about a former one was a refusal.
  if (transfer.round !== asked.round) return outcome === 'approved' ? 'refused' : outcome;
  if (transfer.status === 'pending') return null;
  return transfer.status === 'succeeded' ? 'approved' : transfer.refusal;
}

async function apply(
  tx: Transaction,
  { facts, transfer, outcome }: { facts: Facts; transfer: CardTransfer; outcome: string },
): Promise<void> {
  const { id, kind, holdId, customerId, account, amount } = transfer;
  const finishedAt = facts.now;
  const hold = { id: holdId, endedAt: finishedAt };
  // Customers' balances are locked before the ledger's gate, by everybody: the other order could deadlock.
  if (kind !== 'return') await lockBalances(tx, [account]);
  if (outcome === 'approved') {
    const { entryId, clearing } = facts;
    await finishTransferRow(tx, { id, status: 'succeeded', refusal: null, entryId, finishedAt });
    if (kind === 'withdrawal') await settleHold(tx, hold);
    const postings = transferPostings(kind, { wallet: account, clearing, amount: amount.amount });
    const of = { id: entryId, payerId: customerId, subjectId: id, occurredAt: finishedAt, postings };
    await recordEntries(tx, [{ ...of, kind: kind === 'return' ? 'debit-returned' : kind }]);
  } else if (kind === 'return') {
    await refuseReturnRow(tx, { id, refusal: outcome, at: finishedAt });
    const reason = `the bank refused to give back ${transfer.requestId}: ${outcome}`;
    await quarantine(tx, { timer: walletTimerName, item: id.toString(), reason, at: finishedAt });
  } else {
    if (kind === 'withdrawal') await releaseHold(tx, hold);
    await finishTransferRow(tx, { id, status: 'failed', refusal: outcome, entryId: 0n, finishedAt });
  }
}

/**
 * The bank says something else than what was decided. A top-up that failed and that the bank made all the same goes back
 * to the card; anything else is an operator's to look at.
 */
async function contradict(
  tx: Transaction,
  { facts, transfer, heard }: { facts: Facts; transfer: CardTransfer; heard: HeardAnswer },
): Promise<void> {
  const { reference, outcome } = heard;
  if (transfer.kind !== 'top-up' || outcome !== 'approved') {
    const reason = `the bank answers ${outcome} to what was decided as ${transfer.refusal ?? 'approved'}`;
    await quarantine(tx, { timer: walletTimerName, item: reference, reason, at: facts.now });
    return;
  }
  const { card, amount } = transfer;
  const debit = { id: facts.returnId, card, reference, amount, account: facts.returnAccount, at: facts.now };
  const returned = cardReturn(debit);
  if (await recordReturn(tx, returned))
    await recordEntries(tx, [unwantedEntry(returned, { id: facts.entryId, clearing: facts.clearing })]);
}

const perRun = 100;
const atOnce = 4;

/** Asks about transfers whose time has come, at most 100 a run. */
export function askingTimer(parts: WalletParts): Timer {
  const { database, isolation } = parts;
  return {
    name: walletTimerName,
    nextDueAt: async () => selectNextDue(database, await isolation.held(walletTimerName)),
    async run(now) {
      const except = await isolation.held(walletTimerName);
      const due = await selectDueTransfers(database, { by: now, except, limit: perRun });
      return isolation.each(walletTimerName, due, {
        key: (id) => id.toString(),
        work: (id) => askBank(parts, id),
        parallel: atOnce,
      });
    },
  };
}
