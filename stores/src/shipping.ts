// Shipping to nineteen regions: the fee follows the region's band, and elsewhere nothing is shipped.
import { LanguageCode, ShippingCalculator, ShippingEligibilityChecker } from '@vendure/core';
import { regions, shippingFees, stored } from './shops.ts';

const en = (value: string) => [{ languageCode: LanguageCode.en, value }];
const bandOf = (code: string | undefined) => regions.find((region) => region.code === code)?.band;

export const shippedRegions = new ShippingEligibilityChecker({
  code: 'shipped-regions',
  description: en('The regions that the shops ship to'),
  args: {},
  check: (_ctx, order) => bandOf(order.shippingAddress?.countryCode) !== undefined,
});

export const feeByRegion = new ShippingCalculator({
  code: 'fee-by-region',
  description: en('The fee of the region’s band'),
  args: {},
  calculate(_ctx, order) {
    const band = bandOf(order.shippingAddress?.countryCode);
    const fees = shippingFees[order.currencyCode as keyof typeof shippingFees];
    if (band === undefined || fees === undefined) return undefined;
    return { price: stored(fees[band]), priceIncludesTax: true, taxRate: 0 };
  },
});
