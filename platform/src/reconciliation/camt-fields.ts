// Fields of camt messages: amounts with their side, days, balances, and the days that a report speaks about.

import { addDays } from '../system/index.ts';
import { endsOf } from './days.ts';
import { amountOf, currencyOf, isDay, StatementUnreadable } from './fields.ts';
import { childAt, childrenAt, textAt, type XmlElement } from './xml.ts';

export function refuseAt(element: XmlElement, place: string, what: string): never {
  throw new StatementUnreadable(`${place} (line ${element.line}) ${what}`);
}

/** The text down a path, which must be there. */
export function required(element: XmlElement, ...path: readonly string[]): string {
  const found = textAt(element, ...path);
  if (found !== '') return found;
  throw new StatementUnreadable(`${element.name} in line ${element.line} lacks ${path.join('/')}`);
}

export type Side = 'CRDT' | 'DBIT';

export function sideOf(element: XmlElement, place: string): Side {
  const side = textAt(element, 'CdtDbtInd');
  if (side === 'CRDT' || side === 'DBIT') return side;
  return refuseAt(element, place, `has CdtDbtInd "${side.slice(0, 20)}", neither CRDT nor DBIT`);
}

export interface Amount {
  readonly currency: string;
  /** Minor units, never negative: the side is a field of its own. */
  readonly amount: bigint;
}

/** An element like `<Amt Ccy="GBP">65.25</Amt>`. */
export function amountIn(element: XmlElement, place: string): Amount {
  const where = `${place} (line ${element.line}), ${element.name}`;
  const stated = element.attributes.find(([name]) => name === 'Ccy')?.[1];
  if (stated === undefined) throw new StatementUnreadable(`${where} lacks Ccy`);
  const currency = currencyOf(stated.trim(), where);
  const amount = amountOf(element.text, currency, where);
  if (amount < 0n)
    throw new StatementUnreadable(`${where}: an amount is not negative, CdtDbtInd says its side`);
  return { currency, amount };
}

export function signedAmount(element: XmlElement, place: string): Amount {
  const found = childAt(element, 'Amt');
  if (found === undefined) return refuseAt(element, place, 'lacks Amt');
  const { currency, amount } = amountIn(found, place);
  return { currency, amount: sideOf(element, place) === 'CRDT' ? amount : -amount };
}

/** xs:boolean; false where the element is missing. */
export function isTrue(element: XmlElement, name: string, place: string): boolean {
  const text = textAt(element, name);
  if (text === 'true' || text === '1') return true;
  if (text === '' || text === 'false' || text === '0') return false;
  return refuseAt(element, place, `has ${name} "${text.slice(0, 20)}", neither true nor false`);
}

/** The day of an xs:date or xs:dateTime, as the bank wrote it: a statement's day is its bank's local day. */
export function day(text: string, element: XmlElement, place: string, name: string): string {
  const match = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d([.,]\d{1,9})?)?)?(Z|[+-]\d\d:?\d\d)?$/.exec(text);
  if (match === null || !isDay(match[1]!))
    return refuseAt(element, place, `has ${name} "${text.slice(0, 40)}", which is not a date (YYYY-MM-DD)`);
  return match[1]!;
}

export interface Balances {
  readonly opening: bigint | null;
  readonly closing: bigint | null;
  readonly currency: string | undefined;
  /** Null where the balance is missing, or has no date. */
  readonly openingDay: string | null;
  readonly closingDay: string | null;
}

interface Balance {
  readonly code: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly day: string | null;
}

/**
 * Opening: OPBD, else PRCD (the day before's closing), else the first ITBD (a page that is not the first begins with
 * one). Closing: CLBD, else the last ITBD. Of several days: the first day's opening, the last day's closing. Final statements must have a closing balance; reports need none.
 */
export function balancesOf(node: XmlElement, of: { place: string; isFinal: boolean }): Balances {
  const balances = childrenAt(node, 'Bal').map((each) => balanceOf(each, of.place));
  const interim = balances.filter((each) => each.code === 'ITBD');
  const opening = firstOf(balances, 'OPBD') ?? firstOf(balances, 'PRCD') ?? interim[0];
  const closing = lastOf(balances, 'CLBD') ?? interim.findLast((each) => each !== opening);
  if (of.isFinal && closing === undefined) refuseAt(node, of.place, 'lacks the balance CLBD');
  const [first] = balances;
  const strange = balances.find((each) => each.currency !== first?.currency && isBooked(each));
  if (strange !== undefined)
    refuseAt(node, of.place, `has balances in ${first?.currency} and ${strange.currency}`);
  return {
    opening: opening?.amount ?? null,
    closing: closing?.amount ?? null,
    currency: (closing ?? opening ?? first)?.currency,
    openingDay: opening === undefined ? null : openingDayOf(opening),
    closingDay: closing?.day ?? null,
  };
}

/** A statement of several days may state the balances of each of them, in any order. */
const firstOf = (balances: readonly Balance[], code: string): Balance | undefined =>
  balances
    .filter((each) => each.code === code)
    .toSorted((left, right) => (left.day ?? '').localeCompare(right.day ?? ''))[0];
const lastOf = (balances: readonly Balance[], code: string): Balance | undefined =>
  balances
    .filter((each) => each.code === code)
    .toSorted((left, right) => (right.day ?? '').localeCompare(left.day ?? ''))[0];

const isBooked = ({ code }: Balance): boolean => ['OPBD', 'CLBD', 'PRCD', 'ITBD'].includes(code);
const openingDayOf = ({ code, day: on }: Balance): string | null =>
  on === null || code !== 'PRCD' ? on : addDays(on, 1);

function balanceOf(element: XmlElement, place: string): Balance {
  const code = textAt(element, 'Tp', 'CdOrPrtry', 'Cd') || textAt(element, 'Tp', 'CdOrPrtry', 'Prtry');
  const where = `${place}, balance ${code}`;
  const { amount, currency } = signedAmount(element, where);
  // What the bank would lend is not on the account: a balance that includes it is stated without it.
  let lent = 0n;
  for (const line of childrenAt(element, 'CdtLine')) {
    const found = childAt(line, 'Amt');
    if (found !== undefined && isTrue(line, 'Incl', where)) lent += amountIn(found, where).amount;
  }
  const stated = textAt(element, 'Dt', 'Dt') || textAt(element, 'Dt', 'DtTm');
  return {
    ...{ code, currency, amount: amount - lent },
    day: stated === '' ? null : day(stated, element, where, 'Dt'),
  };
}

interface PeriodFacts {
  readonly place: string;
  readonly balances: Balances;
  /** Of the entries. */
  readonly days: readonly string[];
  readonly created: string | null;
}

/** The days that a report speaks about: FrToDt where it has one, else its balances' and entries' days. */
export function periodOf(node: XmlElement, of: PeriodFacts): { fromDay: string; toDay: string } {
  const { place, balances, created } = of;
  const [first, last] = endsOf(of.days);
  const [stated, until] = [textAt(node, 'FrToDt', 'FrDtTm'), textAt(node, 'FrToDt', 'ToDtTm')];
  const element = childAt(node, 'FrToDt') ?? node;
  const from = stated === '' ? null : day(stated, element, place, 'FrDtTm');
  const to = until === '' ? null : lastDay({ until, from, last, balances, element, place });
  const fromDay = from ?? balances.openingDay ?? first ?? to ?? balances.closingDay ?? created;
  const toDay = to ?? later(last, balances.closingDay) ?? from ?? created;
  if (fromDay === null || toDay === null)
    return refuseAt(node, place, 'lacks FrToDt, CreDtTm and entries: no days');
  if (from !== null && to !== null && from > to)
    return refuseAt(element, place, `ends on ${to}, before it begins`);
  return fromDay <= toDay ? { fromDay, toDay } : { fromDay: toDay, toDay };
}

const later = (left: string | null, right: string | null): string | null =>
  left === null || (right !== null && right > left) ? right : left;

/** Midnight at the end of a period is the end of the day before, unless entries or the closing balance are on that day. */
function lastDay(of: {
  until: string;
  from: string | null;
  last: string | null;
  balances: Balances;
  element: XmlElement;
  place: string;
}): string {
  const to = day(of.until, of.element, of.place, 'ToDtTm');
  const isMidnight = /T00:00(:00([.,]0+)?)?(Z|[+-]\d\d:?\d\d)?$/.test(of.until);
  if (!isMidnight || of.from === to || of.last === to || of.balances.closingDay === to) return to;
  return addDays(to, -1);
}
