// Amounts, rates and times for people. Amounts come as strings of minor units and never become floats: the formatter
// of the platform takes exact decimal text.
import { formatMajor, fromWire, invert, parseRate, roundToSignificant, toPlainDecimal } from '@tongbao/money';
import type { CardView, RateView, WireMoney } from '@tongbao/protocol/wallet';
import i18next from 'i18next';

export function showMoney(value: WireMoney): string {
  const major = formatMajor(fromWire(value));
  const decimals = major.split('.')[1]?.length ?? 0;
  return (
    new Intl.NumberFormat(i18next.language, {
      style: 'currency',
      currency: value.currency,
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    })
      .format(major as unknown as number)
      // Chinese locale data has a full-width won sign, which stands apart from its figures.
      .replace('￦', '₩')
  );
}

/** With a plus sign for money that arrived: bills read as movements. */
export const showMovement = (value: WireMoney): string =>
  value.value.startsWith('-') ? showMoney(value) : `+${showMoney(value)}`;

const decimal = (text: string, digits: number): string =>
  new Intl.NumberFormat(i18next.language, {
    maximumSignificantDigits: digits,
    minimumSignificantDigits: 4,
  }).format(text as unknown as number);

const digitsShown = 7;
const inverseDigits = 6;

/** A decimal to as many digits as rates are quoted with. */
export const showDigits = (text: string): string => decimal(text, digitsShown);

/** A rate as people compare rates: both ways, and the middle rate in the same direction as the first. */
export function showRate(rate: RateView): { price: string; inverse: string; mid: string } {
  const price = `1 ${rate.base} = ${decimal(rate.price, digitsShown)} ${rate.quote}`;
  const inverse = `1 ${rate.quote} = ${decimal(rate.inverse, inverseDigits)} ${rate.base}`;
  // One yuan buys many won, one pound costs many yuan: people know the direction whose figure is above one.
  if (!rate.price.startsWith('0.')) {
    return { price, inverse, mid: `1 ${rate.base} = ${decimal(rate.mid, digitsShown)} ${rate.quote}` };
  }
  const mid = roundToSignificant(
    invert(parseRate(rate.base, rate.quote, rate.mid)),
    inverseDigits,
    'half-even',
  );
  return {
    price: inverse,
    inverse: price,
    mid: `1 ${rate.quote} = ${decimal(toPlainDecimal(mid), inverseDigits)} ${rate.base}`,
  };
}

/** Basis points as a percentage, by moving the point. */
export function showSpread(bps: number): string {
  const text = String(bps).padStart(3, '0');
  return `${text.slice(0, -2)}.${text.slice(-2)}%`;
}

export const showTime = (instant: string): string =>
  new Intl.DateTimeFormat(i18next.language, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'Asia/Shanghai',
  }).format(new Date(instant));
/** For lists, where times stand below each other: 2014-11-11 10:38 in every language. */
export const showShortTime = (instant: string): string =>
  new Intl.DateTimeFormat('sv-SE', {
    dateStyle: 'short',
    timeStyle: 'short',
    timeZone: 'Asia/Shanghai',
  }).format(new Date(instant));
export const showClock = (instant: string): string =>
  new Intl.DateTimeFormat(i18next.language, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: 'Asia/Shanghai',
  }).format(new Date(instant));

/** Banks have a Chinese name, and one that everybody else can read. */
export const bankNameOf = (name: { readonly zh: string; readonly en: string }): string =>
  i18next.language === 'zh-CN' ? name.zh : name.en;

/** A way to pay as one line of text: "Balance", "Jade Bank debit card (0018)". */
export function methodName(
  method: { readonly kind: 'balance' } | { readonly kind: 'card'; readonly card: CardView },
): string {
  const t = i18next.t;
  if (method.kind === 'balance') return t('balance');
  const { bankName, kind, last4 } = method.card;
  return t('cardTail', {
    bank: bankNameOf(bankName),
    kind: t(kind),
    last4,
  });
}
