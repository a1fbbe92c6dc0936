// Which numbers messages go to: countries by the prefixes of their numbers, and how many a day each gets. Pure.

export interface Country {
  /** `+86`: a number is of the longest prefix that it begins with. */
  readonly prefix: string;
  /** Messages in 24 hours; null for no bound. */
  readonly mostADay: number | null;
}

/** The country that a number (E.164) is of; null when messages do not go there. */
export function countryOf(phone: string, countries: readonly Country[]): Country | null {
  const fitting = countries.filter(({ prefix }) => phone.startsWith(prefix));
  return fitting.sort((left, right) => right.prefix.length - left.prefix.length)[0] ?? null;
}
