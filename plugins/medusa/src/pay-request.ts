// What the gateway is asked for a payment session. Pure: the same session gives the same request. Limits of the wire: AMS
// reference, sections 3.1 and 4.
import type { Amount, MerchantClient } from '@tongbao/sdk';
import { methodOf, notifyUrl, type TongbaoOptions } from './settings.ts';

export type PayRequest = Parameters<MerchantClient['pay']>[0];

const cut = (text: string, length: number) => [...text].slice(0, length).join('');

export function payRequest(asked: {
  readonly options: TongbaoOptions;
  readonly session: string;
  readonly requestId: string;
  readonly amount: Amount;
  readonly isPhone: boolean;
}): PayRequest {
  const { options, session, requestId, amount } = asked;
  const { seller } = options;
  return {
    productCode: 'CASHIER_PAYMENT',
    paymentRequestId: requestId,
    paymentAmount: amount,
    paymentMethod: { paymentMethodType: methodOf(options) },
    order: {
      referenceOrderId: session,
      orderDescription: cut(options.orderDescription ?? 'Order', 256),
      orderAmount: amount,
      ...(seller === undefined
        ? {}
        : {
            merchant: {
              referenceMerchantId: cut(seller.id, 32),
              merchantName: cut(seller.name, 256),
              merchantDisplayName: cut(seller.name, 64),
            },
          }),
    },
    paymentRedirectUrl: `${options.serverUrl}/hooks/tongbao/return/${session}`,
    paymentNotifyUrl: notifyUrl(options),
    env: { terminalType: asked.isPhone ? 'WAP' : 'WEB' },
  };
}
