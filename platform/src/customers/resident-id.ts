// The resident identity number of mainland China: eighteen characters, the last of which checks the others
// (GB 11643-1999: address code, date of birth, sequence, check character by ISO 7064 MOD 11-2).

import { houseDayOf, isDay } from '../system/index.ts';

export interface ResidentId {
  /** Eighteen characters, X in upper case. */
  readonly number: string;
  /** YYYY-MM-DD. */
  readonly bornOn: string;
}

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const checkCharacters = '10X98765432';

/** The first two digits of an address code (GB/T 2260): provinces, municipalities, regions. */
const provinces = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83'.split(
    ' ',
  ),
);

/** The character that belongs after seventeen digits. */
export function checkCharacterOf(digits: string): string {
  const sum = weights.reduce((total, weight, place) => total + weight * (digits.charCodeAt(place) - 48), 0);
  return checkCharacters[sum % 11]!;
}

/** A number as people type it; null when its form, place, date or check character is impossible. */
export function residentIdOf(typed: string): ResidentId | null {
  const number = typed.normalize('NFKC').replace(/\s/g, '').toUpperCase();
  if (!/^\d{17}[\dX]$/.test(number) || !provinces.has(number.slice(0, 2))) return null;
  if (checkCharacterOf(number) !== number[17]) return null;
  const bornOn = `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
  return isDay(bornOn) ? { number, bornOn } : null;
}

/** Whole years of age at an instant, in Shanghai; below zero for somebody who is not born yet. */
export function ageOf({ bornOn }: ResidentId, at: Date): number {
  const today = houseDayOf(at);
  const years = Number.parseInt(today.slice(0, 4), 10) - Number.parseInt(bornOn.slice(0, 4), 10);
  return today.slice(5) < bornOn.slice(5) ? years - 1 : years;
}

/** What may be shown of it: the first and the last character. */
export const maskResidentId = ({ number }: ResidentId): string =>
  `${number[0]}${'*'.repeat(16)}${number[17]}`;
