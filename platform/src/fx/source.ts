// Where rates come from: one interface, and what it answers.

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

const dayMs = 86_400_000;

/** The calendar day that lies `days` before a day. */
export const dayBefore = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) - days * dayMs).toISOString().slice(0, 10);

/** Whole days from one calendar day to another. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayMs);
