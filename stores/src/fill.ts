// Fills an empty Vendure with the four shops: regions, channels, shipping, ways to pay, and the catalogues.
import type { INestApplication } from '@nestjs/common';
import {
  type Channel,
  ChannelService,
  CountryService,
  type CurrencyCode,
  GlobalSettingsService,
  type ID,
  isGraphQlErrorResult,
  type LanguageCode,
  RequestContextService,
  SellerService,
  ShippingMethodService,
  TaxCategoryService,
  TaxRateService,
  ZoneService,
} from '@vendure/core';
import { hinodeSellers } from './catalogue-words.ts';
import { fillCatalogue } from './fill-catalogue.ts';
import { createPaymentMethods } from './payment-methods.ts';
import { sellerChannelCode } from './sellers.ts';
import { type Language, regions, type Shop, shops, type Words } from './shops.ts';

const allLanguages = ['ko', 'zh', 'en', 'ja'] as LanguageCode[];

export const translated = <Rest extends object>(words: Words, rest: (language: Language) => Rest) =>
  allLanguages.map((languageCode) => ({
    languageCode,
    name: words[languageCode as Language],
    ...rest(languageCode as Language),
  }));

interface Land {
  readonly zoneId: ID;
  readonly taxCategoryId: ID;
}

/** Takes some ten seconds; `tell` hears how far it is. */
export async function fill(app: INestApplication, tell: (progress: string) => void): Promise<void> {
  const contexts = app.get(RequestContextService);
  const land = await fillLand(app);
  for (const shop of shops) {
    const channel = await openChannel(app, land, {
      code: shop.code,
      currency: shop.currency,
      languages: shop.languages,
    });
    const ctx = await contexts.create({ apiType: 'admin', channelOrToken: channel });
    await app.get(ShippingMethodService).create(ctx, {
      code: `${shop.code}-post`,
      fulfillmentHandler: 'manual-fulfillment',
      checker: { code: 'shipped-regions', arguments: [] },
      calculator: { code: 'fee-by-region', arguments: [] },
      translations: translated(
        { ko: '국제 특송', zh: '国际快递', en: 'International express', ja: '国際宅配便' },
        () => ({ description: '' }),
      ),
    });
    await createPaymentMethods(app, ctx, shop);
    const made = await fillCatalogue(app, { shop, channel, taxCategoryId: land.taxCategoryId });
    tell(`${shop.name.en}: ${made} products`);
  }
  await fillSellers(app, land);
}

async function fillLand(app: INestApplication): Promise<Land> {
  const ctx = await app.get(RequestContextService).create({ apiType: 'admin' });
  await app.get(GlobalSettingsService).updateSettings(ctx, {
    availableLanguages: allLanguages,
    trackInventory: false,
  });
  const memberIds: ID[] = [];
  for (const region of regions) {
    const country = await app.get(CountryService).create(ctx, {
      code: region.code,
      enabled: true,
      translations: translated(region.name, () => ({})),
    });
    memberIds.push(country.id);
  }
  const zone = await app.get(ZoneService).create(ctx, { name: 'Nineteen regions', memberIds });
  const category = await app.get(TaxCategoryService).create(ctx, { name: 'Goods', isDefault: true });
  // Shown prices are what is paid: duty-free for export.
  await app.get(TaxRateService).create(ctx, {
    name: 'Export',
    enabled: true,
    value: 0,
    categoryId: category.id,
    zoneId: zone.id,
  });
  const fallback = await app.get(ChannelService).getDefaultChannel(ctx);
  await app.get(ChannelService).update(ctx, {
    id: fallback.id,
    defaultTaxZoneId: zone.id,
    defaultShippingZoneId: zone.id,
    pricesIncludeTax: true,
    availableLanguageCodes: allLanguages,
  });
  return { zoneId: zone.id, taxCategoryId: category.id };
}

async function openChannel(
  app: INestApplication,
  land: Land,
  of: { code: string; currency: Shop['currency']; languages: readonly Language[]; sellerId?: ID },
): Promise<Channel> {
  const ctx = await app.get(RequestContextService).create({ apiType: 'admin' });
  const channel = await app.get(ChannelService).create(ctx, {
    code: of.code,
    token: of.code,
    defaultLanguageCode: of.languages[0] as LanguageCode,
    availableLanguageCodes: [...of.languages] as LanguageCode[],
    pricesIncludeTax: true,
    defaultCurrencyCode: of.currency as CurrencyCode,
    availableCurrencyCodes: [of.currency as CurrencyCode],
    defaultTaxZoneId: land.zoneId,
    defaultShippingZoneId: land.zoneId,
    sellerId: of.sellerId,
  });
  if (isGraphQlErrorResult(channel)) throw new Error(channel.message);
  return channel;
}

/** Each seller of the marketplace has a channel of his own, where he finds his part of every order. */
async function fillSellers(app: INestApplication, land: Land): Promise<void> {
  const ctx = await app.get(RequestContextService).create({ apiType: 'admin' });
  for (const { slug, name } of hinodeSellers) {
    const seller = await app.get(SellerService).create(ctx, { name: name.ja });
    await openChannel(app, land, {
      code: sellerChannelCode(slug),
      currency: 'JPY',
      languages: ['ja', 'zh', 'en', 'ko'],
      sellerId: seller.id,
    });
  }
}
