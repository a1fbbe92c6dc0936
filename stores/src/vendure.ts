// The shops' Vendure server: one configuration for all four channels.
import { TongbaoPlugin } from '@tongbao/vendure';
import {
  type AssetStorageStrategy,
  DefaultSchedulerPlugin,
  dummyPaymentHandler,
  LanguageCode,
  type Order,
  type VendureConfig,
} from '@vendure/core';
import type { StoresConfig } from './config.ts';
import { quietLogger } from './log.ts';
import type { Pages } from './pages.ts';
import { Marketplace, onlySellerOrders, sellerShare } from './sellers.ts';
import { feeByRegion, shippedRegions } from './shipping.ts';

/** Of the demo's administrator: the shops are a sandbox, on this machine only. */
export const administrator = { identifier: 'superadmin', password: 'superadmin' } as const;

/** Pictures are drawn when they are asked for; an asset only names what is on it. */
class DrawnPictures implements AssetStorageStrategy {
  readonly #publicUrl: string;

  constructor(publicUrl: string) {
    this.#publicUrl = publicUrl;
  }

  toAbsoluteUrl(_request: unknown, identifier: string): string {
    return `${this.#publicUrl}/pictures/${identifier}`;
  }
  writeFileFromBuffer = noFiles;
  writeFileFromStream = noFiles;
  readFileToBuffer = noFiles;
  readFileToStream = noFiles;
  deleteFile = noFiles;
  fileExists = async () => false;
}

async function noFiles(): Promise<never> {
  throw new Error('the shops keep no files: their pictures are drawn');
}

interface SellerFields {
  readonly sellerId?: string | null;
  readonly sellerName?: string | null;
}

/** One seller's goods carry his name to the cashier; several are named together in the description. */
export function describeSellers(order: Pick<Order, 'lines'>) {
  const sellers = new Map<string, string>();
  for (const line of order.lines) {
    const { sellerId, sellerName } = line.productVariant.customFields as SellerFields;
    if (line.quantity > 0 && sellerId != null && sellerName != null) sellers.set(sellerId, sellerName);
  }
  const [first, ...others] = [...sellers].map(([id, name]) => ({ id, name }));
  if (first === undefined) return {};
  return others.length === 0
    ? { seller: first }
    : { description: [first, ...others].map(({ name }) => name).join(' · ') };
}

export function vendureConfig(config: StoresConfig, pages: Pages, synchronize: boolean): VendureConfig {
  return {
    apiOptions: {
      hostname: '127.0.0.1',
      port: config.port,
      adminApiPath: 'admin-api',
      shopApiPath: 'shop-api',
      // The storefronts send their session as a header, never as a cookie: another page cannot act for a shopper.
      cors: { origin: config.publicUrl },
      middleware: [{ route: '/', beforeListen: true, handler: pages.serve }],
    },
    authOptions: {
      tokenMethod: 'bearer',
      requireVerification: false,
      superadminCredentials: administrator,
    },
    dbConnectionOptions: { type: 'postgres', url: config.databaseUrl, synchronize, logging: false },
    defaultLanguageCode: LanguageCode.en,
    logger: quietLogger,
    customFields: {
      ProductVariant: [
        { name: 'sellerId', type: 'string', nullable: true },
        { name: 'sellerName', type: 'string', nullable: true },
      ],
    },
    assetOptions: { assetStorageStrategy: new DrawnPictures(config.publicUrl) },
    orderOptions: { orderSellerStrategy: new Marketplace() },
    shippingOptions: {
      shippingCalculators: [feeByRegion],
      shippingEligibilityCheckers: [shippedRegions],
    },
    paymentOptions: {
      paymentMethodHandlers: [dummyPaymentHandler, sellerShare],
      paymentMethodEligibilityCheckers: [onlySellerOrders],
    },
    schedulerOptions: { runTasksInWorkerOnly: false },
    plugins: [
      DefaultSchedulerPlugin.init({}),
      TongbaoPlugin.init({
        serverUrl: config.publicUrl,
        reconcileSchedule: '* * * * *',
        describeOrder: (_ctx, order) => describeSellers(order),
      }),
    ],
  };
}
