// pay in a shop (productCode IN_STORE_PAYMENT): the shop scans the shopper's code, or the shopper scans the order's, or a
// shopper has come to the merchant's page by its static code (AMS reference, section 3.1).
import { type ParsedRequestOf, result } from '@tongbao/protocol/ams';
import { paymentCodePattern } from '@tongbao/protocol/codes';
import type { Payment } from '../../payments/index.ts';
import { orderCodeOf } from '../order-code.ts';
import { paymentIdToWire } from '../payment-ids.ts';
import type { AmsCall, AmsParts } from './adapter.ts';
import { commandOf, customizedOf, payAnswer } from './create.ts';
import { IllegalParameter } from './illegal-parameter.ts';
import { isoTime } from './times.ts';
import { openFacts, paymentHead, walletMethod } from './views.ts';

/** About three minutes for an order that somebody stands in front of (AMS reference, section 3.1). */
const inStoreLifetimeMs = 3 * 60_000;

/** In a shop the wallet is found by the code, whatever its name: CONNECT_WALLET. */
const methods = [walletMethod, 'CONNECT_WALLET'];

export async function payInStore(parts: AmsParts, call: AmsCall, body: ParsedRequestOf<'pay'>) {
  const { paymentMethodType, paymentMethodId } = body.paymentMethod;
  if (!methods.includes(paymentMethodType)) return { result: result('PAYMENT_METHOD_NOT_SUPPORTED') };
  const scenario =
    body.paymentFactor?.inStorePaymentScenario ??
    (paymentMethodId === undefined ? 'OrderCode' : 'PaymentCode');
  const create = commandOf(call, body, {
    channel: 'ams-pay',
    expiresAt: body.paymentExpiryTime,
    lifetimeMs: inStoreLifetimeMs,
    channelData: { paymentMethodType, inStore: scenario, ...customizedOf(body) },
    isDisplayed: scenario === 'OrderCode',
  });
  if (scenario === 'PaymentCode') {
    if (paymentMethodId === undefined)
      throw new IllegalParameter('paymentMethod.paymentMethodId', "is missing: the shopper's code");
    if (!paymentCodePattern.test(paymentMethodId)) return { result: result('INVALID_CODE') };
    const { payment } = await parts.payByCode({ create, code: paymentMethodId });
    return payment.status === 'created' ? waitsForShopper(payment) : payAnswer(parts, payment);
  }
  const { payment } = await parts.payments.create(create);
  if (payment.status !== 'created' || scenario === 'EntryCode') return payAnswer(parts, payment);
  return orderAnswer(parts, call, payment);
}

/** The sum needs the shopper's PIN: his wallet asks for it, and the shop asks again (inquiryPayment) or is told. */
const waitsForShopper = (payment: Payment) => ({
  result: result('PAYMENT_IN_PROCESS', 'The shopper has to confirm the payment in the wallet; ask again.'),
  ...paymentHead(payment),
  ...openFacts(payment),
});

function orderAnswer(parts: AmsParts, { access }: AmsCall, payment: Payment) {
  const normalUrl = parts.cashierUrl(paymentIdToWire(payment));
  return {
    result: result('PAYMENT_IN_PROCESS'),
    ...paymentHead(payment),
    ...openFacts(payment),
    normalUrl,
    orderCodeForm: {
      paymentMethodType: walletMethod,
      expireTime: isoTime(payment.expiresAt),
      codeDetails: [
        { codeValueType: 'QRCODE', codeValue: orderCodeOf(access, payment, normalUrl), displayType: 'TEXT' },
      ],
    },
  };
}
