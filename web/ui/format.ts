// Amounts, rates and times for people. Amounts come as strings of minor units and never become floats: the formatter
// of the platform takes exact decimal text.
import { formatMajor, fromWire } from '@tongbao/money';
import type { RateView, WireMoney } from '@tongbao/protocol/wallet';
import i18next from 'i18next';

export function showMoney(value: WireMoney): string {
  const major = formatMajor(fromWire(value));
  const decimals = major.split('.')[1]?.length ?? 0;
  return new Intl.NumberFormat(i18next.language, {
    style: 'currency',
    currency: value.currency,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(major as unknown as number);
}

/** With a plus sign for money that arrived: bills read as movements. */
export const showMovement = (value: WireMoney): string =>
  value.value.startsWith('-') ? showMoney(value) : `+${showMoney(value)}`;

const decimal = (text: string, digits: number): string =>
  new Intl.NumberFormat(i18next.language, {
    maximumSignificantDigits: digits,
    minimumSignificantDigits: 4,
  }).format(text as unknown as number);

const ratePrecision = 6;
export const showPrice = (rate: RateView): string => `${decimal(rate.price, 7)} ${rate.quote}`;
export const showInverse = (rate: RateView): string => `${decimal(rate.inverse, ratePrecision)} ${rate.base}`;
export const showMid = (rate: RateView): string => `1 ${rate.base} = ${decimal(rate.mid, 7)} ${rate.quote}`;
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
export const showClock = (instant: string): string =>
  new Intl.DateTimeFormat(i18next.language, {
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
    timeZone: 'Asia/Shanghai',
  }).format(new Date(instant));
