// Calendar days in a contract's own time zone.
const formats = new Map<string, Intl.DateTimeFormat>();

/** The day of an instant in a zone, as YYYY-MM-DD (so that days compare as text). */
export function localDay(instant: Date, timeZone: string): string {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    formats.set(timeZone, format);
  }
  return format.format(instant);
}
