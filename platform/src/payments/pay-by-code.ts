// A shop has scanned a shopper's payment code. Small sums are paid at once, in one step; above the day's sum without PIN
// the order is created and waits for its shopper, whose wallet shows it for confirmation.
import { type Customers, payerOf } from '../customers/index.ts';
import { Rejection } from '../rejection.ts';
import type { Clock } from '../system/index.ts';
import type { PaymentCode, PaymentCodes, Wallet } from '../wallet/index.ts';
import type { CreateAnswer, CreatePayment, PayInOneStep, Payments } from './commands.ts';
import type { Payment } from './payment.ts';

export interface PayByCodeParts {
  readonly payments: Pick<Payments, 'find' | 'create' | 'pay' | 'preview'>;
  readonly customers: Pick<Customers, 'find'>;
  readonly wallet: Pick<Wallet, 'accountOf' | 'cardForPayment'>;
  readonly codes: PaymentCodes;
  readonly clock: Clock;
}

/**
 * Answers the payment: `paid`, `pending` (a card's bank has not answered), or `created`: the shopper has to confirm.
 * The same request answers the same payment, also when its code has run out since.
 * Rejections: those of create and authorize; code-wrong, code-expired, code-too-many.
 */
export type PayByCode = (asked: { create: CreatePayment; code: string }) => Promise<CreateAnswer>;

export const createPayByCode =
  (parts: PayByCodeParts): PayByCode =>
  async ({ create, code }) => {
    const { merchantId, requestId } = create;
    // Answered before: create compares the parameters and changes nothing.
    if ((await parts.payments.find({ merchantId, requestId })) !== null) return parts.payments.create(create);
    // What no code could pay is refused before one is spent on it.
    const priced = await priceOf(parts, create);
    const taken = await parts.codes.take({ code, merchantId, requestId });
    try {
      const answer = await payWith(parts, { create, taken, priced });
      if (taken.refusal !== null) await parts.codes.setRefusal(taken.id, null);
      return answer;
    } catch (error) {
      if (error instanceof Rejection) await parts.codes.setRefusal(taken.id, error.code);
      throw error;
    }
  };

const priceOf = ({ payments, clock }: PayByCodeParts, create: CreatePayment): Promise<Payment> =>
  payments.preview({
    id: 0n,
    beginsAt: 'confirmation',
    command: create,
    createdAt: clock.now(),
    expiresAt: create.expiresAt ?? clock.now(),
  });

async function payWith(
  parts: PayByCodeParts,
  { create, taken, priced }: { create: CreatePayment; taken: PaymentCode; priced: Payment },
): Promise<CreateAnswer> {
  const { customerId } = taken;
  const authorize = await consentOf(parts, taken, create.payerCurrency);
  const spent = { customerId, amount: priced.payerAmount };
  if (!(await parts.codes.spendUnconfirmed(spent))) return parts.payments.create(create);
  try {
    const answer = await parts.payments.pay({ create, authorize });
    if (answer.replayed) await parts.codes.restoreUnconfirmed(spent);
    return answer;
  } catch (error) {
    // Only a refusal says that nothing was paid.
    if (error instanceof Rejection && error.code !== 'unavailable')
      await parts.codes.restoreUnconfirmed(spent);
    throw error;
  }
}

/** Who pays, from what: as the shopper chose when the code was made. */
async function consentOf(
  { customers, wallet }: PayByCodeParts,
  { customerId, cardId }: PaymentCode,
  currency: string,
): Promise<PayInOneStep['authorize']> {
  const customer = await customers.find(customerId);
  const payerAccount = await wallet.accountOf(customerId, currency);
  if (customer === null) throw new Rejection('customer-unknown');
  if (payerAccount === null)
    throw new Rejection('currency-not-supported', 'the wallet keeps another currency');
  const card = cardId === null ? null : await wallet.cardForPayment(customerId, cardId);
  return {
    payer: payerOf(customer),
    payerAccount,
    funding: card === null ? { kind: 'balance' } : { kind: 'card', cardId: card.card.id },
    clearingAccount: card?.clearingAccount ?? null,
  };
}
