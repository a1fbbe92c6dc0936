// consult and inquireExchangeRate: what can be offered to a shopper, and at which rate, before anything is created.
import { roundToSignificant, toWire } from '@tongbao/money';
import { type ParsedRequestOf, result } from '@tongbao/protocol/ams';
import { limitsIn, type SettlementRates, settledBy, settlementRates } from '../contract-limits.ts';
import type { AmsCall, AmsParts } from './adapter.ts';
import { isoTime } from './times.ts';
import { jsonNumber, moneyOf, walletMethod, wireQuote } from './views.ts';

const walletRegion = 'CN';
const walletCurrency = 'CNY';
/** How long a quote of inquireExchangeRate can be used in pay. */
const quoteLifetimeMs = 30 * 60_000;

export async function consult(parts: AmsParts, call: AmsCall, body: ParsedRequestOf<'consult'>) {
  const { contract, merchant } = call.access;
  const amount = moneyOf('paymentAmount', body.paymentAmount);
  const has = (list: string[] | undefined, wanted: string) =>
    list?.some((item) => item.toUpperCase() === wanted) ?? false;
  const regions = body.allowedPaymentMethodRegions;
  const settles = body.settlementStrategy?.settlementCurrency ?? contract.settlementCurrency;
  if (settles !== contract.settlementCurrency) return { result: result('SETTLE_CONTRACT_NOT_MATCH') };
  const listed =
    !has(body.blockedPaymentMethods, walletMethod) &&
    (body.allowedPaymentMethods === undefined || has(body.allowedPaymentMethods, walletMethod)) &&
    (regions === undefined || has(regions, walletRegion) || has(regions, 'GLOBAL'));
  if (!listed) return { result: result('NO_PAY_OPTIONS') };
  const currencyAgreed = contract.paymentCurrencies.includes(amount.currency);
  const rates = await parts.fx.rateTableAt(call.now);
  const quotable = amount.currency === walletCurrency || rates.mid(amount.currency, walletCurrency) !== null;
  const toSettle = settlementRates(contract, rates, call.now);
  const settled = settledBy(toSettle, amount);
  const regionAgreed =
    body.userRegion === undefined || contract.regions.includes(body.userRegion.toUpperCase());
  const live = merchant.status === 'active' && contract.liveFrom <= call.now;
  const disableReason = !live
    ? 'CHANNEL_DISABLE'
    : !currencyAgreed || !quotable || settled === null
      ? 'CHANNEL_NOT_SUPPORT_CURRENCY'
      : settled < contract.minAmount || settled > contract.maxAmount
        ? 'EXCEED_CHANNEL_LIMIT_RULE'
        : !regionAgreed
          ? 'PAYMENT_ACCOUNT_NOT_AVAILABLE'
          : undefined;
  return {
    result: result('SUCCESS'),
    paymentOptions: [
      {
        paymentMethodType: walletMethod,
        paymentMethodCategory: 'WALLET',
        paymentMethodRegion: [walletRegion],
        enabled: disableReason === undefined,
        preferred: disableReason === undefined,
        disableReason,
        supportedCurrencies: [...contract.paymentCurrencies],
        logo: { logoName: 'Tongbao', logoUrl: parts.logoUrl },
        amountLimitInfoMap: limitsOf(call, toSettle),
      },
    ],
  };
}

/** For each currency that can be priced in now. */
const limitsOf = ({ access: { contract } }: AmsCall, rates: SettlementRates) =>
  Object.fromEntries(
    [...rates.keys()].map((currency) => {
      const { least, most } = limitsIn(contract, rates, currency)!;
      return [currency, { singleLimit: { minAmount: toWire(least), maxAmount: toWire(most) } }];
    }),
  );

export async function inquireExchangeRate(
  parts: AmsParts,
  call: AmsCall,
  body: ParsedRequestOf<'inquireExchangeRate'>,
) {
  const { contract, merchant } = call.access;
  const named = body.buyCurrency ?? body.paymentCurrency;
  // Who names no currency asks for all of the contract's.
  const asked =
    body.currencyPairs ??
    (named === undefined ? contract.paymentCurrencies : [named]).map((buyCurrency) => ({
      buyCurrency,
      sellCurrency: body.sellCurrency ?? walletCurrency,
    }));
  // A price in the shopper's own currency needs no rate.
  const pairs = asked.filter(
    ({ buyCurrency, sellCurrency }) =>
      sellCurrency === walletCurrency &&
      buyCurrency !== walletCurrency &&
      contract.paymentCurrencies.includes(buyCurrency),
  );
  if (body.rateType === 'REFERENCE') return referenceRates(parts, call, pairs);
  const expiresAt = new Date(call.now.getTime() + quoteLifetimeMs);
  const quotes = [];
  for (const pair of pairs) {
    const quote = await parts.fx.createQuote({
      merchantId: merchant.id,
      orderCurrency: pair.buyCurrency,
      payerCurrency: pair.sellCurrency,
      spreadBps: contract.spreadBps,
      expiresAt,
    });
    if (quote !== null) quotes.push(quote.locked);
  }
  if (quotes.length === 0) return { result: result('NO_AVAILABLE_QUOTE') };
  return {
    result: result('SUCCESS'),
    quotes: quotes.map(wireQuote),
    paymentQuotes: quotes.map((quote) => ({
      buyCurrency: quote.price.base,
      sellCurrency: quote.price.quote,
      quoteId: quote.quoteId,
      exchangeRate: jsonNumber(quote.price),
    })),
  };
}

/** Middle rates for information: no spread, nothing stored, nothing promised. */
async function referenceRates(
  parts: AmsParts,
  call: AmsCall,
  pairs: readonly { buyCurrency: string; sellCurrency: string }[],
) {
  const rates = await parts.fx.rateTableAt(call.now);
  const quotes = pairs.flatMap((pair) => {
    const mid = rates.mid(pair.buyCurrency, pair.sellCurrency);
    if (mid === null) return [];
    const quotePrice = jsonNumber(roundToSignificant(mid.rate, 7, 'half-even'));
    const quoteCurrencyPair = `${pair.buyCurrency}/${pair.sellCurrency}`;
    return [{ quoteCurrencyPair, quotePrice, quoteStartTime: isoTime(call.now), guaranteed: false }];
  });
  return quotes.length === 0
    ? { result: result('NO_AVAILABLE_QUOTE') }
    : { result: result('SUCCESS'), quotes };
}
