// What the gateway is asked for an order. Pure: the same order gives the same request.

import type { MerchantClient } from '@tongbao/sdk';
import type { Order } from '@vendure/core';
import { settledToWire } from './amounts.ts';
import type { OrderDescription } from './options.ts';
import type { Settings } from './settings.ts';

export type PayRequest = Parameters<MerchantClient['pay']>[0];

export interface Asked {
  readonly order: Order;
  readonly requestId: string;
  /** Minor units. */
  readonly wire: bigint;
  readonly precision: number;
  readonly settings: Settings;
  readonly described: OrderDescription;
  readonly notifyUrl: string;
  readonly returnUrl: string;
  readonly terminal: 'WEB' | 'WAP';
}

// Limits of the wire (AMS reference, sections 3.1 and 4).
const maxGoods = 100;
const cut = (text: string, length: number) => [...text].slice(0, length).join('');

export function payRequest(asked: Asked): PayRequest {
  const { order, settings, described, precision } = asked;
  const currency = order.currencyCode;
  const amount = { currency, value: asked.wire.toString() };
  const lines = order.lines.filter((line) => line.quantity > 0);
  const goods = lines.slice(0, maxGoods).map((line) => ({
    referenceGoodsId: cut(line.productVariant.sku, 64),
    goodsName: cut(line.productVariant.name ?? line.productVariant.sku, 256),
    goodsQuantity: String(line.quantity),
    goodsUnitAmount: {
      currency,
      value: settledToWire(line.proratedUnitPriceWithTax, currency, precision).toString(),
    },
  }));
  const first = goods[0]?.goodsName ?? order.code;
  const buyer = order.customer?.id;
  return {
    productCode: 'CASHIER_PAYMENT',
    paymentRequestId: asked.requestId,
    paymentAmount: amount,
    paymentMethod: { paymentMethodType: settings.paymentMethodType },
    order: {
      referenceOrderId: order.code,
      orderDescription: cut(
        described.description ?? (lines.length > 1 ? `${first} +${lines.length - 1}` : first),
        256,
      ),
      orderAmount: amount,
      // An amount of nothing is no amount on the wire: a gift line goes without its price.
      goods: goods.map(({ goodsUnitAmount, ...item }) =>
        goodsUnitAmount.value === '0' ? item : { ...item, goodsUnitAmount },
      ),
      ...(described.seller === undefined
        ? {}
        : {
            merchant: {
              referenceMerchantId: cut(described.seller.id, 32),
              merchantName: cut(described.seller.name, 256),
              merchantDisplayName: cut(described.seller.name, 64),
            },
          }),
      ...(buyer === undefined ? {} : { buyer: { referenceBuyerId: String(buyer) } }),
    },
    paymentRedirectUrl: asked.returnUrl,
    paymentNotifyUrl: asked.notifyUrl,
    env: { terminalType: asked.terminal },
  };
}
