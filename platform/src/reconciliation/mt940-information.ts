// What :86: and the supplementary details of an MT940 say of an entry, in the ways that banks structure them: German
// subfields (?20EREF+…), code words between slashes (/EREF/…), or free text. Names and texts of people are not kept.
import { isBlank, wordsOf } from './fields.ts';

export interface Information {
  /** Our end-to-end id; '' where the bank passed none. */
  readonly endToEnd: string;
  readonly alsoNamed: readonly string[];
  /** As written: the currency's code and the figure with a comma. */
  readonly charge: { readonly currency: string; readonly figure: string } | null;
}

const longestReference = 70;

export function informationOf(text: string, details: string): Information {
  const german = /^\d{3}\s*\?\d\d/.test(text.replaceAll('\n', ''));
  const plain = text.replaceAll('\n', '');
  const free = german ? purposeOf(plain) : plain;
  const endToEnd = codeWord(free, german, ['EREF', 'ENDT', 'E2E']);
  const others = ['KREF', 'PREF', 'RREF', 'IREF', 'ROC', 'CREF'].map((word) =>
    codeWord(free, german, [word]),
  );
  const charge = /\/CHGS\/([A-Z]{3})(\d{1,15},\d*)/.exec(`${plain}/${details.replaceAll('\n', '')}`);
  // Banks break lines in the middle of a word, or instead of a space.
  const words = [free, text.replaceAll('\n', ' '), details.replaceAll('\n', ' ')].flatMap(wordsOf);
  return {
    endToEnd,
    alsoNamed: [...new Set([...others, ...words].filter((each) => !isBlank(each)))],
    charge: charge === null ? null : { currency: charge[1]!, figure: charge[2]! },
  };
}

/** ?20 to ?29 and ?60 to ?63 are one text, cut every 27 characters. */
const purposeOf = (text: string): string =>
  [...text.matchAll(/\?(2\d|6[0-3])([^?]*)/g)].map(([, , part]) => part).join('');

/** `EREF+value` up to the next code word, or `/EREF/value/`; '' where the word is missing or says NOTPROVIDED. */
function codeWord(text: string, german: boolean, words: readonly string[]): string {
  for (const word of words) {
    const plus = new RegExp(`(?:^|[^A-Z])${word}\\+\\s*(.*?)\\s*(?:(?:[A-Z]{4}|ABWA|ABWE)\\+|$)`).exec(
      text,
    )?.[1];
    const slash = german ? undefined : new RegExp(`/${word}/([^/]*)`).exec(text)?.[1];
    const found = (plus ?? slash ?? '').trim().slice(0, longestReference);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they would not fit a column
    if (!isBlank(found) && !/[\u0000-\u001f\u007f]/.test(found)) return found;
  }
  return '';
}
