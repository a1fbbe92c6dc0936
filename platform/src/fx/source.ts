// Where rates come from: one interface.
import type { PublishedRates as Published } from '@tongbao/connector-interface';

export interface PublishedRates extends Published {
  /** Currencies whose rate another feed contradicts, with what that says; absent: nobody was asked. */
  readonly disputed?: ReadonlyMap<string, string>;
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
