// What may become of refunds: parts of a payment at its own price; together never more than it, and all of it together
// exactly what the shopper paid.
import { halfEven } from './arithmetic.ts';
import { shops } from './cast.ts';
import {
  findRefund,
  type Model,
  type ModelPayment,
  type ModelRefund,
  refundsIn,
  sum,
  withPayment,
  withRefund,
} from './model.ts';
import { availableAtMost, lentAtMost, surelyAvailable } from './predict-funds.ts';
import { type Circumstances, differing, type Prediction } from './prediction.ts';
import type { Request } from './requests.ts';

type RefundRequest = Extract<Request, { kind: 'refund' }>;

const dayMs = 86_400_000;
const windowMs = 365 * dayMs;

/** Each protocol's words for the same refusals. */
const words = {
  ams: {
    stranger: 'ORDER_NOT_EXIST',
    reused: 'REPEAT_REQ_INCONSISTENT',
    created: 'ORDER_STATUS_INVALID',
    pending: 'ORDER_STATUS_INVALID',
    cancelled: 'ORDER_IS_CANCELED',
    closed: 'ORDER_IS_CLOSED',
    late: 'REFUND_WINDOW_EXCEED',
    tooMuch: 'REFUND_AMOUNT_EXCEED',
    noFunds: 'MERCHANT_BALANCE_NOT_ENOUGH',
  },
  gateway: {
    stranger: 'PURCHASE_TRADE_NOT_EXIST',
    reused: 'REPEATED_REFUNDMENT_REQUEST',
    created: 'PURCHASE_TRADE_NOT_EXIST',
    pending: 'PURCHASE_TRADE_NOT_EXIST',
    cancelled: 'TRADE_HAS_CLOSE',
    closed: 'TRADE_HAS_CLOSE',
    late: 'REFUNDMENT_VALID_DATE_EXCEED',
    tooMuch: 'RETURN_AMOUNT_EXCEED',
  },
} as const;

export function predictRefund(model: Model, request: RefundRequest, at: Circumstances): Prediction[] {
  const say = words[request.by];
  const refused = (code: string): Prediction[] => [{ code }];
  if (!request.isOwn) return refused(say.stranger);
  const known = findRefund(model, request.refund);
  if (known !== null) return repeated(model, request, known);
  const payment = model.payments.get(request.payment)!;
  switch (payment.status) {
    case 'announced':
      return refused(request.by === 'ams' ? say.stranger : 'PURCHASE_TRADE_NOT_EXIST');
    case 'created':
    case 'pending':
      return refused(say[payment.status]);
    case 'cancelled':
      return refused(say.cancelled);
    case 'declined':
    case 'expired':
      return refused(say.closed);
    case 'paid':
  }
  if (at.now > payment.paidAt! + windowMs) return refused(say.late);
  const refund = newRefund(payment, request, at.latest);
  if (refund === null) return refused(say.tooMuch);
  const next = () => withPayment(model, withRefund(payment, at.now, refund));
  const funds = fundsFor(model, payment, { refund, at });
  if (request.by === 'gateway') return classicRefunds(model, payment, { refund, at, funds });
  const withoutFunds = funds === 'enough' ? [] : refused(words.ams.noFunds);
  if (funds === 'none') return withoutFunds;
  const code = refund.status === 'processing' ? 'REFUND_IN_PROCESS' : 'SUCCESS';
  const returned = refund.status === 'succeeded' ? refund.returned.toString() : '';
  const wrong = differing({ amount: refund.amount.toString(), returned });
  return [{ code, wrong, next, unheard: next }, ...withoutFunds];
}

type Funds = 'enough' | 'unknown' | 'none';

/** Whether the shop has what the refund needs, as far as an auditor can know. */
function fundsFor(
  model: Model,
  payment: ModelPayment,
  { refund, at }: { refund: ModelRefund; at: Circumstances },
): Funds {
  const needed = refund.amount - refund.fee;
  const others = refundsIn(payment, 'processing', 'succeeded');
  const refunded = sum(others, (other) => other.amount) + refund.amount;
  // What earlier refunds were lent of the fee is not known: then nothing is sure to be lent any more.
  const lent = payment.refunds.length === 0 ? lentAtMost(payment, refunded) : 0n;
  if (surelyAvailable(model, payment.shop, at.latest) + lent >= needed) return 'enough';
  const most = availableAtMost(model, payment.shop, at.now) + lentAtMost(payment, refunded);
  return most >= needed ? 'unknown' : 'none';
}

/** Done at once, or, where the shop has not enough that is unsettled, later: the answer is the same. */
function classicRefunds(
  model: Model,
  payment: ModelPayment,
  { refund, at, funds }: { refund: ModelRefund; at: Circumstances; funds: Funds },
): Prediction[] {
  const states = new Set<ModelRefund['status']>(
    funds === 'enough' ? [refund.status] : funds === 'none' ? ['processing'] : [refund.status, 'processing'],
  );
  const mayWait = funds !== 'enough';
  return [...states].map((status) => {
    const next = () => withPayment(model, withRefund(payment, at.now, { ...refund, status, mayWait }));
    return { code: 'SUCCESS', next, unheard: next };
  });
}

const codes = { processing: 'REFUND_IN_PROCESS', succeeded: 'SUCCESS', failed: 'PROCESS_FAIL' };

function repeated(
  model: Model,
  request: RefundRequest,
  { payment, refund }: { payment: ModelPayment; refund: ModelRefund },
): Prediction[] {
  const say = words[request.by];
  const asked = request.inYuan ? refund.returned : refund.amount;
  if (request.by === 'gateway') return [{ code: say.reused }];
  if (asked !== request.amount || payment.name !== request.payment) return [{ code: say.reused }];
  const returned = refund.status === 'succeeded' ? refund.returned.toString() : '';
  return [
    {
      code: codes[refund.status],
      wrong: differing({ amount: refund.amount.toString(), returned }),
      next: () => model,
    },
  ];
}

/** Null when it is more than what is left. */
function newRefund(payment: ModelPayment, request: RefundRequest, askedAt: number): ModelRefund | null {
  const open = refundsIn(payment, 'processing', 'succeeded');
  const before = sum(open, (refund) => refund.amount);
  const returnedBefore = sum(open, (refund) => refund.returned);
  const amount = request.inYuan
    ? orderPart(payment, before, returnedBefore + request.amount)
    : request.amount;
  if (amount === null || amount < 1n || before + amount > payment.amount) return null;
  // What brings the total to the rounded share of all that is refunded; nothing where it is more already.
  const partOf = (whole: bigint, already: bigint) => {
    const part = halfEven(whole * (before + amount), payment.amount) - already;
    return part < 0n ? 0n : part;
  };
  const returned = request.inYuan ? request.amount : partOf(payment.payerAmount, returnedBefore);
  const feeBefore = sum(open, (refund) => refund.fee);
  const fee = shops[payment.shop]!.returnsFee ? partOf(payment.fee, feeBefore) : 0n;
  return {
    name: request.refund,
    requestId: request.refundRequestId,
    status: payment.card === null ? 'succeeded' : 'processing',
    ...{ amount, returned, fee, askedAt, mayWait: false },
  };
}

/** The shop's side of a refund asked for in yuan; the last part takes the rest. */
function orderPart(payment: ModelPayment, before: bigint, returned: bigint): bigint | null {
  const whole = payment.payerAmount;
  if (returned > whole) return null;
  const share = halfEven(payment.amount * returned, whole) - before;
  const most = payment.amount - before - (returned < whole ? 1n : 0n);
  if (most < 1n) return null;
  return share > most ? most : share < 1n ? 1n : share;
}

const statuses = { processing: 'PROCESSING', succeeded: 'SUCCESS', failed: 'FAIL' };

/** A refund to a card stands until the bank has answered; then it is decided for good. */
export function predictRefundInquiry(
  model: Model,
  request: Extract<Request, { kind: 'inquire-refund' }>,
  at: Circumstances,
): Prediction[] {
  const known = findRefund(model, request.refund);
  if (known === null) return [{ code: 'ORDER_NOT_EXIST' }];
  const { payment, refund } = known;
  const may: ModelRefund['status'][] =
    refund.status === 'processing' ? ['processing', 'succeeded', 'failed'] : [refund.status];
  return may.map((status) => ({
    code: 'SUCCESS',
    wrong: differing({
      status: statuses[status],
      amount: refund.amount.toString(),
      returned: status === 'succeeded' ? refund.returned.toString() : '',
    }),
    next: () =>
      status === refund.status
        ? model
        : withPayment(model, withRefund(payment, at.now, { ...refund, status })),
  }));
}
