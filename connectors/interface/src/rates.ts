// What the fx room needs of whoever publishes exchange rates.

/** What was published for a day: 1 unit of `pivot` costs `perPivot` units of each currency (plain decimal strings). */
export interface PublishedRates {
  /** YYYY-MM-DD, the publisher's day. */
  readonly date: string;
  readonly pivot: string;
  readonly perPivot: ReadonlyMap<string, string>;
}

export interface RateFeed {
  /** All days that are published at the moment, newest first, at least one. Throws where there is no whole document. */
  latest(): Promise<readonly PublishedRates[]>;
}
