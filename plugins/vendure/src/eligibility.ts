// Who sees the option: the shopper's region and the amount as the gateway's `consult` judges them, and what the shop's
// own settings narrow further.
import { type Injector, LanguageCode, PaymentMethodEligibilityChecker } from '@vendure/core';
import { offerOf } from './offer.ts';
import { TongbaoService } from './service.ts';

let service: TongbaoService;

const en = (value: string) => [{ languageCode: LanguageCode.en, value }];

/** "CN, HK" → ['CN', 'HK']; nothing means no restriction. */
export const listed = (text: string | undefined): readonly string[] =>
  (text ?? '').split(/[\s,]+/).filter((item) => item !== '');

export function narrowed(
  args: { regions?: string; languages?: string; currencies?: string },
  shopper: { country: string | undefined; language: string; currency: string },
): string | null {
  const regions = listed(args.regions);
  const languages = listed(args.languages);
  const currencies = listed(args.currencies);
  if (regions.length > 0 && !regions.includes(shopper.country?.toUpperCase() ?? ''))
    return 'REGION_NOT_OFFERED';
  if (languages.length > 0 && !languages.includes(shopper.language)) return 'LANGUAGE_NOT_OFFERED';
  if (currencies.length > 0 && !currencies.includes(shopper.currency)) return 'CURRENCY_NOT_OFFERED';
  return null;
}

export const tongbaoEligibility = new PaymentMethodEligibilityChecker({
  code: 'tongbao-eligibility',
  description: en('Tongbao: offered to the shoppers whose wallet can pay'),
  args: {
    regions: {
      type: 'string',
      required: false,
      defaultValue: '',
      label: en('Regions'),
      description: en('CN, HK …; empty: as the gateway says'),
    },
    languages: { type: 'string', required: false, defaultValue: '', label: en('Languages') },
    currencies: { type: 'string', required: false, defaultValue: '', label: en('Currencies') },
  },
  init(injector: Injector) {
    service = injector.get(TongbaoService);
  },
  async check(ctx, order, args, method) {
    const country = order.shippingAddress?.countryCode ?? order.billingAddress?.countryCode;
    const currency = order.currencyCode;
    const own = narrowed(args, { country, language: ctx.languageCode, currency });
    if (own !== null) return own;
    const amount = order.totalWithTax;
    const offer = await offerOf(method, { country, currency, amount, precision: service.precision });
    return offer.isOffered || (offer.reason ?? 'NOT_OFFERED');
  },
});
