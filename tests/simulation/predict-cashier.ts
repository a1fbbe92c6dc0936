// What may be answered at the cashier: to looks, confirmations and refusals of shoppers, and what banks may have said since.
import { mostFromCard, shoppers, shops } from './cast.ts';
import {
  balanceOf,
  closed,
  lockedSince,
  type Model,
  type ModelPayment,
  moved,
  paid,
  pinIsLocked,
  quoteIsOver,
  refundsIn,
  surelyOnCard,
  withPayment,
  withPinRight,
  withPinTried,
  withRefund,
} from './model.ts';
import { usualLifeMs } from './predict-orders.ts';
import {
  broken,
  type Circumstances,
  differing,
  type Facts,
  neverSaid,
  type Of,
  offeredPrices,
  type Prediction,
  pricedAt,
  refused,
  viewOf,
} from './prediction.ts';

/** Somebody has signed in: the order is a payment, at the price of the moment. */
function begun(payment: ModelPayment, facts: Facts, now: number): ModelPayment {
  const createdAt = Number(facts.createdAt);
  return moved(payment, createdAt, {
    ...{ status: 'created', wireId: facts.wireId ?? '' },
    ...pricedAt(payment, facts.price ?? ''),
    ...{ createdAt, expiresAt: Number(facts.expiresAt) },
    quotedAt: lockedSince({ shop: payment.shop, createdAt }, now),
  });
}

/** Its rate's time was over when somebody looked: what the order names stays, at the price of that moment. */
function requoted(payment: ModelPayment, price: string, now: number): ModelPayment {
  return {
    ...payment,
    ...pricedAt(payment, price),
    ...{ quotedAt: now, formerly: payment.payerAmount },
    history: [...payment.history, `${new Date(now).toISOString()} ${payment.price} → ${price}`],
  };
}

function wrongOfBegun(payment: ModelPayment, facts: Facts, at: Circumstances): string | null {
  const prices = offeredPrices(shops[payment.shop]!, at);
  if (!prices.includes(facts.price ?? '')) return `the price ${facts.price} is none of ${prices.join(', ')}`;
  const now = begun(payment, facts, at.now);
  return differing({
    amount: now.amount.toString(),
    payerAmount: now.payerAmount.toString(),
    expiresAt: (now.createdAt + usualLifeMs.gateway).toString(),
  })(facts);
}

export function predictLook(model: Model, request: Of<'look'>, at: Circumstances): Prediction[] {
  const payment = model.payments.get(request.payment)!;
  if (payment.status === 'pending') return predictPending(model, payment, at);
  if (payment.status !== 'announced') return looksAt(model, payment, at);
  const over = payment.expiresAt <= at.now;
  if (over || request.shopper === null) {
    const status = over ? 'expired' : 'created';
    return [{ code: 'VIEW', wrong: differing({ status }), next: () => model }];
  }
  return [
    {
      code: 'VIEW',
      wrong: (facts) => differing({ status: 'created' })(facts) ?? wrongOfBegun(payment, facts, at),
      next: (facts) => withPayment(model, begun(payment, facts, at.now)),
    },
  ];
}

/** The payment as it is; an open one whose rate's time is over has a price of the moment from then on, heard or not. */
function looksAt(model: Model, payment: ModelPayment, at: Circumstances): Prediction[] {
  if (!quoteIsOver(payment, at.now))
    return [{ code: 'VIEW', wrong: differing(viewOf(payment)), next: () => model }];
  const prices = offeredPrices(shops[payment.shop]!, at);
  return [
    {
      code: 'VIEW',
      wrong: (facts) => {
        const { price = '' } = facts;
        if (!prices.includes(price)) return `the price ${price} is none of ${prices.join(', ')}`;
        const expiresAt = payment.expiresAt.toString();
        return differing({ ...viewOf(requoted(payment, price, at.now)), expiresAt })(facts);
      },
      next: ({ price = '' }) => withPayment(model, requoted(payment, price, at.now)),
    },
    ...prices.map((price) => ({
      code: neverSaid,
      unheard: () => withPayment(model, requoted(payment, price, at.now)),
    })),
  ];
}

/** The bank may have answered since: then it is paid for good, or open again as long as there is time. */
function predictPending(model: Model, payment: ModelPayment, at: Circumstances): Prediction[] {
  const open = moved(payment, at.now, { status: 'created', shopper: null, card: null });
  return [
    { code: 'VIEW', wrong: differing(viewOf(payment)), next: () => model },
    {
      code: 'VIEW',
      wrong: differing({ ...viewOf(payment), status: 'paid' }),
      next: (facts) => withPayment(model, paid(payment, Number(facts.paidAt))),
    },
    ...(mayBeRefused(model, payment, at) ? looksAtOpenAgain(withPayment(model, open), open, at) : []),
  ];
}

function looksAtOpenAgain(model: Model, open: ModelPayment, at: Circumstances): Prediction[] {
  if (open.expiresAt > at.now) return looksAt(model, open, at);
  return [{ code: 'VIEW', wrong: differing({ ...viewOf(open), status: 'expired' }), next: () => model }];
}

const beginWithinMs = 24 * 3_600_000;

/** Whether the card's bank can have refused: it has a reason, never got to know of it for a day, or was false. */
function mayBeRefused(model: Model, payment: ModelPayment, at: Circumstances): boolean {
  if (at.banksDenied || at.now - payment.pendingSince! >= beginWithinMs) return true;
  return surelyOnCard(model, payment) < payment.payerAmount;
}

/** What may be known when banks have answered about these payments: every way in which it can have gone. */
export function afterBanks(model: Model, names: readonly string[], now: number): Model[] {
  let models = [model];
  for (const name of new Set(names)) {
    const payment = model.payments.get(name);
    if (payment === undefined) continue;
    if (payment.status === 'pending')
      models = models.flatMap((each) => [
        each,
        withPayment(each, paid(payment, now)),
        withPayment(each, moved(payment, now, { status: 'created', shopper: null, card: null })),
      ]);
    for (const refund of refundsIn(payment, 'processing'))
      models = models.flatMap((each) => [
        each,
        ...(['succeeded', 'failed'] as const).map((status) =>
          withPayment(each, withRefund(each.payments.get(name)!, now, { ...refund, status })),
        ),
      ]);
  }
  return models;
}

const closedCodes: Readonly<Partial<Record<ModelPayment['status'], string>>> = {
  paid: 'PAYMENT_ALREADY_PAID',
  pending: 'PAYMENT_IN_PROGRESS',
  cancelled: 'PAYMENT_CANCELLED',
  declined: 'PAYMENT_CANCELLED',
  expired: 'PAYMENT_EXPIRED',
};

export function predictConfirm(model: Model, request: Of<'confirm'>, at: Circumstances): Prediction[] {
  const payment = model.payments.get(request.payment)!;
  if (payment.status !== 'announced') {
    const code = closedCodes[payment.status];
    return code === undefined
      ? confirmOpen(model, payment, request, at)
      : confirmClosed(model, request, code);
  }
  if (payment.expiresAt <= at.now) return refused('PAYMENT_EXPIRED');
  // The call itself makes the order a payment; what that costs, only the answer tells. The performer looks first.
  return [];
}

/** Usually no PIN is looked at; unless the payment was closed while it was. */
function confirmClosed(model: Model, { shopper, isRightPin }: Of<'confirm'>, code: string): Prediction[] {
  if (model.pins[shopper]!.tries === 0 || !isRightPin) return refused(code);
  return [{ code }, { code, next: () => withPinRight(model, shopper) }];
}

function confirmOpen(
  model: Model,
  payment: ModelPayment,
  request: Of<'confirm'>,
  at: Circumstances,
): Prediction[] {
  const { shopper, card, shown } = request;
  const { cards, mostFromBalance } = shoppers[shopper]!;
  // Before any PIN is looked at; unless somebody else looked, and changed the price, while it was.
  if (quoteIsOver(payment, at.now) || (shown !== null && shown !== payment.payerAmount))
    return confirmClosed(model, request, 'PRICE_CHANGED');
  if (card !== null && cards[card]!.locked) return refused('CARD_DECLINED');
  if (pinIsLocked(model, shopper, at.now)) return refused('PIN_LOCKED');
  const tried = withPinTried(model, shopper, at.now);
  if (!request.isRightPin)
    return [
      {
        code: pinIsLocked(tried, shopper, at.now) ? 'PIN_LOCKED' : 'PIN_WRONG',
        next: () => tried,
        unheard: () => tried,
      },
    ];
  const checked = withPinRight(model, shopper);
  const cost = payment.payerAmount;
  const no = (code: string): Prediction[] => [
    { code, next: () => checked, unheard: () => checked },
    broken(tried),
  ];
  if (cost > (card === null ? mostFromBalance : mostFromCard)) return no('RISK_REJECTED');
  if (card === null && balanceOf(model, shopper) < cost) return no('BALANCE_NOT_ENOUGH');
  const by = { ...payment, shopper, card };
  const after =
    card === null ? paid(by, at.now) : moved(by, at.now, { status: 'pending', pendingSince: at.now });
  const next = () => withPayment(checked, after);
  return [
    { code: 'VIEW', wrong: differing(viewOf(after)), next, unheard: next },
    { code: neverSaid, unheard: () => checked },
    broken(tried),
  ];
}

export function predictDecline(model: Model, request: Of<'decline'>, at: Circumstances): Prediction[] {
  const payment = model.payments.get(request.payment)!;
  const { status } = payment;
  if (status === 'announced') {
    const next = () => withPayment(model, { ...payment, expiresAt: Math.min(payment.expiresAt, at.now) });
    return [{ code: 'VIEW', wrong: differing({ status: 'expired' }), next, unheard: next }];
  }
  if (status === 'declined')
    return [{ code: 'VIEW', wrong: differing({ status: 'declined' }), next: () => model }];
  if (status !== 'created') return refused(closedCodes[status]!);
  const next = () => withPayment(model, closed(payment, at.now, 'declined'));
  return [{ code: 'VIEW', wrong: differing({ status: 'declined' }), next, unheard: next }];
}
