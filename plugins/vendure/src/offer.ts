// Whether the option is for this shopper, and what a price is about in his currency: the gateway says both. Answers are
// kept for a short while, so that a page with thirty prices asks once.
import { GatewayError, minorUnits } from '@tongbao/sdk';
import { Logger, type PaymentMethod } from '@vendure/core';
import { settledToWire } from './amounts.ts';
import { logContext } from './options.ts';
import { valuesOf } from './service.ts';
import { clientFor, readSettings } from './settings.ts';

export interface Shopper {
  /** ISO 3166; unknown for a visitor who has not said where he is. */
  readonly country: string | undefined;
  readonly currency: string;
  /** As Vendure stores it. */
  readonly amount: number;
  readonly precision: number;
}

export interface Offer {
  readonly isOffered: boolean;
  /** The gateway's own word: PAYMENT_ACCOUNT_NOT_AVAILABLE, EXCEED_CHANNEL_LIMIT_RULE, CHANNEL_DISABLE … */
  readonly reason: string | null;
}

const keepMs = 20_000;
const maxKept = 1_000;
const kept = new Map<string, { until: number; answer: Promise<unknown> }>();

function remembered<Answer>(key: string, ask: () => Promise<Answer>): Promise<Answer> {
  const now = Date.now();
  const known = kept.get(key);
  if (known !== undefined && known.until > now) return known.answer as Promise<Answer>;
  if (kept.size >= maxKept) kept.clear();
  const answer = ask();
  kept.set(key, { until: now + keepMs, answer });
  // A failure is not worth remembering.
  answer.catch(() => kept.delete(key));
  return answer;
}

/** Asks `consult`. When there is no answer, the option is not shown: a button that cannot work is worse than none. */
export async function offerOf(method: PaymentMethod, shopper: Shopper): Promise<Offer> {
  const settings = readSettings(valuesOf(method));
  const wire = settledToWire(shopper.amount, shopper.currency, shopper.precision);
  if (wire <= 0n) return { isOffered: false, reason: 'NOTHING_TO_PAY' };
  const key = JSON.stringify([
    'offer',
    method.id,
    settings.host,
    settings.clientId,
    shopper.country,
    shopper.currency,
    String(wire),
  ]);
  try {
    return await remembered(key, async () => {
      const answer = await clientFor(settings).consult({
        productCode: 'CASHIER_PAYMENT',
        paymentAmount: { currency: shopper.currency, value: wire.toString() },
        userRegion: shopper.country,
        allowedPaymentMethods: [settings.paymentMethodType],
        env: { terminalType: 'WEB' },
      });
      const option = answer.paymentOptions?.find(
        (each) => each.paymentMethodType === settings.paymentMethodType,
      );
      return option?.enabled === true
        ? { isOffered: true, reason: null }
        : { isOffered: false, reason: option?.disableReason ?? answer.result.resultCode };
    });
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    Logger.warn(`consult: ${error.message}`, logContext);
    return { isOffered: false, reason: 'GATEWAY_NOT_REACHED' };
  }
}

export interface Estimate {
  readonly currency: string;
  /** What one whole unit of the order's currency costs, as a decimal. */
  readonly rate: string;
  readonly decimals: number;
}

const payerCurrency = 'CNY';

/** The middle rate, for "about ¥335" beside a price. Null when there is none. */
export async function estimateOf(method: PaymentMethod, currency: string): Promise<Estimate | null> {
  const settings = readSettings(valuesOf(method));
  try {
    return await remembered(
      JSON.stringify(['rate', settings.host, settings.clientId, currency]),
      async () => {
        const answer = await clientFor(settings).inquireExchangeRate({
          rateType: 'REFERENCE',
          currencyPairs: [{ buyCurrency: currency, sellCurrency: payerCurrency }],
        });
        const price = answer.quotes?.[0]?.quotePrice;
        return price === undefined
          ? null
          : { currency: payerCurrency, rate: String(price), decimals: minorUnits(payerCurrency) };
      },
    );
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    Logger.warn(`inquireExchangeRate: ${error.message}`, logContext);
    return null;
  }
}
