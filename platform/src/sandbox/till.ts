// What stands behind the till page in a sandbox: the shop's own server. It signs with the shop's key and speaks to the
// gateway as any shop does, through the whole of its door.

import { minorUnits, toWire } from '@tongbao/money';
import type { ResponseOf } from '@tongbao/protocol/ams';
import { apiPath } from '@tongbao/protocol/ams';
import type { TillAnswer, TillPayment } from '@tongbao/protocol/sandbox';
import { signatureHeader } from '../http/ams/signing.ts';
import { shopCodeOf } from '../http/order-code.ts';
import { paymentIdToWire } from '../http/payment-ids.ts';
import type { Till } from '../http/sandbox/till.ts';
import type { Platform } from '../platform.ts';
import { Rejection } from '../rejection.ts';
import { privateKeyOf } from '../system/index.ts';
import { sandboxMerchants, secretsOf } from './merchants.ts';

/** Hands a request to the gateway; answers the body. */
export type Send = (request: {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}) => Promise<string>;

/** Of the latest payments, so many are looked through for those of a static code. */
const looked = 200;
const shown = 10;

export function createTill(platform: Platform, send: Send): Till {
  const call = <Answer>(clientId: string, resource: string, body: object): Promise<Answer> =>
    signedCall<Answer>({ platform, send }, { clientId, resource, body });
  const ask: Till['ask'] = async ({ clientId, requestId }) =>
    asked(await call<Inquiry>(clientId, 'payments/inquiryPayment', { paymentRequestId: requestId }));
  return {
    async shops() {
      const shops = [];
      for (const { clientId } of sandboxMerchants) {
        const access = await platform.merchants.findByClientId(clientId);
        if (access === null) continue;
        const { name, displayName } = access.merchant;
        const currencies = access.contract.paymentCurrencies.map((currency) => ({
          currency,
          minorUnits: minorUnits(currency),
        }));
        const staticCode = shopCodeOf(access);
        shops.push({ clientId, name, displayName, ...currencies[0]!, currencies, staticCode });
      }
      return { shops };
    },
    pay: async (order) => answered(await call<Paid>(order.clientId, 'payments/pay', payBody(order))),
    ask,
    async cancel(about) {
      await call(about.clientId, 'payments/cancel', { paymentRequestId: about.requestId });
      return ask(about);
    },
    async received(clientId) {
      const access = await platform.merchants.findByClientId(clientId);
      if (access === null)
        throw new Rejection('merchant-unknown', `${clientId} is not a shop of this sandbox`);
      const payments = (await platform.payments.latest(looked)).filter(
        (payment) =>
          payment.merchantId === access.merchant.id &&
          payment.paidAt !== null &&
          payment.order.channelData.inStore === 'StaticCode',
      );
      return {
        payments: payments.slice(0, shown).map((payment) => ({
          paymentId: paymentIdToWire(payment),
          amount: toWire(payment.amount),
          paidAt: payment.paidAt!.toISOString(),
        })),
      };
    },
  };
}

const payBody = ({ requestId, amount, code }: TillPayment) => ({
  productCode: 'IN_STORE_PAYMENT',
  paymentRequestId: requestId,
  paymentAmount: amount,
  order: { referenceOrderId: requestId, orderDescription: '', orderAmount: amount },
  paymentMethod: {
    paymentMethodType: code === undefined ? 'ALIPAY_CN' : 'CONNECT_WALLET',
    ...(code === undefined ? {} : { paymentMethodId: code }),
  },
  paymentFactor: { inStorePaymentScenario: code === undefined ? 'OrderCode' : 'PaymentCode' },
  env: { terminalType: 'APP' },
});

type Paid = ResponseOf<'pay'>;
type Inquiry = ResponseOf<'inquiryPayment'>;

function answered(answer: Paid): TillAnswer {
  const { resultStatus, resultCode } = answer.result;
  const waiting = resultCode === 'PAYMENT_IN_PROCESS';
  return {
    status:
      resultStatus === 'S' ? 'paid' : waiting ? 'waiting' : resultStatus === 'F' ? 'refused' : 'unknown',
    resultCode,
    amount: answer.paymentAmount ?? null,
    payerAmount: answer.actualPaymentAmount ?? null,
    paymentId: answer.paymentId ?? null,
    orderCode: answer.orderCodeForm?.codeDetails[0]?.codeValue ?? null,
  };
}

const statuses = {
  SUCCESS: 'paid',
  PROCESSING: 'waiting',
  PENDING: 'waiting',
  FAIL: 'closed',
  CANCELLED: 'closed',
} as const;

function asked(answer: Inquiry): TillAnswer {
  const { resultStatus, resultCode } = answer.result;
  const missing = resultStatus === 'F' ? 'refused' : 'unknown';
  return {
    status: answer.paymentStatus === undefined ? missing : statuses[answer.paymentStatus],
    resultCode: answer.paymentResultCode ?? resultCode,
    amount: answer.paymentAmount ?? null,
    payerAmount: answer.actualPaymentAmount ?? null,
    paymentId: answer.paymentId ?? null,
    orderCode: null,
  };
}

async function signedCall<Answer>(
  { platform, send }: { platform: Platform; send: Send },
  { clientId, resource, body }: { clientId: string; resource: string; body: object },
): Promise<Answer> {
  const access = await platform.merchants.findByClientId(clientId);
  const secrets = await secretsOf(platform, clientId);
  if (access === null || secrets === null)
    throw new Rejection('merchant-unknown', `${clientId} is not a shop of this sandbox`);
  const path = apiPath(resource);
  const time = platform.clock.now().toISOString();
  const raw = Buffer.from(JSON.stringify(body), 'utf8');
  const key = {
    version: Math.max(...access.keys.map(({ version }) => version)),
    privateKey: privateKeyOf(secrets.merchantPrivateKey),
    publicKey: '',
  };
  const signature = await signatureHeader(key, { path, clientId, time }, raw);
  const headers = {
    'client-id': clientId,
    'request-time': time,
    signature,
    'content-type': 'application/json; charset=UTF-8',
  };
  return JSON.parse(await send({ path, headers, body: raw })) as Answer;
}
