// Card numbers of the sandbox's invented banks: which first digits are whose, and the check digit (ISO/IEC 7812-1).
import type { CardFace } from '../../wallet/index.ts';

interface Range extends CardFace {
  /** Six digits that no real bank issues under. */
  readonly bin: string;
}

const jade = { bank: 'JADE', bankName: { zh: '翡翠银行', en: 'Jade Bank' } } as const;
const bamboo = { bank: 'BAMBOO', bankName: { zh: '青竹银行', en: 'Bamboo Bank' } } as const;
const pine = { bank: 'PINE', bankName: { zh: '松涛银行', en: 'Pine Bank' } } as const;
const lotus = { bank: 'LOTUS', bankName: { zh: '芙蓉银行', en: 'Lotus Bank' } } as const;

export const cardRanges: readonly Range[] = [
  { bin: '629901', ...jade, kind: 'debit', digits: 19 },
  { bin: '629902', ...jade, kind: 'credit', digits: 16 },
  { bin: '629911', ...bamboo, kind: 'debit', digits: 19 },
  { bin: '629912', ...bamboo, kind: 'credit', digits: 16 },
  { bin: '629921', ...pine, kind: 'debit', digits: 16 },
  { bin: '629922', ...pine, kind: 'credit', digits: 16 },
  { bin: '629931', ...lotus, kind: 'debit', digits: 19 },
];

/** By the first six digits; null when none of the banks has them. */
export function faceOf(digits: string): CardFace | null {
  const range = cardRanges.find(({ bin }) => digits.startsWith(bin));
  if (range === undefined) return null;
  const { bin: _bin, ...face } = range;
  return face;
}

/** What a bank calls itself. */
export const bankNameOf = (code: string): CardFace['bankName'] =>
  cardRanges.find(({ bank }) => bank === code)!.bankName;

/** The digit that makes a number pass Luhn's check. */
export function checkDigitOf(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const value = digit.charCodeAt(0) - 48;
    const doubled = place % 2 === 0 ? value * 2 : value;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return String((10 - (sum % 10)) % 10);
}

export const passesLuhn = (number: string): boolean =>
  /^\d{12,19}$/.test(number) && checkDigitOf(number.slice(0, -1)) === number.at(-1);
