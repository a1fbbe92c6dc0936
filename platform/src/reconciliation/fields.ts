// What every reader of bank statements shares: the error that names the place, amounts, days, and texts that can be kept.
import { isCurrency, MoneyError, parseMajor } from '@tongbao/money';
import { isValidIBAN } from 'ibantools';
import { electronicForm } from '../settlement/index.ts';
import { isDay as isCalendarDay } from '../system/index.ts';

/** The file is not what it should be; the message says where. */
export class StatementUnreadable extends Error {}

/** Beyond this no sum of a day's lines would fit its column. Minor units. */
const mostAmount = 10n ** 16n;
const longestAmount = 64;

/**
 * Major units to minor units. Banks write more zeros than a currency has decimals (65.250), leading zeros and a plus
 * sign; all of them mean the same amount. A digit other than zero beyond the currency's decimals is an error.
 */
export function amountOf(text: string, currency: string, place: string): bigint {
  const value = text.trim();
  const match = value.length > longestAmount ? null : /^([+-]?)0*(\d*)(?:\.(\d*))?$/.exec(value);
  if (value.length > longestAmount)
    throw new StatementUnreadable(
      `${place}: an amount of ${value.length} characters is larger than any account`,
    );
  if (match === null || !/\d/.test(value))
    throw new StatementUnreadable(`${place}: "${value}" is not an amount`);
  const [, sign, whole, fraction = ''] = match;
  const decimals = fraction.replace(/0+$/, '');
  const plain = `${sign === '-' ? '-' : ''}${whole === '' ? '0' : whole}${decimals === '' ? '' : `.${decimals}`}`;
  const amount = minorUnits(plain, currency, place);
  if (amount > mostAmount || amount < -mostAmount)
    throw new StatementUnreadable(`${place}: ${value} is larger than any account`);
  return amount;
}

function minorUnits(plain: string, currency: string, place: string): bigint {
  try {
    return parseMajor(plain, currency).amount;
  } catch (error) {
    if (error instanceof MoneyError) throw new StatementUnreadable(`${place}: ${error.message}`);
    throw error;
  }
}

export function currencyOf(text: string, place: string): string {
  if (isCurrency(text)) return text;
  throw new StatementUnreadable(`${place}: "${text.slice(0, 40)}" is not a currency`);
}

/** A day that the calendar has, from 1900 on (YYYY-MM-DD). */
export function dayOf(text: string, place: string): string {
  if (isDay(text)) return text;
  throw new StatementUnreadable(`${place}: "${text.slice(0, 40)}" is not a date (YYYY-MM-DD)`);
}

/** From 1900 on: a year that no statement has is a slip. */
export const isDay = (text: string): boolean => /^(19|2\d)/.test(text) && isCalendarDay(text);

const longestText = 140;

/** A text that a column takes: no control characters, at most 140 characters. */
export function textOf(text: string, place: string): string {
  const value = text.trim();
  if (value.length > longestText)
    throw new StatementUnreadable(`${place}: a text of ${value.length} characters, at most ${longestText}`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(value) || !value.isWellFormed())
    throw new StatementUnreadable(`${place}: the text has a control character`);
  return value;
}

/** An account as a bank names it. An IBAN is one account whether it is printed in groups, in small letters or neither. */
export function accountOf(text: string, place: string): string {
  const account = textOf(text, place);
  const electronic = electronicForm(account);
  return isValidIBAN(electronic) ? electronic : account;
}

/** What banks write when they pass no reference on. */
export const isBlank = (reference: string): boolean => /^(|NOTPROVIDED|NONREF)$/i.test(reference.trim());

const mostWords = 40;
const longestWord = 35;

/** Words of a free text that could be a reference of ours, and their parts between slashes. The text itself is not kept: it names people. */
export const wordsOf = (text: string): string[] =>
  [...text.slice(0, 2000).matchAll(/[A-Za-z0-9][A-Za-z0-9./-]{3,}/g)]
    .flatMap(([word]) => (word.includes('/') ? [word, ...word.split('/')] : [word]))
    .map((word) => word.replace(/[./-]+$/, ''))
    .filter((word) => word.length >= 4 && word.length <= longestWord)
    .slice(0, mostWords);
