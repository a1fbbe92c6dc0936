// What may be answered to a request in a given world, and what the world is then: the rules of payments, written from the
// guides and the protocol's reference, without a line of the server's code.
import { costInFen, halfEven, sevenDigits, worthOfFen } from './arithmetic.ts';
import { mostFromCard, type Shop, shoppers, shops } from './cast.ts';
import {
  balanceOf,
  closed,
  type Model,
  type ModelPayment,
  mayBeWithdrawn,
  moved,
  paid,
  pinIsLocked,
  refundsIn,
  surelyOnCard,
  withPayment,
  withPinRight,
  withPinTried,
  withRefund,
} from './model.ts';
import { surelyAvailable } from './predict-funds.ts';
import { predictRefund, predictRefundInquiry } from './predict-refund.ts';
import { predictTopUp, predictTopUpView, predictWallet } from './predict-wallet.ts';
import { businessDay, usableRates } from './rates.ts';
import type { Request } from './requests.ts';

export type Facts = Readonly<Record<string, string>>;

export interface Prediction {
  readonly code: string;
  /** What is wrong with the answer's facts, or null. */
  readonly wrong?: (facts: Facts) => string | null;
  /** The world afterwards; absent where nothing changes. */
  readonly next?: (facts: Facts) => Model;
  /** The same where the answer was not heard; absent where asking again tells. */
  readonly unheard?: () => Model;
}

export interface Circumstances {
  readonly now: number;
  /** The latest that the clock has ever said: what was settled then is settled. */
  readonly latest: number;
  readonly seed: number;
  readonly firstDay: string;
  /** Whether the rate source ever failed: older rates may then be in force. */
  readonly ratesFailed: boolean;
  /** Whether a bank ever said no to what it had done. */
  readonly banksDenied: boolean;
}

type Of<Kind extends Request['kind']> = Extract<Request, { kind: Kind }>;

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

/** Facts that must be as expected; the first that is not, in words. */
export const differing =
  (expected: Facts) =>
  (facts: Facts): string | null => {
    for (const [name, value] of Object.entries(expected))
      if (facts[name] !== value) return `${name} is ${facts[name] ?? 'absent'}, expected ${value}`;
    return null;
  };

/** Every price that may be offered now: the newest usable rates of both currencies, with the shop's spread. */
export function offeredPrices({ currency, spreadBps }: Shop, at: Circumstances): string[] {
  const day = businessDay(at.now);
  const rates = (of: string) => {
    const usable = usableRates({ seed: at.seed, currency: of, day, firstDay: at.firstDay });
    return at.ratesFailed ? usable : usable.slice(0, 1);
  };
  return rates('CNY').flatMap((yuan) =>
    rates(currency).map((own) =>
      sevenDigits({
        over: yuan.over * own.under * (10_000n + spreadBps),
        under: yuan.under * own.over * 10_000n,
      }),
    ),
  );
}

const usualLifeMs = { 'ams-pay': 14 * 60_000, 'ams-session': 3_600_000, gateway: 12 * 3_600_000 };
const longestLifeMs = 24 * 3_600_000;

const inProcess = { 'ams-pay': 'PAYMENT_IN_PROCESS', 'ams-session': 'SUCCESS' };
export const amsCodeOf: Readonly<Record<Exclude<ModelPayment['status'], 'announced'>, string>> = {
  created: 'PAYMENT_IN_PROCESS',
  pending: 'PAYMENT_IN_PROCESS',
  paid: 'SUCCESS',
  cancelled: 'ORDER_IS_CANCELED',
  declined: 'ORDER_IS_CLOSED',
  expired: 'ORDER_IS_CLOSED',
};

const refused = (code: string): Prediction[] => [{ code }];

const neverSaid = '';
/** Broken off after the PIN's try was taken and before it was given back. */
export const broken = (tried: Model): Prediction => ({ code: neverSaid, unheard: () => tried });

function predictPay(model: Model, request: Of<'pay'>, at: Circumstances): Prediction[] {
  const shop = shops[request.shop]!;
  const ends = model.formerKeyEnds[request.shop];
  if (request.how === 'wrong-signature') return refused('INVALID_SIGNATURE');
  if (request.how === 'former-key' && ends !== null && ends !== undefined && at.now >= ends)
    return refused('KEY_NOT_FOUND');
  const known = model.payments.get(request.payment);
  if (known !== undefined) {
    const same =
      known.amount === request.amount &&
      known.channel === request.channel &&
      request.currency === shop.currency;
    return same ? repeated(model, known) : refused('REPEAT_REQ_INCONSISTENT');
  }
  if (request.currency !== shop.currency) return refused('CURRENCY_NOT_SUPPORT');
  if (request.amount <= 0n) return refused('PARAM_ILLEGAL');
  if (request.amount < shop.least || request.amount > shop.most)
    return refused('PAYMENT_AMOUNT_EXCEED_LIMIT');
  if (request.expiresAt !== null && request.expiresAt <= at.now) return refused('PARAM_ILLEGAL');
  const fresh: Prediction = {
    code: inProcess[request.channel],
    wrong: (facts) => wrongOfNew(request, facts, at),
    next: (facts) => withPayment(model, newPayment(request, facts, at)),
  };
  return at.ratesFailed ? [fresh, { code: 'NO_AVAILABLE_QUOTE' }] : [fresh];
}

function repeated(model: Model, known: ModelPayment): Prediction[] {
  const code = amsCodeOf[known.status as 'created'];
  const open = known.status === 'created' || known.status === 'pending' || known.status === 'paid';
  const said = known.channel === 'ams-session' && open ? 'SUCCESS' : code;
  const price = known.price === '' ? {} : { price: known.price };
  const expected = open
    ? {
        wireId: known.wireId,
        ...(known.channel === 'ams-pay' ? { amount: known.amount.toString(), ...price } : {}),
      }
    : {};
  return [{ code: said, wrong: differing(expected), next: () => model }];
}

function wrongOfNew(request: Of<'pay'>, facts: Facts, at: Circumstances): string | null {
  if (facts.price === undefined) return null;
  const shop = shops[request.shop]!;
  const prices = offeredPrices(shop, at);
  if (!prices.includes(facts.price)) return `the price ${facts.price} is none of ${prices.join(', ')}`;
  const createdAt = Number(facts.createdAt);
  const life = request.expiresAt ?? createdAt + usualLifeMs[request.channel];
  const expiresAt = Math.min(life, createdAt + longestLifeMs).toString();
  if (createdAt < request.askedAt || createdAt > at.now) return `it was created at ${facts.createdAt}`;
  const { payerAmount } = facts;
  const cost = costInFen(request.amount, shop.currency, facts.price).toString();
  return differing({
    amount: request.amount.toString(),
    expiresAt,
    ...(payerAmount === undefined ? {} : { payerAmount: cost }),
  })(facts);
}

const feeOf = (amount: bigint, shop: Shop): bigint => halfEven(amount * shop.feeBps, 10_000n);

function newPayment(request: Of<'pay'>, facts: Facts, at: Circumstances): ModelPayment {
  const shop = shops[request.shop]!;
  const price = facts.price ?? '';
  const { payment: name, shop: index, requestId, channel, told, amount } = request;
  return {
    ...{ name, shop: index, requestId, channel, told, amount, price },
    status: 'created',
    fen: null,
    payerAmount: costInFen(amount, shop.currency, price),
    fee: feeOf(amount, shop),
    wireId: facts.wireId ?? '',
    url: facts.url ?? '',
    createdAt: Number(facts.createdAt),
    expiresAt: Number(facts.expiresAt),
    ...nothingYet,
    history: [`${new Date(at.now).toISOString()} none → created`],
  };
}

const nothingYet = { paidAt: null, pendingSince: null, shopper: null, card: null, refunds: [], notices: [] };

function predictAnnounce(model: Model, request: Of<'announce'>, at: Circumstances): Prediction[] {
  if (request.wrongSignature) return refused('ILLEGAL_SIGN');
  const known = model.payments.get(request.payment);
  const shop = shops[request.shop]!;
  if (known !== undefined) {
    const same = (known.fen ?? known.amount) === request.amount && (known.fen !== null) === request.inYuan;
    if (!same) return refused('REPEAT_OUT_TRADE_NO');
    // The time of an order that nobody came for begins anew.
    const renewed = known.status === 'announced' && known.expiresAt <= at.now;
    const again = renewed ? { ...known, expiresAt: at.now + usualLifeMs.gateway } : known;
    const next = () => withPayment(model, again);
    return [{ code: 'REDIRECT', wrong: differing({ url: known.url }), next, unheard: next }];
  }
  const worths = request.inYuan
    ? offeredPrices(shop, at).map((price) => worthOfFen(request.amount, shop.currency, price))
    : [request.amount];
  const fits = (amount: bigint) => amount >= shop.least && amount <= shop.most;
  const predictions: Prediction[] = [];
  if (worths.some(fits))
    predictions.push({
      code: 'REDIRECT',
      next: (facts) => withPayment(model, announced(request, facts, at)),
    });
  if (!worths.every(fits)) predictions.push({ code: 'TOTAL_FEE_OUT_OF_RANGE' });
  if (request.amount <= 0n) predictions.push({ code: 'TOTAL_FEE_LESSEQUAL_ZERO' });
  return predictions;
}

function announced(request: Of<'announce'>, facts: Facts, at: Circumstances): ModelPayment {
  const { payment: name, shop, requestId, told, amount, inYuan } = request;
  return {
    ...{ name, shop, requestId, told, amount },
    channel: 'gateway',
    status: 'announced',
    fen: inYuan ? amount : null,
    price: '',
    payerAmount: 0n,
    fee: 0n,
    wireId: '',
    url: facts.url ?? '',
    createdAt: at.now,
    expiresAt: at.now + usualLifeMs.gateway,
    ...nothingYet,
    history: [`${new Date(at.now).toISOString()} none → announced`],
  };
}

/** Somebody has signed in: the order is a payment, at the price of the moment. */
function begun(payment: ModelPayment, facts: Facts): ModelPayment {
  const shop = shops[payment.shop]!;
  const price = facts.price ?? '';
  const amount = payment.fen === null ? payment.amount : worthOfFen(payment.fen, shop.currency, price);
  return moved(payment, Number(facts.createdAt), {
    ...{ status: 'created', price, amount },
    payerAmount: payment.fen ?? costInFen(amount, shop.currency, price),
    fee: feeOf(amount, shop),
    wireId: facts.wireId ?? '',
    createdAt: Number(facts.createdAt),
    expiresAt: Number(facts.expiresAt),
  });
}

function wrongOfBegun(payment: ModelPayment, facts: Facts, at: Circumstances): string | null {
  const prices = offeredPrices(shops[payment.shop]!, at);
  if (!prices.includes(facts.price ?? '')) return `the price ${facts.price} is none of ${prices.join(', ')}`;
  const now = begun(payment, facts);
  return differing({
    amount: now.amount.toString(),
    payerAmount: now.payerAmount.toString(),
    expiresAt: (now.createdAt + usualLifeMs.gateway).toString(),
  })(facts);
}

function viewOf(payment: ModelPayment): Facts {
  const { status, amount, payerAmount, price, wireId } = payment;
  return {
    status,
    amount: amount.toString(),
    ...(price === '' ? {} : { payerAmount: payerAmount.toString(), price, wireId }),
  };
}

function predictLook(model: Model, request: Of<'look'>, at: Circumstances): Prediction[] {
  const payment = model.payments.get(request.payment)!;
  if (payment.status === 'pending') return predictPending(model, payment, at);
  if (payment.status !== 'announced')
    return [{ code: 'VIEW', wrong: differing(viewOf(payment)), next: () => model }];
  const over = payment.expiresAt <= at.now;
  if (over || request.shopper === null) {
    const status = over ? 'expired' : 'created';
    return [{ code: 'VIEW', wrong: differing({ status }), next: () => model }];
  }
  return [
    {
      code: 'VIEW',
      wrong: (facts) => differing({ status: 'created' })(facts) ?? wrongOfBegun(payment, facts, at),
      next: (facts) => withPayment(model, begun(payment, facts)),
    },
  ];
}

/** The bank may have answered since: then it is paid for good, or open again as long as there is time. */
function predictPending(model: Model, payment: ModelPayment, at: Circumstances): Prediction[] {
  const open = moved(payment, at.now, { status: 'created', shopper: null, card: null });
  const shown = open.expiresAt <= at.now ? 'expired' : 'created';
  return [
    { code: 'VIEW', wrong: differing(viewOf(payment)), next: () => model },
    {
      code: 'VIEW',
      wrong: differing({ ...viewOf(payment), status: 'paid' }),
      next: (facts) => withPayment(model, paid(payment, Number(facts.paidAt))),
    },
    ...(mayBeRefused(model, payment, at)
      ? [
          {
            code: 'VIEW',
            wrong: differing({ ...viewOf(open), status: shown }),
            next: () => withPayment(model, open),
          },
        ]
      : []),
  ];
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

function predictConfirm(model: Model, request: Of<'confirm'>, at: Circumstances): Prediction[] {
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
  const { shopper, card } = request;
  const { cards, mostFromBalance } = shoppers[shopper]!;
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

function predictDecline(model: Model, request: Of<'decline'>, at: Circumstances): Prediction[] {
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
