// Decides for each published rate whether it may be quoted. Pure over what was published and what is known.
import { compareRates, isOutlier } from './guards.ts';
import type { AcceptedRate } from './rate-table.ts';
import type { PublishedRates } from './source.ts';

/** A rate as it will be stored: accepted, or held until somebody confirms it. */
export interface JudgedRate {
  readonly currency: string;
  readonly date: string;
  readonly rate: string;
  readonly status: 'accepted' | 'held';
  /** What another feed says, where it contradicts. */
  readonly other: string | null;
}

/** What the guard remembers of the last days (guards.ts says how many). */
export interface KnownRates {
  /** Each currency's newest accepted rate. */
  readonly accepted: readonly AcceptedRate[];
  /** Currencies with a held rate: theirs is no first rate, even when no accepted one is remembered. */
  readonly held: ReadonlySet<string>;
}

/**
 * Goes through the days, oldest first, and compares each rate with the last accepted one of its currency; the first that
 * is ever seen, with the middle one of those published with it. A rate that another feed contradicts is held. What is not newer
 * has been judged before and is left out.
 */
export function judge(
  published: readonly PublishedRates[],
  known: KnownRates,
  maxMoveBps: number,
): JudgedRate[] {
  const accepted = new Map(known.accepted.map(({ currency, date, rate }) => [currency, { date, rate }]));
  const judged: JudgedRate[] = [];
  for (const day of [...published].sort((a, b) => (a.date < b.date ? -1 : 1))) {
    for (const [currency, rate] of day.perPivot) {
      const former = accepted.get(currency);
      if (former !== undefined && former.date >= day.date) continue;
      const compared = former?.rate ?? middleOf(published, currency);
      const other = day.disputed?.get(currency) ?? null;
      const held =
        other !== null ||
        (former === undefined && known.held.has(currency)) ||
        isOutlier(rate, compared, maxMoveBps);
      judged.push({ currency, date: day.date, rate, status: held ? 'held' : 'accepted', other });
      if (!held) accepted.set(currency, { date: day.date, rate });
    }
  }
  return judged;
}

/** The median of what was published of a currency (of two middle ones the lower): no single absurd day is it. */
function middleOf(published: readonly PublishedRates[], currency: string): string {
  const rates = published.flatMap((day) => day.perPivot.get(currency) ?? []).sort(compareRates);
  return rates[(rates.length - 1) >> 1]!;
}
