// A bank approved a debit that had been decided otherwise: the card was charged for nothing. What it took is booked as owed
// to the card's holder, and a transfer gives it back, once for each debit.
import type { Money } from '@tongbao/money';
import type { Transaction } from '../database/index.ts';
import type { Entry } from '../ledger/index.ts';
import type { Card } from './card.ts';
import { type CardTransfer, transferHash } from './card-transfer.ts';
import { insertTransferRow } from './store.ts';

export interface UnwantedDebit {
  /** The new transfer's id. */
  readonly id: bigint;
  readonly card: Card;
  /** What the bank knows the debit by. */
  readonly reference: string;
  readonly amount: Money;
  /** The ledger account that the money waits on: `card-return` in its currency. */
  readonly account: bigint;
  readonly at: Date;
}

/** The transfer back; the timer that asks banks begins it. */
export const cardReturn = ({ id, card, reference, amount, account, at }: UnwantedDebit): CardTransfer => ({
  ...{ id, kind: 'return', customerId: card.customerId, requestId: reference, card, account, amount },
  inputHash: transferHash({ cardId: card.id, amount }),
  ...{ status: 'pending', refusal: null, holdId: 0n, round: 1, attempts: 0 },
  ...{ nextAskAt: at, createdAt: at, finishedAt: null },
});

/** What the unwanted debit did: the bank owes us more, and we owe it to the card's holder. */
export const unwantedEntry = (
  returned: CardTransfer,
  { id, clearing }: { id: bigint; clearing: bigint },
): Entry => ({
  ...{ id, kind: 'debit-unwanted', payerId: returned.customerId, subjectId: returned.id },
  occurredAt: returned.createdAt,
  postings: [
    { account: clearing, amount: -returned.amount.amount },
    { account: returned.account, amount: returned.amount.amount },
  ],
});

/** False when the debit is being given back already; its entry must then not be recorded. */
export const recordReturn = (tx: Transaction, returned: CardTransfer): Promise<boolean> =>
  insertTransferRow(tx, returned);
