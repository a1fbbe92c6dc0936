// The noun of the room: money on its way between a bank card and the balance. A top-up credits the balance once the
// bank has approved; a withdrawal holds the money first.
import { createHash } from 'node:crypto';
import type { Money } from '@tongbao/money';
import type { Card } from './card.ts';

/** What a shopper can ask for. */
export type CardTransferKind = 'top-up' | 'withdrawal';

/** pending – the bank's answer is not known yet; then, for good, succeeded or failed. */
export type CardTransferStatus = 'pending' | 'succeeded' | 'failed';

export interface CardTransfer {
  readonly id: bigint;
  /** return – money that a bank took from the card although the debit had been decided otherwise goes back. */
  readonly kind: CardTransferKind | 'return';
  readonly customerId: bigint;
  readonly requestId: string;
  readonly inputHash: Buffer;
  readonly card: Card;
  /** The wallet account in the ledger; of a return, the account that the money waits on. */
  readonly account: bigint;
  readonly amount: Money;
  readonly status: CardTransferStatus;
  /** Why it failed: a bank's refusal, or 'bank-unavailable' when the bank never got to know of it. */
  readonly refusal: string | null;
  /** The hold of a withdrawal; 0 for a top-up. */
  readonly holdId: bigint;
  /** From 1; a refused return is asked again under a new reference. */
  readonly round: number;
  /** How often the bank was asked, and from when it may be asked again. */
  readonly attempts: number;
  readonly nextAskAt: Date;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** Limits of one transfer, in minor units; a currency that is not here cannot be transferred. Source: house policy. */
export const transferLimits: Readonly<Record<string, { readonly least: bigint; readonly most: bigint }>> = {
  CNY: { least: 1n, most: 5_000_000n },
};

const second = 1_000;
const firstWaitMs = 10 * second;
const longestWaitMs = 3_600 * second;

/** How long to wait after the n-th question (from 1): 10 s, doubling, at most an hour. Longer than a bank may take. */
export function waitAfter(attempts: number): number {
  return Math.min(firstWaitMs * 2 ** Math.min(attempts - 1, 20), longestWaitMs);
}

/** When a bank that came back does not know the reference, a transfer older than this is given up, not begun late. */
export const beginWithinMs = 24 * 3_600 * second;

/** What the bank knows the transfer by. */
export const bankReference = ({ kind, id, round }: Pick<CardTransfer, 'kind' | 'id' | 'round'>): string =>
  `${referenceNames[kind]}-${id}${round > 1 ? `.${round}` : ''}`;

/** The top-up of a reference. Throws for any other reference. */
export function topUpOf(reference: string): bigint {
  const id = /^TOPUP-(\d{1,19})$/.exec(reference)?.[1];
  if (id === undefined) throw new Error(`${reference} is no top-up`);
  return BigInt(id);
}

const referenceNames = { 'top-up': 'TOPUP', withdrawal: 'WITHDRAWAL', return: 'RETURN' } as const;

/** The same request id with another hash is a reuse, not a repetition. */
export const transferHash = (asked: { cardId: bigint; amount: Money }): Buffer =>
  createHash('sha256').update(`${asked.cardId} ${asked.amount.currency} ${asked.amount.amount}`).digest();
