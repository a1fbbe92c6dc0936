// Times as this protocol writes them: ISO 8601, whole seconds, at Shanghai's offset.
export { houseTimeText as isoTime } from '../../system/index.ts';

/** A request-time header: 13-digit epoch milliseconds, or ISO 8601 in any of the spellings that SDKs send. Null for neither. */
export function requestTime(header: string): Date | null {
  if (/^\d{13}$/.test(header)) return new Date(Number.parseInt(header, 10));
  const iso = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)(Z|[+-]\d{2}:?\d{2})$/i.exec(header);
  if (iso === null) return null;
  const offset = iso[2]!.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  const instant = new Date(`${iso[1]!.replace(/(\.\d{3})\d+$/, '$1')}${offset}`);
  return Number.isNaN(instant.getTime()) ? null : instant;
}
