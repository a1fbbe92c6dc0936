// create_forex_trade and its wap twin: an order is announced and the shopper is sent to the cashier. No trade exists
// before he has signed in there (reference, sections 2.2 and 2.3).
import type { Money } from '@tongbao/money';
import { type CreateForexTrade, readTime } from '@tongbao/protocol/gateway';
import { plainText } from '@tongbao/protocol/shown-text';
import type { Checkout, OrderFacts, OrderShares } from '../../payments/index.ts';
import { paymentIdToWire } from '../payment-ids.ts';
import { dealHash, hashOf } from './input-hash.ts';
import { type GatewayAnswer, type GatewayCall, type GatewayParts, GatewayRefusal } from './parts.ts';
import { amountOf, feeOf, isContracted } from './trade.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const usualLifetimeMs = 12 * hourMs;
/** The later ceiling of order_valid_time, seconds; the older one was 21600 (section 2.2). */
const longestValidTime = 2_592_000n;
/** From then on every secondary merchant must be registered (section 2.9). */
const registryIsMandatoryFrom = new Date('2019-01-31T00:00:00+08:00');

const timeoutRules: Readonly<Record<string, number>> = {
  '5m': 5 * minuteMs,
  '10m': 10 * minuteMs,
  '15m': 15 * minuteMs,
  '30m': 30 * minuteMs,
  '1h': hourMs,
  '2h': 2 * hourMs,
  '3h': 3 * hourMs,
  '5h': 5 * hourMs,
  '10h': 10 * hourMs,
  '12h': 12 * hourMs,
  '1d': dayMs,
  '3d': 3 * dayMs,
  '7d': 7 * dayMs,
  '15d': 15 * dayMs,
};

export const createForexTrade = (parts: GatewayParts, call: GatewayCall, body: CreateForexTrade) =>
  announce(parts, call, body, 'sign-in');
export const createForexTradeWap = (parts: GatewayParts, call: GatewayCall, body: CreateForexTrade) =>
  announce(parts, call, body, 'confirmation');

async function announce(
  parts: GatewayParts,
  call: GatewayCall,
  body: CreateForexTrade,
  beginsAt: Checkout['beginsAt'],
): Promise<GatewayAnswer> {
  const price = priceOf(call, body);
  const life = lifeOf(call.now, body);
  await checkSecondaryMerchant(parts, call, body);
  const shares = await sharesOf(
    parts,
    { merchantId: call.access.merchant.id, body },
    price.payerAmount ?? price.amount,
  );
  const checkout = await parts.payments.announce({
    beginsAt,
    expiresAt: life.signInBy,
    olderInputHash: hashOf([body.currency, body.total_fee, body.rmb_fee, body.subject, body.body]),
    command: {
      merchantId: call.access.merchant.id,
      requestId: body.out_trade_no,
      inputHash: dealHash('create_forex_trade', body),
      ...price,
      payerCurrency: 'CNY',
      settlementCurrency: null,
      expiresAt: life.payBy,
      lifetimeMs: life.payWithinMs,
      order: { ...orderOf(call, body), ...(shares === null ? {} : { shares }) },
    },
  });
  return { kind: 'redirect', url: parts.cashierUrl(paymentIdToWire(checkout)) };
}

/** The price in the shop's currency, or in yuan: exactly one of them. */
function priceOf(call: GatewayCall, body: CreateForexTrade) {
  const { currency, total_fee: fee, rmb_fee: yuan } = body;
  if ((fee === undefined) === (yuan === undefined))
    throw new GatewayRefusal('ILLEGAL_ARGUMENT', 'exactly one of total_fee and rmb_fee must be given');
  const amount = fee === undefined ? feeOf('currency', '1', currency) : feeOf('total_fee', fee, currency);
  if (!isContracted(call, currency))
    throw new GatewayRefusal(
      'FOREX_MERCHANT_NOT_SUPPORT_THIS_CURRENCY',
      `${currency} is not in the contract`,
    );
  return yuan === undefined ? { amount } : { amount, payerAmount: feeOf('rmb_fee', yuan, 'CNY') };
}

/** The two clocks of an order (section 2.2, Lifetime): until sign-in, and from then until payment. */
function lifeOf(
  now: Date,
  body: CreateForexTrade,
): { signInBy: Date; payBy: Date | null; payWithinMs: number } {
  const { timeout_rule: rule, order_gmt_create: from, order_valid_time: valid } = body;
  if (rule !== undefined && !Object.hasOwn(timeoutRules, rule))
    throw new GatewayRefusal('ILLEGAL_TIMEOUT_RULE', `${rule} is not a timeout`);
  if ((from === undefined) !== (valid === undefined))
    throw new GatewayRefusal('ILLEGAL_ARGUMENT', 'order_gmt_create and order_valid_time come together');
  if (from === undefined || valid === undefined) {
    const payWithinMs = rule === undefined ? usualLifetimeMs : timeoutRules[rule]!;
    return { signInBy: new Date(now.getTime() + payWithinMs), payBy: null, payWithinMs };
  }
  const created = readTime(from);
  if (created === null) throw new GatewayRefusal('ILLEGAL_ARGUMENT', 'order_gmt_create is no time');
  const seconds = BigInt(valid);
  if (seconds <= 60n || seconds > longestValidTime)
    throw new GatewayRefusal('ILLEGAL_ARGUMENT', 'order_valid_time must be above 60 and at most 2592000');
  const payBy = new Date(created.getTime() + Number(seconds) * 1000);
  // Somebody who comes with less than a minute left could not pay any more.
  const signInBy = new Date(payBy.getTime() - minuteMs);
  if (signInBy <= now) throw new GatewayRefusal('SESSION_TIMEOUT', 'the order’s time is over');
  return { signInBy, payBy, payWithinMs: payBy.getTime() - now.getTime() };
}

export async function checkSecondaryMerchant(
  parts: GatewayParts,
  call: GatewayCall,
  body: Pick<
    CreateForexTrade,
    'secondary_merchant_id' | 'secondary_merchant_name' | 'secondary_merchant_industry'
  >,
): Promise<void> {
  const {
    secondary_merchant_id: id,
    secondary_merchant_name: name,
    secondary_merchant_industry: industry,
  } = body;
  if (id === undefined) return;
  const known = await parts.merchants.secondary.find(call.access.merchant.id, id);
  if (known === null) {
    if (call.now < registryIsMandatoryFrom) return;
    throw new GatewayRefusal('SECONDARY_MERCHANT_NOT_EXIST', `${id} is not registered`);
  }
  if ((name !== undefined && name !== known.name) || (industry !== undefined && industry !== known.industry))
    throw new GatewayRefusal(
      'SECONDARY_MERCHANT_NAME_NOT_MATCH',
      'name or industry is not what is registered',
    );
}

/** Shares for others: each in the currency of the price, together at most the price (section 2.2). */
async function sharesOf(
  parts: GatewayParts,
  { merchantId, body }: { merchantId: bigint; body: CreateForexTrade },
  price: Money,
): Promise<OrderShares | null> {
  const asked = new Map<string, bigint>();
  let sum = 0n;
  for (const line of body.split_fund_info ?? []) {
    if (line.transIn === undefined || !/^2088\d{0,24}$/.test(line.transIn))
      throw new GatewayRefusal('INVALID_PARAMETER', 'split_fund_info names its receivers by transIn, 2088…');
    if (line.currency !== price.currency)
      throw new GatewayRefusal('INVALID_PARAMETER', `split_fund_info must be in ${price.currency}`);
    const share = amountOf('split_fund_info', line.amount, line.currency).amount;
    if (share <= 0n) throw new GatewayRefusal('INVALID_PARAMETER', 'a share must be above zero');
    sum += share;
    asked.set(line.transIn, (asked.get(line.transIn) ?? 0n) + share);
  }
  if (sum > price.amount)
    throw new GatewayRefusal('INVALID_PARAMETER', 'split_fund_info is more than the order');
  if (sum === 0n) return null;
  const shares: OrderShares['parts'][number][] = [];
  for (const [receiver, amount] of asked) {
    const account = await parts.payments.shareAccount({ merchantId, receiver, currency: 'CNY' });
    shares.push({ receiver, account: account.toString(), amount: amount.toString() });
  }
  return { pricedIn: body.rmb_fee === undefined ? 'order' : 'payer', parts: shares };
}

function orderOf(call: GatewayCall, body: CreateForexTrade): OrderFacts {
  return {
    reference: body.out_trade_no,
    description: plainText(body.subject),
    merchantName: body.supplier ?? body.secondary_merchant_name ?? body.seller_name ?? null,
    goods: [],
    redirectUrl: body.return_url ?? '',
    notifyUrl: body.notify_url ?? null,
    metadata: body.body ?? null,
    channel: 'gateway',
    channelData: {
      charset: call.charset,
      signType: call.signType,
      pricedIn: body.rmb_fee === undefined ? 'order' : 'payer',
      secondaryMerchantId: body.secondary_merchant_id ?? null,
    },
  };
}
