// What may be answered when a shop asks for a payment, in either protocol.
import { costInFen, worthOfFen } from './arithmetic.ts';
import { shops } from './cast.ts';
import { lockedSince, type Model, type ModelPayment, quoteEnd, withPayment } from './model.ts';
import {
  type Circumstances,
  differing,
  type Facts,
  type Of,
  offeredPrices,
  type Prediction,
  pricedAt,
  refused,
} from './prediction.ts';

export const usualLifeMs = { 'ams-pay': 14 * 60_000, 'ams-session': 3_600_000, gateway: 12 * 3_600_000 };
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

export function predictPay(model: Model, request: Of<'pay'>, at: Circumstances): Prediction[] {
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
  const price = known.price === '' ? {} : { price: known.price, quotedUntil: quoteEnd(known).toString() };
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
  const expiresAt = endOf(request, createdAt);
  if (createdAt < request.askedAt || createdAt > at.now) return `it was created at ${facts.createdAt}`;
  const { payerAmount } = facts;
  const cost = costInFen(request.amount, shop.currency, facts.price).toString();
  return differing({
    amount: request.amount.toString(),
    ...(request.channel === 'ams-session'
      ? { expiresAt: expiresAt.toString() }
      : { quotedUntil: quoteEnd({ shop: request.shop, quotedAt: createdAt, expiresAt }).toString() }),
    ...(payerAmount === undefined ? {} : { payerAmount: cost }),
  })(facts);
}

const endOf = ({ channel, expiresAt }: Of<'pay'>, createdAt: number): number =>
  Math.min(expiresAt ?? createdAt + usualLifeMs[channel], createdAt + longestLifeMs);

function newPayment(request: Of<'pay'>, facts: Facts, at: Circumstances): ModelPayment {
  const { payment: name, shop, requestId, channel, told, amount } = request;
  const createdAt = Number(facts.createdAt);
  const isLooked = channel === 'ams-session';
  return {
    ...{ name, shop, requestId, channel, told, status: 'created', fen: null },
    ...pricedAt({ shop, fen: null, amount }, facts.price ?? ''),
    ...{ wireId: facts.wireId ?? '', url: facts.url ?? '' },
    ...{ createdAt, expiresAt: endOf(request, createdAt) },
    ...nothingYet,
    quotedAt: isLooked ? lockedSince({ shop, createdAt }, at.now) : createdAt,
    history: [`${new Date(at.now).toISOString()} none → created`],
  };
}

const nothingYet = {
  ...{ quotedAt: null, formerly: null },
  ...{ paidAt: null, pendingSince: null, shopper: null, card: null, refunds: [], notices: [] },
};

export function predictAnnounce(model: Model, request: Of<'announce'>, at: Circumstances): Prediction[] {
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
