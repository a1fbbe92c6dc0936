// Local days and times of a zone, by Temporal. The only place that knows how a zone's clock stands to an instant.
// A day is text, YYYY-MM-DD, so that days compare as text.

/** The day so many days later (earlier when negative). */
export const addDays = (day: string, days: number): string =>
  Temporal.PlainDate.from(day).add({ days }).toString();

/** 1 for Monday to 7 for Sunday. */
export const weekdayOf = (day: string): number => Temporal.PlainDate.from(day).dayOfWeek;

const zoned = (instant: Date, timeZone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(timeZone);

/** The day of an instant in a zone. Throws a RangeError for a zone that does not exist. */
export const localDayOf = (instant: Date, timeZone: string): string =>
  zoned(instant, timeZone).toPlainDate().toString();

/** `2014-11-12T14:03:05+09:00`: an instant in a zone's own time, seconds precision. */
export const localTimeText = (instant: Date, timeZone: string): string =>
  zoned(instant, timeZone).toString({
    timeZoneName: 'never',
    fractionalSecondDigits: 0,
    roundingMode: 'floor',
  });

/**
 * The instant of a local day's minute (0 to 1440; 1440 is the day's end). Where clocks go forward a minute that does not
 * exist is the first instant after the gap; where they go back a minute that exists twice is the first of the two.
 */
export function instantOf(day: string, minute: number, timeZone: string): Date {
  const date = Temporal.PlainDate.from(day).add({ days: Math.floor(minute / 1440) });
  const time = Temporal.PlainTime.from('00:00').add({ minutes: minute % 1440 });
  const local = date.toPlainDateTime(time);
  const found = local.toZonedDateTime(timeZone);
  if (found.toPlainDateTime().equals(local)) return new Date(found.epochMilliseconds);
  const gapEnds = local
    .toZonedDateTime(timeZone, { disambiguation: 'earlier' })
    .getTimeZoneTransition('next');
  if (gapEnds === null) throw new RangeError(`${local.toString()} does not exist in ${timeZone}`);
  return new Date(gapEnds.epochMilliseconds);
}
