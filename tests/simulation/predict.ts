// What may be answered to a request in a given world, and what the world is then: the rules of payments, written from the
// guides and the protocol's reference, without a line of the server's code.
import { type Model, mayBeWithdrawn, moved, refundsIn, withPayment } from './model.ts';
import { predictConfirm, predictDecline, predictLook } from './predict-cashier.ts';
import { surelyAvailable } from './predict-funds.ts';
import { predictAnnounce, predictPay } from './predict-orders.ts';
import { predictRefund, predictRefundInquiry } from './predict-refund.ts';
import { predictTopUp, predictTopUpView, predictWallet } from './predict-wallet.ts';
import { type Circumstances, differing, type Of, type Prediction, refused } from './prediction.ts';
import type { Request } from './requests.ts';

const announcedKeptMs = 90 * 24 * 3_600_000;

/** An order that never became a payment may be forgotten a season after its end (the classic gateway's guide). */
function mayBeForgotten(model: Model, request: Request, at: Circumstances): boolean {
  if (request.kind !== 'look' && request.kind !== 'confirm' && request.kind !== 'decline') return false;
  const payment = model.payments.get(request.payment);
  return payment?.status === 'announced' && at.latest - payment.expiresAt >= announcedKeptMs;
}

export function predict(model: Model, request: Request, at: Circumstances): Prediction[] {
  const forgotten = mayBeForgotten(model, request, at) ? [{ code: 'PAYMENT_NOT_FOUND' }] : [];
  return [...predictKnown(model, request, at), ...forgotten];
}

function predictKnown(model: Model, request: Request, at: Circumstances): Prediction[] {
  switch (request.kind) {
    case 'pay':
      return predictPay(model, request, at);
    case 'announce':
      return predictAnnounce(model, request, at);
    case 'look':
      return predictLook(model, request, at);
    case 'confirm':
      return predictConfirm(model, request, at);
    case 'decline':
      return predictDecline(model, request, at);
    case 'cancel':
      return predictCancel(model, request, at);
    case 'inquire':
      return predictInquiry(model, request);
    case 'refund':
      return predictRefund(model, request, at);
    case 'inquire-refund':
      return predictRefundInquiry(model, request, at);
    case 'top-up':
      return predictTopUp(model, request, at);
    case 'view-top-up':
      return predictTopUpView(model, request);
    case 'wallet':
      return predictWallet(model, request);
  }
}

/** What was paid has been settled, or went back to others, since. */
const withoutFunds = 'MERCHANT_BALANCE_NOT_ENOUGH';

function predictCancel(model: Model, request: Of<'cancel' | 'inquire'>, at: Circumstances): Prediction[] {
  const payment = model.payments.get(request.payment)!;
  if (!request.isOwn || payment.status === 'announced') return refused('ORDER_NOT_EXIST');
  if (payment.status === 'cancelled') return [{ code: 'SUCCESS', next: () => model }];
  if (payment.status === 'pending') return refused('PAYMENT_IN_PROCESS');
  if (payment.status === 'paid') {
    const touched = refundsIn(payment, 'processing', 'succeeded').length > 0;
    if (touched || !mayBeWithdrawn(payment, at.now)) return refused('CANCEL_WINDOW_EXCEED');
    const next = () => withPayment(model, moved(payment, at.now, { status: 'cancelled' }));
    const isSure = surelyAvailable(model, payment.shop, at.latest) >= payment.amount - payment.fee;
    return [{ code: 'SUCCESS', next, unheard: next }, ...(isSure ? [] : refused(withoutFunds))];
  } else if (payment.status !== 'created') return refused('ORDER_IS_CLOSED');
  const next = () => withPayment(model, moved(payment, at.now, { status: 'cancelled' }));
  return [{ code: 'SUCCESS', next, unheard: next }];
}

const amsStatuses: Readonly<Record<string, string>> = {
  created: 'PROCESSING',
  pending: 'PROCESSING',
  paid: 'SUCCESS',
  cancelled: 'CANCELLED',
  declined: 'FAIL',
  expired: 'FAIL',
};
const refundStatuses = { processing: 'PROCESSING', succeeded: 'SUCCESS', failed: 'FAIL' };

function predictInquiry(model: Model, request: Of<'cancel' | 'inquire'>): Prediction[] {
  const payment = model.payments.get(request.payment)!;
  if (!request.isOwn || payment.status === 'announced') return refused('ORDER_NOT_EXIST');
  const refunds = payment.refunds
    .map((each) => `${each.requestId}:${refundStatuses[each.status]}:${each.amount}`)
    .join(',');
  const expected = {
    status: amsStatuses[payment.status]!,
    amount: payment.amount.toString(),
    ...(payment.status === 'paid' ? { paid: payment.payerAmount.toString() } : {}),
    refunds,
  };
  return [{ code: 'SUCCESS', wrong: differing(expected), next: () => model }];
}
