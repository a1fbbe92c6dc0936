// The auditor's own arithmetic and calendar: exact fractions of bigint, half to even, and the clocks of five zones.
// Written from docs/guides and the protocol's reference; it imports nothing.

/** To the nearest whole number, ties to the even one. The denominator is positive. */
export function halfEven(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n;
  const size = negative ? -numerator : numerator;
  const below = size / denominator;
  const rest = (size - below * denominator) * 2n;
  const up = rest > denominator || (rest === denominator && below % 2n === 1n);
  const rounded = up ? below + 1n : below;
  return negative ? -rounded : rounded;
}

export interface Fraction {
  readonly over: bigint;
  readonly under: bigint;
}

/** A plain decimal such as 0.005687 as a fraction. */
export function fractionOf(decimal: string): Fraction {
  const [whole = '0', digits = ''] = decimal.split('.');
  return { over: BigInt(`${whole}${digits}`), under: 10n ** BigInt(digits.length) };
}

/** With seven significant digits, half to even, as a plain decimal without zeros at the end. */
export function sevenDigits({ over, under }: Fraction): string {
  let scale = 0n;
  while ((over * 10n ** scale) / under < 1_000_000n) scale += 1n;
  const digits = halfEven(over * 10n ** scale, under);
  const text = digits.toString().padStart(Number(scale) + 1, '0');
  if (scale === 0n) return text;
  const cut = text.length - Number(scale);
  return `${text.slice(0, cut)}.${text.slice(cut)}`.replace(/0+$/, '').replace(/\.$/, '');
}

export const decimalsOf = (currency: string): bigint => (currency === 'KRW' || currency === 'JPY' ? 0n : 2n);

/** What an amount (minor units) costs in yuan (fen) at a price of yuan for one unit; at least one fen. */
export function costInFen(amount: bigint, currency: string, price: string): bigint {
  const { over, under } = fractionOf(price);
  const cost = halfEven(amount * over * 100n, under * 10n ** decimalsOf(currency));
  return cost < 1n ? 1n : cost;
}

/** What so many fen are in a currency at that price (orders priced in yuan). */
export function worthOfFen(fen: bigint, currency: string, price: string): bigint {
  const { over, under } = fractionOf(price);
  return halfEven(fen * under * 10n ** decimalsOf(currency), over * 100n);
}

const hourMs = 3_600_000;

/** Minutes are never needed: hours that a shop's clock is ahead of UTC. Britain's summer: EU rule, 01:00 UTC. */
export function zoneHours(zone: 'KR' | 'JP' | 'GB' | 'HK' | 'TW', at: number): number {
  if (zone === 'KR' || zone === 'JP') return 9;
  if (zone !== 'GB') return 8;
  const year = new Date(at).getUTCFullYear();
  const lastSunday = (month: number) => {
    const last = Date.UTC(year, month + 1, 0, 1);
    return last - new Date(last).getUTCDay() * 24 * hourMs;
  };
  return at >= lastSunday(2) && at < lastSunday(9) ? 1 : 0;
}

export const localDate = (zone: Parameters<typeof zoneHours>[0], at: number): string =>
  new Date(at + zoneHours(zone, at) * hourMs).toISOString().slice(0, 10);

/** Minor units as people write them: 5900 of GBP is 59.00. */
export function majorText(amount: bigint, currency: string): string {
  const decimals = Number(decimalsOf(currency));
  if (decimals === 0) return amount.toString();
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, '0');
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
