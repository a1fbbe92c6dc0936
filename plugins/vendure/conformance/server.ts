// The smallest Vendure that sells something for the wallet: no shipping, no customer, one product for each currency in a
// channel of its own. Real Vendure, real PostgreSQL, the plugin as a shop installs it.
import type { INestApplication } from '@nestjs/common';
import {
  bootstrap,
  type Channel,
  ChannelService,
  CountryService,
  type CurrencyCode,
  configureDefaultOrderProcess,
  FastImporterService,
  GlobalSettingsService,
  isGraphQlErrorResult,
  LanguageCode,
  PaymentMethodService,
  ProductVariantPrice,
  RequestContextService,
  TaxCategoryService,
  TaxRateService,
  TransactionalConnection,
  type VendureConfig,
  type VendureLogger,
  ZoneService,
} from '@vendure/core';
import type { Contract, ShopSettings } from '../../conformance/src/index.ts';
import { TongbaoPlugin, wireToSettled } from '../src/index.ts';

export const administrator = { identifier: 'superadmin', password: 'superadmin' } as const;

/** One unit costs the currency's smallest coin, as Vendure stores it: an order has as many units as it is to cost. */
export const unitPrice = (currency: string): number => wireToSettled('1', currency, 2);

const say = (level: string, message: string, context = 'Vendure') =>
  process.stderr.write(`shop ${level} [${context}] ${message}\n`);

function logger(isLoud: boolean): VendureLogger {
  const loudly = (level: string) => (message: string, context?: string) => {
    if (isLoud) say(level, message, context);
  };
  return {
    error: loudly('error'),
    warn: loudly('warn'),
    info: (message, context) => {
      if (isLoud && context === 'Tongbao') say('info', message, context);
    },
    verbose: () => undefined,
    debug: () => undefined,
  };
}

function configOf(at: { port: number; databaseUrl: string; isLoud: boolean }): VendureConfig {
  return {
    apiOptions: { hostname: '127.0.0.1', port: at.port, adminApiPath: 'admin-api', shopApiPath: 'shop-api' },
    authOptions: { tokenMethod: 'bearer', superadminCredentials: administrator },
    // The database is empty at every start.
    dbConnectionOptions: {
      type: 'postgres',
      url: at.databaseUrl,
      synchronize: true,
      logging: false,
      poolSize: 24,
    },
    defaultLanguageCode: LanguageCode.en,
    logger: logger(at.isLoud),
    orderOptions: {
      orderItemsLimit: 1_000_000,
      orderLineItemsLimit: 1_000_000,
      process: [
        configureDefaultOrderProcess({
          arrangingPaymentRequiresShipping: false,
          arrangingPaymentRequiresCustomer: false,
          arrangingPaymentRequiresStock: false,
        }),
      ],
    },
    paymentOptions: { paymentMethodHandlers: [] },
    plugins: [TongbaoPlugin.init({ serverUrl: `http://127.0.0.1:${at.port}`, reconcileAfterSeconds: 0 })],
  };
}

/** A channel for each contract, its token the currency; its one product is the variant with the answered id. */
export interface OpenVendure {
  readonly app: INestApplication;
  readonly url: string;
  readonly variantIds: ReadonlyMap<string, string>;
}

export async function openVendure(settings: ShopSettings): Promise<OpenVendure> {
  const { database, port, verbose } = settings.options;
  if (database === undefined || port === undefined)
    throw new Error('the Vendure driver needs --option database=postgres://… (empty) and --option port=…');
  const number = Number.parseInt(port, 10);
  const config = configOf({ port: number, databaseUrl: database, isLoud: verbose === 'yes' });
  const app = await bootstrap(config, { nestApplicationOptions: { logger: false } });
  const variantIds = new Map<string, string>();
  const land = await prepareLand(app);
  for (const contract of settings.contracts)
    variantIds.set(
      contract.currency,
      await openChannel(app, land, { contract, gatewayUrl: settings.gatewayUrl }),
    );
  return { app, url: `http://127.0.0.1:${number}`, variantIds };
}

interface Land {
  readonly zoneId: string | number;
  readonly taxCategoryId: string | number;
}

async function prepareLand(app: INestApplication): Promise<Land> {
  const ctx = await app.get(RequestContextService).create({ apiType: 'admin' });
  await app.get(GlobalSettingsService).updateSettings(ctx, { trackInventory: false });
  const country = await app.get(CountryService).create(ctx, {
    code: 'CN',
    enabled: true,
    translations: [{ languageCode: LanguageCode.en, name: 'China' }],
  });
  const zone = await app.get(ZoneService).create(ctx, { name: 'Everywhere', memberIds: [country.id] });
  const category = await app.get(TaxCategoryService).create(ctx, { name: 'Goods', isDefault: true });
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
  });
  return { zoneId: zone.id, taxCategoryId: category.id };
}

const named = (code: string, values: Readonly<Record<string, string>>) => ({
  code,
  arguments: Object.entries(values).map(([name, value]) => ({ name, value })),
});

async function openChannel(
  app: INestApplication,
  land: Land,
  { contract, gatewayUrl }: { contract: Contract; gatewayUrl: string },
): Promise<string> {
  const contexts = app.get(RequestContextService);
  const currency = contract.currency as CurrencyCode;
  const made = await app.get(ChannelService).create(await contexts.create({ apiType: 'admin' }), {
    code: contract.currency,
    token: contract.currency,
    defaultLanguageCode: LanguageCode.en,
    availableLanguageCodes: [LanguageCode.en],
    pricesIncludeTax: true,
    defaultCurrencyCode: currency,
    availableCurrencyCodes: [currency],
    defaultTaxZoneId: land.zoneId,
    defaultShippingZoneId: land.zoneId,
  });
  if (isGraphQlErrorResult(made)) throw new Error(made.message);
  const channel = made as Channel;
  const ctx = await contexts.create({ apiType: 'admin', channelOrToken: channel });
  await app.get(PaymentMethodService).create(ctx, {
    code: `wallet-${contract.currency}`,
    enabled: true,
    handler: named('tongbao', {
      host: gatewayUrl,
      mode: 'sandbox',
      clientId: contract.clientId,
      privateKey: contract.merchantPrivateKey,
      gatewayPublicKey: contract.gatewayPublicKey,
      storefrontUrl: `${gatewayUrl}/shop/{code}`,
      paymentMethodType: 'ALIPAY_CN',
    }),
    translations: [{ languageCode: LanguageCode.en, name: 'Wallet', description: '' }],
  });
  return addProduct(app, channel, land);
}

async function addProduct(app: INestApplication, channel: Channel, land: Land): Promise<string> {
  const ctx = await app.get(RequestContextService).create({ apiType: 'admin', channelOrToken: channel });
  const importer = app.get(FastImporterService);
  await importer.initialize(channel);
  const name = `Goods for ${channel.code}`;
  const translations = [{ languageCode: LanguageCode.en, name, slug: name.toLowerCase(), description: '' }];
  const productId = await importer.createProduct({ enabled: true, translations });
  const variantId = await importer.createProductVariant({
    productId,
    sku: `goods-${channel.code}`,
    price: unitPrice(channel.code),
    taxCategoryId: land.taxCategoryId,
    stockOnHand: 0,
    optionIds: [],
    translations: [{ languageCode: LanguageCode.en, name }],
  });
  // The importer writes every price in the default channel's currency.
  await app
    .get(TransactionalConnection)
    .getRepository(ctx, ProductVariantPrice)
    .update({ channelId: channel.id }, { currencyCode: channel.defaultCurrencyCode });
  return String(variantId);
}
