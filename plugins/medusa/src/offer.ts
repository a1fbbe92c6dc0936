// Whether the option is for this shopper, and what a price is about in his currency: the gateway says both.
import { GatewayError } from '@tongbao/sdk';
import { type Container, loggerOf, type Provider } from './engine.ts';
import { clientFor, methodOf } from './settings.ts';

export interface Offer {
  readonly offered: boolean;
  /** The gateway's own word: PAYMENT_ACCOUNT_NOT_AVAILABLE, EXCEED_CHANNEL_LIMIT_RULE, CHANNEL_DISABLE … */
  readonly reason: string | null;
  /** The shopper's currency, and what one whole unit of the cart's costs in it, as a decimal: for an estimate only. */
  readonly payer_currency: string | null;
  readonly rate: string | null;
}

const payerCurrency = 'CNY';
const no = (reason: string): Offer => ({ offered: false, reason, payer_currency: null, rate: null });

/** When there is no answer, the option is not offered: a button that cannot work is worse than none. */
export async function offerOf(
  container: Container,
  { options }: Provider,
  shopper: { country: string | undefined; currency: string; wire: bigint },
): Promise<Offer> {
  if (shopper.wire <= 0n) return no('NOTHING_TO_PAY');
  const { currency } = shopper;
  try {
    const client = clientFor(options);
    const method = methodOf(options);
    const consulted = await client.consult({
      productCode: 'CASHIER_PAYMENT',
      paymentAmount: { currency, value: shopper.wire.toString() },
      userRegion: shopper.country,
      allowedPaymentMethods: [method],
      env: { terminalType: 'WEB' },
    });
    const option = consulted.paymentOptions?.find((each) => each.paymentMethodType === method);
    if (option?.enabled !== true) return no(option?.disableReason ?? consulted.result.resultCode);
    const { quotes } = await client.inquireExchangeRate({
      rateType: 'REFERENCE',
      currencyPairs: [{ buyCurrency: currency, sellCurrency: payerCurrency }],
    });
    const price = quotes?.[0]?.quotePrice;
    const rate = price === undefined ? null : String(price);
    return { offered: true, reason: null, payer_currency: rate === null ? null : payerCurrency, rate };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    loggerOf(container).warn(`tongbao: consult: ${error.message}`);
    return no('GATEWAY_NOT_REACHED');
  }
}

/** Signs a question with the entry's keys and checks the answer's signature. Moves nothing. */
export async function testConnection({ options }: Provider, currency: string) {
  const began = performance.now();
  const told = (ok: boolean, message: string) => ({
    ok,
    message,
    latency_ms: Math.round(performance.now() - began),
  });
  try {
    const { result } = await clientFor(options).consult({
      productCode: 'CASHIER_PAYMENT',
      paymentAmount: { currency, value: '10000' },
      env: { terminalType: 'WEB' },
    });
    const trouble = [
      'INVALID_SIGNATURE',
      'INVALID_CLIENT',
      'KEY_NOT_FOUND',
      'CLIENT_INVALID',
      'ACCESS_DENIED',
    ];
    return trouble.includes(result.resultCode)
      ? told(false, `${result.resultCode}: ${result.resultMessage}`)
      : told(true, `${options.clientId} at ${options.host}: ${result.resultCode}`);
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'answer-not-signed')
      return told(
        false,
        `${error.message}: the gateway’s public key in the options is not the one it signs with`,
      );
    return told(false, (error as Error).message);
  }
}
