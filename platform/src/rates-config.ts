// The settings of exchange rates, out of the environment's texts (config.ts reads them).

export interface RatesConfig {
  /** File or URL of the day's rates; null for the history that comes along. */
  readonly first: string | null;
  /** What they are held against; null for nothing. */
  readonly second: string | null;
  /** A difference beyond so many hundredths of a percent is held. */
  readonly toleranceBps: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const most = 2_000;

/** Throws a one-line error when a setting makes no sense. */
export function ratesConfig(environment: Environment): RatesConfig {
  const {
    TONGBAO_ECB_RATES: first,
    TONGBAO_RATES_SECOND: second,
    TONGBAO_RATES_TOLERANCE_BPS: tolerance = '100',
  } = environment;
  for (const [name, location] of [
    ['TONGBAO_ECB_RATES', first],
    ['TONGBAO_RATES_SECOND', second],
  ] as const)
    if (location !== undefined && (location === '' || /^(?!https?:)[a-z][a-z0-9+.-]+:\/\//i.test(location)))
      throw new Error(`${name} must be a file or an http(s) URL, not "${location}"`);
  if (second !== undefined && first === undefined)
    throw new Error('TONGBAO_RATES_SECOND has nothing to check: set TONGBAO_ECB_RATES too');
  if (second !== undefined && second === first)
    throw new Error('TONGBAO_RATES_SECOND is the same as TONGBAO_ECB_RATES: a feed does not check itself');
  const toleranceBps = /^\d{1,4}$/.test(tolerance) ? Number.parseInt(tolerance, 10) : 0;
  if (toleranceBps < 1 || toleranceBps > most)
    throw new Error(`TONGBAO_RATES_TOLERANCE_BPS must be a number from 1 to ${most}, not "${tolerance}"`);
  return { first: first ?? null, second: second ?? null, toleranceBps };
}
