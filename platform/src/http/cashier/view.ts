// The one read view of the cashier, made from the payment, who looks at it, and the clock.
import { plainText } from '@tongbao/protocol/shown-text';
import type { CashierView, PayMethod } from '@tongbao/protocol/wallet';
import type { Customer } from '../../customers/index.ts';
import type { Merchant } from '../../merchants/index.ts';
import type { Payment } from '../../payments/index.ts';
import type { Card, OpenStepUp, WalletBalance } from '../../wallet/index.ts';
import { sellerOf } from '../shopper/payee.ts';
import { cardView, customerView, rateView, stepUpView, wireMoney } from '../shopper/views.ts';

export interface Onlooker {
  readonly customer: Customer;
  readonly pinLockedUntil: Date | null;
  readonly hasPasskey: boolean;
  /** In the currency that the payment costs; null when the customer keeps none of it. */
  readonly balance: WalletBalance | null;
  readonly cards: readonly Card[];
}

export interface CashierFacts {
  readonly payment: Payment;
  readonly wireId: string;
  readonly merchant: Pick<Merchant, 'displayName' | 'region' | 'status'>;
  readonly now: Date;
  /** Who is signed in, or null. */
  readonly onlooker: Onlooker | null;
  /** The card it was paid with, if it was a card and the onlooker is the payer. */
  readonly paidCard: Card | null;
  /** What the payer's bank asks, if it is the payer who looks. */
  readonly stepUp: OpenStepUp | null;
}

export function cashierView(facts: CashierFacts): CashierView {
  const { payment, merchant, now, onlooker } = facts;
  const { order } = payment;
  const status = statusOf(payment, now);
  return {
    paymentId: facts.wireId,
    status,
    merchant: {
      name: merchant.displayName,
      region: merchant.region,
      seller: sellerOf(payment, merchant),
      takesPayments: merchant.status === 'active',
    },
    order: {
      reference: order.reference,
      description: plainText(order.description),
      goods: order.goods.map(({ name, quantity, unitAmount }) => ({
        name: plainText(name),
        quantity: plainText(quantity),
        unitAmount: unitAmount === null ? null : wireMoney(unitAmount),
      })),
    },
    amount: wireMoney(payment.amount),
    payerAmount: wireMoney(payment.payerAmount),
    rate: rateView(payment.quote),
    createdAt: payment.createdAt.toISOString(),
    expiresAt: payment.expiresAt.toISOString(),
    paidAt: payment.paidAt?.toISOString() ?? null,
    now: now.toISOString(),
    customer:
      onlooker === null
        ? null
        : customerView(onlooker.customer, { pinLockedUntil: onlooker.pinLockedUntil, ownEyes: false }),
    needsRealName: onlooker !== null && onlooker.customer.kycClass === 0,
    hasPasskey: onlooker?.hasPasskey ?? false,
    askedCard: facts.stepUp === null || facts.paidCard === null ? null : cardView(facts.paidCard),
    stepUp: facts.stepUp === null ? null : stepUpView(facts.stepUp, now),
    methods: onlooker === null || status !== 'created' ? [] : methodsOf(payment, onlooker),
    paidWith: paidWith(facts),
    returnUrl: order.redirectUrl,
    lastRefusal: payment.lastRefusal,
    staysOpen: order.isDisplayed === true,
  };
}

/** The deadline counts by the clock, even before the timer has closed the payment. */
function statusOf(payment: Payment, now: Date): CashierView['status'] {
  if (payment.status === 'created' && payment.expiresAt <= now) return 'expired';
  return payment.status;
}

/** Ways to pay, those that can be used first; the balance before cards. */
function methodsOf(payment: Payment, { balance, cards }: Onlooker): PayMethod[] {
  const methods: PayMethod[] = [];
  if (balance !== null) {
    const isEnough = balance.available.amount >= payment.payerAmount.amount;
    methods.push({
      kind: 'balance',
      available: wireMoney(balance.available),
      ...(isEnough ? {} : { disabledReason: 'BALANCE_NOT_ENOUGH' }),
    });
  }
  for (const card of cards) {
    if (card.currency !== payment.payerAmount.currency) continue;
    methods.push({
      kind: 'card',
      card: cardView(card),
      ...(card.status === 'active' ? {} : { disabledReason: 'CARD_NOT_ACTIVE' }),
    });
  }
  const isUsable = (method: PayMethod) => method.disabledReason === undefined;
  return [...methods.filter(isUsable), ...methods.filter((method) => !isUsable(method))];
}

/** Only the payer is told what was used: whoever else has the link sees that it is paid, and no more. */
function paidWith({ payment, onlooker, paidCard }: CashierFacts): CashierView['paidWith'] {
  if (payment.paidAt === null || onlooker === null || onlooker.customer.id !== payment.payerId) return null;
  if (payment.funding?.kind === 'balance') return { kind: 'balance' };
  return paidCard === null ? null : { kind: 'card', card: cardView(paidCard) };
}
