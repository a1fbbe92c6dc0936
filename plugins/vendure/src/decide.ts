// What an outcome means for a payment of ours and its order. Pure: no database, no gateway, so that every order of
// arrival can be tried in a test.
import type { Amount, Outcome } from '@tongbao/sdk';

export interface Standing {
  readonly paymentState: string;
  /** What we asked for. */
  readonly asked: Amount;
  /** The payment's money has gone back already. */
  readonly isReturned: boolean;
  readonly orderState: string;
  /** Whether what the order still needs is exactly this payment. */
  readonly orderNeedsThis: boolean;
}

export type Step =
  | 'nothing'
  | 'settle'
  /** The shopper went back to his cart, changed nothing, and paid in the other window. */
  | 'reopen-and-settle'
  | 'decline'
  | 'cancel'
  /** Money came that the order cannot take: changed, cancelled, or paid twice. It goes back. */
  | 'give-back'
  /** The gateway speaks of another amount: nobody but a person should touch this. */
  | 'amount-differs';

/** Orders in these states take a payment. */
const taking = ['ArrangingPayment', 'ArrangingAdditionalPayment'];

export function decide(standing: Standing, outcome: Outcome): Step {
  const { paymentState, orderState } = standing;
  if (outcome.kind === 'waiting' || paymentState === 'Settled') return 'nothing';
  if (outcome.kind !== 'paid') {
    if (paymentState !== 'AwaitingShopper') return 'nothing';
    return outcome.kind === 'cancelled' ? 'cancel' : 'decline';
  }
  const { asked } = standing;
  if (outcome.amount.currency !== asked.currency || outcome.amount.value !== asked.value)
    return 'amount-differs';
  if (standing.isReturned) return 'nothing';
  if (paymentState !== 'AwaitingShopper') return 'give-back';
  if (taking.includes(orderState)) return standing.orderNeedsThis ? 'settle' : 'give-back';
  return orderState === 'AddingItems' && standing.orderNeedsThis ? 'reopen-and-settle' : 'give-back';
}
