// Which entries move money at a bank, and what a bank must have said for each: one line for each kind of entry, so that a new
// kind does not compile without its own. The proof and the verifier's own table (verify-ties.ts) are held against it by tests.
import type { AccountKindName, EntryKind } from '../ledger/index.ts';

/**
 * approved – the bank did what it was asked; refused – it did not; took – it did although that had been decided otherwise;
 * asked – it was told, and is told until it answers; statement – it stands on a statement, and two people accepted it.
 */
export type BankWord = 'approved' | 'refused' | 'took' | 'asked' | 'statement';

/** Accounts at banks. Nothing moves on them without a bank's word. */
export const bankAccounts: readonly AccountKindName[] = [
  'safeguarding-bank',
  'settlement-bank',
  'card-clearing',
];

export interface BankTie {
  /** The kinds of accounts whose postings the bank's word must name, with their amount. */
  readonly on: readonly AccountKindName[];
  /** Null: such an entry may move nothing there. */
  readonly word: BankWord | null;
}

const atBanks = (word: BankWord, ...more: AccountKindName[]): BankTie => ({
  on: [...bankAccounts, ...more],
  word,
});
const inOurBooks: BankTie = { on: bankAccounts, word: null };

export const bankTies: Readonly<Record<EntryKind, BankTie>> = {
  opening: atBanks('approved', 'customer-wallet'),
  'top-up': atBanks('approved', 'customer-wallet'),
  withdrawal: atBanks('approved', 'customer-wallet'),
  // From a balance nothing moves at a bank; from a card its clearing account.
  payment: atBanks('approved'),
  refund: atBanks('approved'),
  'payment-reversal': atBanks('asked'),
  'debit-unwanted': atBanks('took'),
  'debit-returned': atBanks('approved'),
  'house-funding': atBanks('approved', 'house-funds'),
  'fx-conversion': atBanks('approved'),
  'payout-paid': atBanks('approved'),
  // Nothing left the bank, which is what it must have said.
  'payout-rejected': { on: [...bankAccounts, 'merchant-in-transit'], word: 'refused' },
  reconciliation: atBanks('statement'),
  payout: inOurBooks,
  'refund-funding': inOurBooks,
  'refund-release': inOurBooks,
  transfer: inOurBooks,
  settlement: inOurBooks,
  netting: inOurBooks,
  debt: inOurBooks,
  'reserve-release': inOurBooks,
};
