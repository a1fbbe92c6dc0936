// The wallet at a till over HTTP: making a payment code and watching it, and opening what was scanned.
import { createHash } from 'node:crypto';
import { minorUnits, money } from '@tongbao/money';
import { readScannedCode, type ScannedCode } from '@tongbao/protocol/codes';
import { codeOperations, type PaymentCodeView, type ScannedView } from '@tongbao/protocol/wallet';
import type { Customer } from '../../customers/index.ts';
import type { Merchants } from '../../merchants/index.ts';
import type { Payment, Payments } from '../../payments/index.ts';
import { Rejection } from '../../rejection.ts';
import type { Clock } from '../../system/index.ts';
import type { PaymentCode, PaymentCodes, Wallet } from '../../wallet/index.ts';
import { RequestRefused } from '../shopper/errors.ts';
import { sellerOf } from '../shopper/payee.ts';
import { shopperRefusals } from '../shopper/refusals.ts';
import { type AddRoute, idOf } from '../shopper/routes.ts';
import { wireMoney } from '../shopper/views.ts';
import { assertKnown } from './view.ts';

export interface CodeSources {
  readonly codes: PaymentCodes;
  readonly wallet: Pick<Wallet, 'cardForPayment'>;
  readonly payments: Pick<Payments, 'find' | 'findById' | 'findCheckout' | 'preview' | 'create'>;
  readonly merchants: Pick<Merchants, 'get' | 'findByPartner'>;
  readonly tokens: { path(wireId: string): string; read(token: string): string | null };
  readonly paymentIds: { toWire(payment: Payment): string; fromWire(wireId: string): bigint | null };
  readonly clock: Clock;
}

/** Calls a minute of one account: a wallet needs one or two codes. */
const codesPerMinute = 60;

export function codeRoutes(route: AddRoute, sources: CodeSources): void {
  const { codes, wallet, clock } = sources;
  route(
    codeOperations.issuePaymentCode,
    async ({ body, customer }) => {
      assertKnown(customer);
      const { method } = body;
      const cardId = method?.kind === 'card' ? idOf(method.cardId) : null;
      if (method?.kind === 'card') {
        if (cardId === null) throw new Rejection('card-unknown', 'there is no such card');
        await wallet.cardForPayment(customer.id, cardId);
      }
      const { code, issued } = await codes.issue({ customerId: customer.id, cardId });
      return {
        code,
        expiresAt: issued.expiresAt.toISOString(),
        codeId: issued.id.toString(),
        now: clock.now().toISOString(),
      };
    },
    { perMinute: codesPerMinute },
  );
  route(codeOperations.viewPaymentCode, async ({ params, customer }) => {
    const id = idOf(params.codeId ?? '');
    const code = id === null ? null : await codes.find(id);
    if (code === null || code.customerId !== customer.id)
      throw new RequestRefused(404, 'NOT_FOUND', 'there is no such payment code');
    return codeView(sources, code);
  });
  route(
    codeOperations.scan,
    ({ body, customer }) => {
      const scanned = readScannedCode(body.text);
      if (scanned === null) throw new RequestRefused(400, 'INVALID_REQUEST', 'text: no code of this network');
      return scanned.kind === 'order'
        ? scannedOrder(sources, scanned)
        : scannedShop(sources, { scanned, customer, ...body });
    },
    { perMinute: codesPerMinute },
  );
}

async function codeView(sources: CodeSources, code: PaymentCode): Promise<PaymentCodeView> {
  const { payments, merchants, tokens, paymentIds, clock } = sources;
  const now = clock.now();
  const empty = {
    merchantName: null,
    seller: null,
    amount: null,
    payerAmount: null,
    cashierPath: null,
    billId: null,
  };
  const view = { refusal: null, ...empty, now: now.toISOString() };
  if (code.taken === null) return { ...view, status: code.expiresAt <= now ? 'expired' : 'waiting' };
  const payment = await payments.find(code.taken);
  const { refusal } = code;
  if (payment === null) {
    // Taken a moment ago: the shop's answer is being made. Later than the code itself: nothing came of it.
    if (refusal !== null) return { ...view, status: 'failed', refusal: shopperRefusals[refusal].code };
    return { ...view, status: code.expiresAt <= now ? 'expired' : 'waiting' };
  }
  const { merchant } = await merchants.get(payment.merchantId);
  const status = statusOf(payment, now);
  return {
    ...view,
    status,
    merchantName: merchant.displayName,
    seller: sellerOf(payment, merchant),
    amount: wireMoney(payment.amount),
    payerAmount: wireMoney(payment.payerAmount),
    cashierPath: tokens.path(paymentIds.toWire(payment)),
    billId: status === 'paid' ? `P${payment.id}` : null,
  };
}

function statusOf(payment: Payment, now: Date): PaymentCodeView['status'] {
  switch (payment.status) {
    case 'created':
      return payment.expiresAt <= now ? 'expired' : 'confirm';
    case 'pending':
      return 'pending';
    case 'paid':
      return 'paid';
    case 'expired':
      return 'expired';
    default:
      return 'failed';
  }
}

async function scannedOrder(
  { payments, merchants, tokens, paymentIds }: CodeSources,
  scanned: ScannedCode & { kind: 'order' },
): Promise<ScannedView> {
  const wireId = tokens.read(scanned.token);
  const id = wireId === null ? null : paymentIds.fromWire(wireId);
  const checkout = id === null ? null : await payments.findCheckout(id);
  const payment =
    (id === null ? null : await payments.findById(id)) ??
    (checkout === null ? null : await payments.preview(checkout));
  if (payment === null) throw new Rejection('payment-not-found', 'there is no such order');
  const { merchant } = await merchants.get(payment.merchantId);
  return {
    kind: 'order',
    cashierPath: `/cashier/${scanned.token}`,
    merchantName: merchant.displayName,
    seller: sellerOf(payment, merchant),
    currency: payment.amount.currency,
    minorUnits: minorUnits(payment.amount.currency),
    amount: wireMoney(payment.amount),
  };
}

/** Somebody who stands in a shop pays now. */
const staticLifetimeMs = 15 * 60_000;

interface AtShop {
  readonly scanned: ScannedCode & { readonly kind: 'shop' };
  readonly customer: Customer;
  readonly amount?: { readonly currency: string; readonly value: string } | undefined;
  readonly requestId?: string | undefined;
}

async function scannedShop(sources: CodeSources, asked: AtShop): Promise<ScannedView> {
  const access = await sources.merchants.findByPartner(asked.scanned.partner);
  if (access === null || access.merchant.status !== 'active')
    throw new Rejection('merchant-unknown', 'there is no such shop');
  const currency = access.contract.paymentCurrencies[0]!;
  const view = {
    kind: 'shop' as const,
    merchantName: access.merchant.displayName,
    seller: null,
    currency,
    minorUnits: minorUnits(currency),
  };
  if (asked.amount === undefined) return { ...view, cashierPath: null, amount: null };
  const payment = await orderAtShop(sources, { ...asked, merchantId: access.merchant.id }, currency);
  const cashierPath = sources.tokens.path(sources.paymentIds.toWire(payment));
  return { ...view, cashierPath, amount: wireMoney(payment.amount) };
}

/** The order that a static code stands for: the shop hears of it by its own notification address, once it is paid. */
async function orderAtShop(
  { payments }: CodeSources,
  asked: AtShop & { merchantId: bigint },
  currency: string,
): Promise<Payment> {
  const { amount, requestId, merchantId, customer } = asked;
  if (requestId === undefined)
    throw new RequestRefused(400, 'INVALID_REQUEST', 'requestId: is needed with an amount');
  if (amount!.currency !== currency)
    throw new Rejection('currency-not-supported', `this shop takes ${currency}`);
  const value = BigInt(amount!.value);
  if (value <= 0n) throw new Rejection('amount-out-of-limits', 'must be more than zero', { field: 'amount' });
  const hash = (parts: readonly string[]) => createHash('sha256').update(JSON.stringify(parts)).digest();
  const { payment } = await payments.create({
    merchantId,
    // The shopper's own numbers must not meet the shop's, nor another shopper's.
    requestId: `QR_${hash([customer.id.toString(), requestId]).toString('hex').slice(0, 40)}`,
    inputHash: hash(['static', currency, value.toString()]),
    amount: money(currency, value),
    payerCurrency: 'CNY',
    settlementCurrency: null,
    quoteId: null,
    expiresAt: null,
    lifetimeMs: staticLifetimeMs,
    order: {
      reference: null,
      description: '',
      merchantName: null,
      goods: [],
      redirectUrl: '',
      notifyUrl: null,
      metadata: null,
      channel: 'ams-pay',
      channelData: { paymentMethodType: 'ALIPAY_CN', inStore: 'StaticCode' },
    },
  });
  return payment;
}
