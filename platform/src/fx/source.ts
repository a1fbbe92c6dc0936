// Where rates come from: one interface, what it answers, and the little that every source has to do with its text.

/** What a source published for a day: 1 unit of `pivot` costs `perPivot` units of each currency (decimal strings). */
export interface PublishedRates {
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly pivot: string;
  readonly perPivot: ReadonlyMap<string, string>;
}

export interface RateSource {
  /** Stored with every rate, and shown to shoppers. */
  readonly name: string;
  /**
   * The last `days` days of published rates up to and including `date`, newest first. Days without publication
   * (weekends, holidays) are absent. Throws when the source cannot be reached.
   */
  ratesUpTo(date: string, days: number): Promise<PublishedRates[]>;
}

const wholeDigits = 20;
const decimals = 20;

/**
 * A published number as a plain decimal of at most 20 digits before and 20 after the point (cut off behind), since
 * sources also write 1.7e-13. Null for what is no number, is zero or negative, or does not fit.
 */
export function plainDecimal(text: string): string | null {
  const match = /^(\d{1,60})(?:\.(\d{1,60}))?(?:e([+-]?\d{1,2}))?$/i.exec(text);
  if (match === null) return null;
  const [, whole = '', fraction = '', exponentText = '0'] = match;
  const exponent = Number.parseInt(exponentText, 10);
  const padding = '0'.repeat(100);
  const digits = `${padding}${whole}${fraction}${padding}`;
  const point = padding.length + whole.length + exponent;
  const left = digits.slice(0, point).replace(/^0+(?=\d)/, '');
  const right = digits.slice(point, point + decimals).replace(/0+$/, '');
  if (/^0*$/.test(left + right) || left.length > wholeDigits) return null;
  return right === '' ? left : `${left}.${right}`;
}
