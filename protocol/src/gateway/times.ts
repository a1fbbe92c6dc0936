// The gateway's times are all of GMT+8, written two ways, and its days are Shanghai's (no summer time since 1991).
const offsetMs = 8 * 3_600_000;
const local = (instant: Date): string => new Date(instant.getTime() + offsetMs).toISOString();

/** yyyy-MM-dd HH:mm:ss */
export const spacedTime = (instant: Date): string => local(instant).slice(0, 19).replace('T', ' ');
/** yyyyMMddHHmmss */
export const plainTime = (instant: Date): string => local(instant).slice(0, 19).replace(/\D/g, '');
/** yyyyMMdd */
export const plainDay = (instant: Date): string => plainTime(instant).slice(0, 8);

/** Either form. Null for anything else, also for a 31st of February. */
export function readTime(text: string): Date | null {
  const match = /^(\d{4})-?(\d{2})-?(\d{2}) ?(\d{2}):?(\d{2}):?(\d{2})$/.exec(text);
  if (match === null || !/^(\d{14}|\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})$/.test(text)) return null;
  const [, year, month, day, hour, minute, second] = match;
  const instant = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}+08:00`);
  return Number.isNaN(instant.getTime()) || plainTime(instant) !== text.replace(/\D/g, '') ? null : instant;
}

/** The first instant of a day written yyyyMMdd; null when there is no such day. */
export const readDay = (text: string): Date | null =>
  /^\d{8}$/.test(text) ? readTime(`${text}000000`) : null;
