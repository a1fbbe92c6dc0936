// Limits that operators set for one customer, each with the moment from which it counts. They come on top of the law's, the house's
// and the shopper's own: a high one lifts none of those. Pure.

/** In minor units of the wallet's currency; null: none. */
export interface Caps {
  readonly payment: bigint | null;
  readonly day: bigint | null;
}

export interface DatedCaps extends Caps {
  readonly from: Date;
}

const none: Caps = { payment: null, day: null };

/** What counts at a moment: the newest that has begun. `caps`: in the order of their beginnings, of equal ones as they were set. */
export function capsAt(caps: readonly DatedCaps[] | undefined, at: Date): Caps {
  return caps?.findLast(({ from }) => from <= at) ?? none;
}

const isHigher = (asked: bigint | null, present: bigint | null): boolean =>
  present !== null && (asked === null || asked > present);

/** Whether a change gives the customer more room than they have: then it needs a second person. */
export const needsTwo = (present: Caps, asked: Caps): boolean =>
  isHigher(asked.payment, present.payment) || isHigher(asked.day, present.day);

const most = 100_000_000_00n;

/** Why such limits cannot be set, in words; null: they can. */
export function capsFault(asked: DatedCaps, now: Date): string | null {
  const { payment, day, from } = asked;
  if ([payment, day].some((cap) => cap !== null && (cap < 0n || cap > most)))
    return 'a limit lies between 0 and 100,000,000';
  if (payment !== null && day !== null && payment > day)
    return 'the limit of one payment is higher than that of a day';
  if (from < now) return 'the day from which it counts has passed';
  return null;
}
