// Which accounts move when money goes between a card and the balance. Credits are positive.
import type { Posting } from '../ledger/index.ts';
import type { CardTransfer } from './card-transfer.ts';

/**
 * A top-up: the card's bank owes us more (debit of its clearing account), and we owe the customer more (credit of
 * the wallet). A withdrawal, and a return to the card, is the same the other way round. `amount` is positive, in minor units.
 */
export function transferPostings(
  kind: CardTransfer['kind'],
  moved: { wallet: bigint; clearing: bigint; amount: bigint },
): Posting[] {
  const toWallet = kind === 'top-up' ? moved.amount : -moved.amount;
  return [
    { account: moved.clearing, amount: -toWallet },
    { account: moved.wallet, amount: toWallet },
  ];
}

/** Money that the safeguarding bank holds for a customer when the account is opened: our asset, owed to the customer. */
export function openingPostings(moved: { wallet: bigint; safeguarding: bigint; amount: bigint }): Posting[] {
  return [
    { account: moved.safeguarding, amount: -moved.amount },
    { account: moved.wallet, amount: moved.amount },
  ];
}
