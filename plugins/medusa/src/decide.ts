// What an outcome means for a payment session of ours. Pure: no database, no gateway, so that every order of arrival can be
// tried in a test.
import type { Amount, Outcome } from '@tongbao/sdk';

export interface Standing {
  /**
   * open: waits for its shopper. captured: Medusa has a payment for it. closed: declined, expired or withdrawn.
   * gone: its row was removed, because the cart changed or a new attempt began.
   */
  readonly session: 'open' | 'captured' | 'closed' | 'gone';
  /** What we asked for; unknown of a session that is gone. */
  readonly asked: Amount | null;
  /** Whether the cart costs what this session pays, and is no order yet. True for a session without a cart. */
  readonly isNeeded: boolean;
}

export type Step =
  | 'nothing'
  /** Authorise and capture in Medusa, and place the order. */
  | 'complete'
  | 'close'
  /** Money came that no order can take: it goes back. */
  | 'give-back'
  /** The gateway speaks of another amount: nobody but a person should touch this. */
  | 'amount-differs';

export function decide(standing: Standing, outcome: Outcome): Step {
  const { session, asked } = standing;
  if (outcome.kind === 'waiting') return 'nothing';
  if (outcome.kind !== 'paid') return session === 'open' ? 'close' : 'nothing';
  if (asked !== null && (asked.currency !== outcome.amount.currency || asked.value !== outcome.amount.value))
    return 'amount-differs';
  if (session === 'captured') return 'nothing';
  return session === 'open' && standing.isNeeded ? 'complete' : 'give-back';
}
