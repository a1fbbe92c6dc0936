// The ways to pay of one shop: the wallet, with the shop's own keys, and a card that takes nothing.
import type { INestApplication } from '@nestjs/common';
import {
  ChannelService,
  PaymentMethodService,
  type RequestContext,
  RequestContextService,
} from '@vendure/core';
import { translated } from './fill.ts';
import type { MerchantKeys } from './network.ts';
import { sellerShareCode } from './sellers.ts';
import { type Shop, shops } from './shops.ts';

const walletCode = (shop: Shop) => `${shop.code}-wallet`;

const named = (code: string, values: Readonly<Record<string, string>>) => ({
  code,
  arguments: Object.entries(values).map(([name, value]) => ({ name, value })),
});

export async function createPaymentMethods(
  app: INestApplication,
  ctx: RequestContext,
  shop: Shop,
): Promise<void> {
  const methods = app.get(PaymentMethodService);
  await methods.create(ctx, {
    code: walletCode(shop),
    // Switched on with the shop's keys, at every start.
    enabled: false,
    handler: walletSettings(shop, {
      networkUrl: 'http://localhost',
      publicUrl: 'http://localhost',
      keys: undefined,
    }),
    checker: walletChecker(shop),
    translations: translated(
      {
        ko: '통보 월렛 (위안화)',
        zh: '通宝钱包（人民币）',
        en: 'Tongbao wallet (yuan)',
        ja: '通宝ウォレット（人民元）',
      },
      () => ({ description: '' }),
    ),
  });
  await methods.create(ctx, {
    code: `${shop.code}-card`,
    enabled: true,
    handler: named('dummy-payment-handler', { automaticSettle: 'true' }),
    translations: translated(
      {
        ko: '카드 (데모: 결제되지 않음)',
        zh: '银行卡（演示，不会扣款）',
        en: 'Card (demonstration: nothing is taken)',
        ja: 'カード（デモ：請求されません）',
      },
      () => ({ description: '' }),
    ),
  });
  if (shop.code !== 'hinode') return;
  await methods.create(ctx, {
    code: sellerShareCode,
    enabled: true,
    handler: named(sellerShareCode, {}),
    checker: named('only-seller-orders', {}),
    translations: translated(
      { ko: '판매자 몫', zh: '卖家所得', en: 'Seller’s share', ja: '出店者の取り分' },
      () => ({ description: '' }),
    ),
  });
}

const walletChecker = (shop: Shop) =>
  named('tongbao-eligibility', { regions: '', languages: '', currencies: shop.currency });

export interface Connection {
  readonly networkUrl: string;
  readonly publicUrl: string;
  readonly keys: MerchantKeys | undefined;
}

function walletSettings(shop: Shop, { networkUrl, publicUrl, keys }: Connection) {
  return named('tongbao', {
    host: networkUrl,
    mode: 'sandbox',
    clientId: shop.clientId,
    privateKey: keys?.merchantPrivateKey ?? '',
    gatewayPublicKey: keys?.gatewayPublicKey ?? '',
    storefrontUrl: `${publicUrl}/${shop.code}/orders/{code}`,
    paymentMethodType: 'ALIPAY_CN',
  });
}

/** At every start: addresses and keys are those of today's network. A shop without keys does not offer the wallet. */
export async function connectPaymentMethods(
  app: INestApplication,
  to: { networkUrl: string; publicUrl: string; keys: ReadonlyMap<string, MerchantKeys> },
): Promise<void> {
  const methods = app.get(PaymentMethodService);
  const channels = app.get(ChannelService);
  for (const shop of shops) {
    const channel = await channels.getChannelFromToken(shop.code);
    const ctx = await app.get(RequestContextService).create({ apiType: 'admin', channelOrToken: channel });
    const { items } = await methods.findAll(ctx, { filter: { code: { eq: walletCode(shop) } } });
    const keys = to.keys.get(shop.clientId);
    for (const method of items)
      await methods.update(ctx, {
        id: method.id,
        enabled: keys !== undefined,
        handler: walletSettings(shop, { ...to, keys }),
        // An update that does not name it takes it away.
        checker: walletChecker(shop),
      });
  }
}
