// The wallet's option: asked of the shop for this shopper's region and this amount; and the yuan beside a price.

import { storedDecimals } from '../src/shops.ts';
import { useLoaded } from './loading.tsx';
import { locales, useShop } from './shop-context.tsx';

export interface Offer {
  readonly offered: boolean;
  readonly reason: string | null;
  readonly method: string | null;
  readonly rate: string | null;
}

const kept = new Map<string, Promise<Offer>>();

/** Null while it is not known; an amount of nothing is not asked. */
export function useOffer(amount: number | undefined): Offer | null {
  const { shop, region, ask } = useShop();
  const key = amount === undefined || amount <= 0 ? null : `${shop.code} ${region} ${amount}`;
  const loaded = useLoaded<Offer>(key, () => {
    const known = kept.get(key!);
    if (known !== undefined) return known;
    if (kept.size > 200) kept.clear();
    const asked = ask<{ tongbaoOffer: Offer }>(
      'query ($country: String, $amount: Money!) { tongbaoOffer(country: $country, amount: $amount) { offered reason method rate } }',
      { country: region, amount },
    ).then(({ tongbaoOffer }) => tongbaoOffer);
    kept.set(key!, asked);
    asked.catch(() => kept.delete(key!));
    return asked;
  });
  return loaded.is === 'there' ? loaded.answer : null;
}

/** “about ¥335”; nothing where the wallet is not offered. */
export function Estimate({ offer, stored }: { offer: Offer | null; stored: number }) {
  const { t, language } = useShop();
  if (offer?.offered !== true || offer.rate === null) return null;
  const value = (stored / 10 ** storedDecimals) * Number(offer.rate);
  const yuan = new Intl.NumberFormat(locales[language], {
    style: 'currency',
    currency: 'CNY',
    maximumFractionDigits: 0,
  });
  return (
    <span className="yuan" title={t('estimate')} data-testid="yuan">
      {t('about')} {yuan.format(value)}
    </span>
  );
}

/** One line for the shoppers whom the option is for, or will be. */
export function OfferLine({ offer }: { offer: Offer | null }) {
  const { t, region } = useShop();
  if (offer?.offered === true)
    return (
      <p className="offer" data-testid="offer">
        {t('payInYuan')}
      </p>
    );
  return offer?.reason === 'CHANNEL_DISABLE' && region === 'CN' ? (
    <p className="offer later" data-testid="offer-later">
      {t('walletNotOpen')}
    </p>
  ) : null;
}
