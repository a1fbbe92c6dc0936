// Payouts that need a person: the list of them, and letting one that the bank rejected leave once more.
import { releaseItem, type Transaction } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import type { BatchStatus } from './batch.ts';
import type { SettlementParts } from './parts.ts';
import { payoutTimer } from './payout.ts';
import { lockForRetry, payOnceMore } from './retry-store.ts';

export interface RetryFacts {
  readonly status: BatchStatus;
  /** Whether it leaves by itself at its time. */
  readonly isDue: boolean;
  /** Whether the timer could not work on it and leaves it out. */
  readonly isHeld: boolean;
  /** The bank's reason of the last attempt. */
  readonly refusal: string | null;
  /** Name, number and bank, at the last attempt and now; empty where there is none. */
  readonly formerAccount: string;
  readonly account: string;
}

/** ISO 20022 reasons that say the account itself is wrong: incorrect, closed, blocked, of another name, at no such bank. */
const ofTheAccount = /^(AC\d\d|BE\d\d|RC\d\d)$/;

/** Why it may not leave again now, in words; null: it may. Pure. */
export function retryFault(facts: RetryFacts): string | null {
  if (facts.account === '') return 'the merchant has no bank account: enter it in the contract first';
  if (facts.isHeld) return null;
  if (facts.status === 'PAID') return 'it is paid';
  if (facts.status === 'IN_TRANSIT')
    return 'it is at the bank, which has not answered: nothing is sent twice';
  if (facts.status === 'OPEN') return 'the batch is still open: it leaves after its cut-off';
  if (facts.isDue) return 'it leaves by itself: somebody has let it go already, or its day has not come';
  if (facts.status !== 'REJECTED') return 'it waits for nobody';
  if (facts.refusal !== null && ofTheAccount.test(facts.refusal) && facts.account === facts.formerAccount)
    return `the bank said ${facts.refusal} of this very account: correct it in the contract first`;
  return null;
}

/** In the transaction of the act. Two at once: one waits for the other, and is told. Rejections: act-unknown, act-refused. */
export async function retryPayout(parts: SettlementParts, tx: Transaction, batchId: bigint): Promise<void> {
  const isHeld = await releaseItem(tx, { timer: payoutTimer, item: batchId.toString() });
  const found = await lockForRetry(tx, batchId);
  if (found === null) throw new Rejection('act-unknown', `there is no batch ${batchId}`);
  const fault = retryFault({ ...found, isHeld });
  if (fault !== null) throw new Rejection('act-refused', `batch ${batchId}: ${fault}`);
  if (found.status === 'REJECTED' && !found.isDue) await payOnceMore(tx, batchId, parts.clock.now());
}
