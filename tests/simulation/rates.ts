// The rates that the simulation's source publishes: pure functions of the seed and the day, so that the source and the
// auditor need not talk. Some days a currency is absurd: a feed that dropped a digit.
import { type Fraction, fractionOf } from './arithmetic.ts';
import { drawn } from './chance.ts';

const dayMs = 86_400_000;
/** Units of each currency for one US dollar, in ten-thousandths, about which the days move. */
const base: Readonly<Record<string, bigint>> = {
  CNY: 61_200n,
  KRW: 10_950_000n,
  JPY: 1_153_000n,
  GBP: 6_290n,
  HKD: 77_500n,
  TWD: 305_000n,
};
export const publishedCurrencies = Object.keys(base);

/** Days with absurd rates begin a week after the world does: a first rate has nothing to be compared with. */
export const isAbsurd = (seed: number, currency: string, day: string, firstDay: string): boolean =>
  currency !== 'CNY' &&
  Date.parse(day) >= Date.parse(firstDay) + 7 * dayMs &&
  drawn(seed, 25, 'absurd', currency, day) === 0;

/** Nothing is published at weekends. Null for such a day. */
export function publishedRate(of: {
  seed: number;
  currency: string;
  day: string;
  firstDay: string;
}): string | null {
  const weekday = new Date(`${of.day}T00:00:00Z`).getUTCDay();
  if (weekday === 0 || weekday === 6) return null;
  const move = BigInt(drawn(of.seed, 301, 'rate', of.currency, of.day) - 150);
  const value = (base[of.currency]! * (10_000n + move)) / 10_000n;
  const stated = isAbsurd(of.seed, of.currency, of.day, of.firstDay) ? value * 10n : value;
  const text = stated.toString().padStart(5, '0');
  return `${text.slice(0, -4)}.${text.slice(-4)}`;
}

export const dayText = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** The business day in Shanghai. */
export const businessDay = (at: number): string => dayText(at + 8 * 3_600_000);

/** The rates of a currency that may be in force on a day: published within five days, and not absurd; newest first. */
export function usableRates(of: {
  seed: number;
  currency: string;
  day: string;
  firstDay: string;
}): Fraction[] {
  const found: Fraction[] = [];
  for (let back = 0; back <= 5; back++) {
    const day = dayText(Date.parse(of.day) - back * dayMs);
    const rate = publishedRate({ ...of, day });
    if (rate !== null && !isAbsurd(of.seed, of.currency, day, of.firstDay)) found.push(fractionOf(rate));
  }
  return found;
}
