// What the wallet and the payments rooms need of a card's bank. An implementation talks to one bank or many; the
// sandbox brings a simulated one. Whoever calls holds no transaction open meanwhile.
import type { Money } from '@tongbao/money';
import type { StepUp, StepUpKey } from './step-up.ts';

export interface BankRequest {
  /** The bank's code, as the card has it. */
  readonly bank: string;
  readonly cardToken: string;
  readonly amount: Money;
  /** 1–64 characters, unique per bank for ever: the same reference again is the same operation. */
  readonly reference: string;
}

export interface DebitRequest extends BankRequest {
  /**
   * The shopper is there, and their bank may ask them; absent: they cannot be asked, and a bank that would have to declines
   * with `step-up-needed`. `returnUrl`: where the bank's page sends their browser afterwards, as it stands. It proves nothing.
   */
  readonly stepUp?: { readonly returnUrl: string };
}

/**
 * bank-unavailable: ours, not a bank's: it never got to know of the question, and it is too late to begin.
 * step-up-…: the shopper gave no right answer to their bank (failed: too many wrong codes, or a no on the bank's page;
 * expired: none in time; abandoned: they went away), or could not be asked (needed).
 */
export type BankRefusal =
  | 'insufficient-funds'
  | 'card-blocked'
  | 'card-unknown'
  | 'declined'
  | 'bank-unavailable'
  | 'step-up-needed'
  | 'step-up-failed'
  | 'step-up-expired'
  | 'step-up-abandoned';

export type BankAnswer =
  | { readonly outcome: 'approved' }
  | { readonly outcome: 'declined'; readonly reason: BankRefusal };

/** step-up-required: nothing has moved yet; the bank wants to hear from the shopper first. */
export type DebitAnswer = BankAnswer | { readonly outcome: 'step-up-required'; readonly stepUp: StepUp };

/**
 * A bank that moves money at most once for each reference: asked again with the same reference it answers as it did
 * before. A call that throws (no connection, no answer within ten seconds) leaves the outcome unknown: query it.
 */
export interface BankGateway {
  /** Whether this bank's cards, in this currency, are reached; absent: all are. */
  serves?(bank: string, currency: string): boolean;
  /** Whether the bank takes the card, of an amount of nothing; absent: it is not asked. Throws when that is not known. */
  verify?(request: Omit<BankRequest, 'amount'> & { readonly currency: string }): Promise<BankAnswer>;
  /** Takes money from the card's account, or says what the shopper has to do before it does. */
  debit(request: DebitRequest): Promise<DebitAnswer>;
  /** Gives money to the card's account. */
  credit(request: BankRequest): Promise<BankAnswer>;
  /** What became of a reference; 'unknown-reference' says that nothing was done under it so far. */
  query(key: {
    bank: string;
    reference: string;
  }): Promise<DebitAnswer | { readonly outcome: 'unknown-reference' }>;
  /**
   * The code that the shopper typed. The right one makes the debit, once, however often it is given; a wrong one is answered
   * with the same step-up and fewer tries, the last wrong one with `step-up-failed`. What has been decided is answered as it
   * was. Throws for an id that is not the reference's, and where the outcome is not known: query it.
   */
  confirm(given: StepUpKey & { readonly code: string }): Promise<DebitAnswer>;
  /** Sends another code, not before `resendAt`; earlier it changes nothing. Answers how the reference stands. */
  resend(key: StepUpKey): Promise<DebitAnswer>;
  /** The shopper will not answer: declined from now on, unless it was decided before. Answers how it was. */
  abandon(key: StepUpKey): Promise<BankAnswer>;
}

const nobodyAsked = () => Promise.reject(new Error('this bank asks nobody'));

/** For banks that never ask the shopper. */
export const asksNobody: Pick<BankGateway, 'confirm' | 'resend' | 'abandon'> = {
  ...{ confirm: nobodyAsked, resend: nobodyAsked, abandon: nobodyAsked },
};
