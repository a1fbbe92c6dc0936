// Amounts as banks write them in CSV: in the profile's signs, and with a minus in one of its many forms.
import type { CsvProfile } from './csv-profile.ts';
import { StatementUnreadable } from './fields.ts';

/** A plain figure (`-1234.56`), and its side where the bank writes it out (DR, CR); the figure has no sign then. */
export interface Figure {
  readonly figure: string;
  readonly side: 'debit' | 'credit' | null;
}

/**
 * Minus signs: `-1`, `1-`, `(1)`, `▲1` and `△1` (Japan), in the usual characters or full-width ones. What is written in two ways at
 * once (`(1) DR`) is refused, as is a point where commas are decimals: it would move the amount by powers of ten.
 */
export function figureIn(
  text: string,
  { decimal, grouping }: Pick<CsvProfile, 'decimal' | 'grouping'>,
  place: string,
): Figure {
  let value = text
    .normalize('NFKC')
    .replace(/[\u2212\u2013\u2010\u2011]/g, '-')
    .replace(/[\u2018\u2019]/g, "'")
    .trim();
  const said = /^(.*?)\s*(DR|CR)$/i.exec(value);
  const side = said === null ? null : said[2]!.toUpperCase() === 'DR' ? 'debit' : 'credit';
  if (said !== null) value = said[1]!;
  const bracketed = /^\((.*)\)$/.exec(value)?.[1] ?? /^[\u25b2\u25b3]\s*(.*)$/.exec(value)?.[1];
  const trailing = /^(.*\d)\s*([+-])$/.exec(value);
  if (bracketed !== undefined) value = `-${bracketed}`;
  else if (trailing !== null) value = `${trailing[2]}${trailing[1]}`;
  if (side !== null && /^[+-]/.test(value))
    throw new StatementUnreadable(`${place}: "${text.slice(0, 40)}" has a sign and ${said![2]}`);
  if (grouping !== '') value = value.replaceAll(new RegExp(`(?<=\\d)[${grouping}](?=\\d{3})`, 'g'), '');
  if (decimal === ',') {
    if (value.includes('.'))
      throw new StatementUnreadable(
        `${place}: "${text.slice(0, 40)}" has a point, the decimal sign is a comma`,
      );
    value = value.replace(',', '.');
  }
  return { figure: value.replace(/^([+-])\s+/, '$1'), side };
}
