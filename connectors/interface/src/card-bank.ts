// What the wallet and the payments rooms need of a card's bank. An implementation talks to one bank or many; the
// sandbox brings a simulated one. Whoever calls holds no transaction open meanwhile.
import type { Money } from '@tongbao/money';

export interface BankRequest {
  /** The bank's code, as the card has it. */
  readonly bank: string;
  readonly cardToken: string;
  readonly amount: Money;
  /** 1–64 characters, unique per bank for ever: the same reference again is the same operation. */
  readonly reference: string;
}

/** bank-unavailable: ours, not a bank's: it never got to know of the question, and it is too late to begin. */
export type BankRefusal =
  | 'insufficient-funds'
  | 'card-blocked'
  | 'card-unknown'
  | 'declined'
  | 'bank-unavailable';

export type BankAnswer =
  | { readonly outcome: 'approved' }
  | { readonly outcome: 'declined'; readonly reason: BankRefusal };

/**
 * A bank that moves money at most once for each reference: asked again with the same reference it answers as it did
 * before. A call that throws (no connection, no answer within ten seconds) leaves the outcome unknown: query it.
 */
export interface BankGateway {
  /** Takes money from the card's account. */
  debit(request: BankRequest): Promise<BankAnswer>;
  /** Gives money to the card's account. */
  credit(request: BankRequest): Promise<BankAnswer>;
  /** What became of a reference; 'unknown-reference' says that nothing was done under it so far. */
  query(key: {
    bank: string;
    reference: string;
  }): Promise<BankAnswer | { readonly outcome: 'unknown-reference' }>;
}
