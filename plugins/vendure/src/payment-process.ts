// The state that a payment has while the shopper is away at the cashier. Vendure's own process knows payments that are
// authorized or settled at once; one that waits for a person is neither.
import type { PaymentProcess, RuntimeVendureConfig } from '@vendure/core';

declare module '@vendure/core' {
  interface PaymentStates {
    AwaitingShopper: never;
  }
}

export const awaiting = 'AwaitingShopper' as const;

export const tongbaoPaymentProcess: PaymentProcess<typeof awaiting> = {
  transitions: {
    Created: { to: [awaiting], mergeStrategy: 'merge' },
    [awaiting]: { to: ['Settled', 'Declined', 'Cancelled', 'Error'] as never[], mergeStrategy: 'merge' },
  } as PaymentProcess<typeof awaiting>['transitions'],
};

type RefundProcess = NonNullable<RuntimeVendureConfig['paymentOptions']['refundProcess']>[number];

/**
 * A refund that the gateway has not decided stays what it is. Vendure moves every new refund to the state that its handler
 * answers, and its own process knows no way from Pending to Pending: the shopkeeper would read an error.
 */
export const tongbaoRefundProcess: RefundProcess = {
  transitions: { Pending: { to: ['Pending'], mergeStrategy: 'merge' } },
};
