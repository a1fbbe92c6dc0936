// The shopper asks for a top-up or a withdrawal. Idempotent by the shopper's request id; the bank is asked later,
// outside this transaction, by a job that is left in it.
import type { Money } from '@tongbao/money';
import type { Transaction } from '../database/index.ts';
import { availableOf, lockBalances, placeHold } from '../ledger/index.ts';
import { Rejection } from '../rejection.ts';
import type { Card } from './card.ts';
import { selectCards } from './card-store.ts';
import { type CardTransfer, type CardTransferKind, transferHash, transferLimits } from './card-transfer.ts';
import type { WalletParts } from './parts.ts';
import { insertTransferRow, selectAccount, selectTransferByRequest } from './store.ts';

export interface RequestTransfer {
  readonly kind: CardTransferKind;
  readonly customerId: bigint;
  /** 8–64 characters, made once per intention: the same id with the same input answers the same transfer. */
  readonly requestId: string;
  readonly cardId: bigint;
  readonly amount: Money;
}

/**
 * Begins a transfer (or answers the one that the request id began). The PIN has been checked by the caller.
 * Rejections: request-reused, card-unknown, method-not-available (a locked card), debit-card-needed, currency-not-supported,
 * amount-out-of-limits, balance-insufficient (a withdrawal).
 */
export async function requestTransfer(parts: WalletParts, asked: RequestTransfer): Promise<CardTransfer> {
  const { database, clock, ids } = parts;
  const [id, holdId] = (await ids.take(2)) as [bigint, bigint];
  const now = clock.now();
  return database.transaction(async (tx) => {
    const former = await selectTransferByRequest(tx, asked);
    if (former !== null) return repeated(former, asked);
    const { card, account } = await checked(tx, asked);
    const transfer: CardTransfer = {
      id,
      kind: asked.kind,
      customerId: asked.customerId,
      requestId: asked.requestId,
      inputHash: transferHash(asked),
      card,
      account,
      amount: asked.amount,
      status: 'pending',
      refusal: null,
      holdId: asked.kind === 'withdrawal' ? holdId : 0n,
      round: 1,
      attempts: 0,
      nextAskAt: now,
      createdAt: now,
      finishedAt: null,
    };
    if (!(await insertTransferRow(tx, transfer)))
      return repeated((await selectTransferByRequest(tx, asked))!, asked);
    if (asked.kind === 'withdrawal') await holdMoney(tx, transfer);
    await parts.enqueueAsk(tx, id);
    return transfer;
  });
}

function repeated(former: CardTransfer, asked: RequestTransfer): CardTransfer {
  if (former.inputHash.equals(transferHash(asked))) return former;
  throw new Rejection('request-reused', 'the request id was used for another transfer');
}

async function checked(tx: Transaction, asked: RequestTransfer): Promise<{ card: Card; account: bigint }> {
  const { currency, amount } = asked.amount;
  const limit = transferLimits[currency];
  if (limit === undefined) throw new Rejection('currency-not-supported', `${currency} cannot be transferred`);
  if (amount < limit.least || amount > limit.most) {
    throw new Rejection('amount-out-of-limits', `between ${limit.least} and ${limit.most} at a time`, {
      field: 'amount',
    });
  }
  const card = usable((await selectCards(tx, [asked.cardId]))[0], asked.customerId);
  // A credit line must not become cash without the fee and the interest of its bank, nor be paid back by the balance.
  if (card.kind !== 'debit')
    throw new Rejection(
      'debit-card-needed',
      'only a debit card can top up the balance or take money from it',
    );
  const account = await selectAccount(tx, asked.customerId, currency);
  if (account === null || card.currency !== currency) {
    throw new Rejection('currency-not-supported', `the wallet or the card does not keep ${currency}`);
  }
  return { card, account };
}

/** The card, if it is the customer's and can be used now. Rejections: card-unknown, method-not-available. */
export function usable(card: Card | undefined, customerId: bigint): Card {
  if (card === undefined || card.customerId !== customerId || card.status === 'removed') {
    throw new Rejection('card-unknown', 'the customer has no such card');
  }
  if (card.status !== 'active') throw new Rejection('method-not-available', 'the card is locked');
  return card;
}

async function holdMoney(tx: Transaction, transfer: CardTransfer): Promise<void> {
  const { account, amount } = transfer;
  const balance = (await lockBalances(tx, [account])).get(account);
  if (balance === undefined || availableOf(balance) < amount.amount) {
    throw new Rejection('balance-insufficient', 'the balance is not enough');
  }
  await placeHold(tx, {
    id: transfer.holdId,
    accountId: account,
    amount: amount.amount,
    subjectId: transfer.id,
    placedAt: transfer.createdAt,
  });
}
