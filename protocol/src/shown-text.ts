// Texts that shops write and shoppers read. What cannot be seen must not change what is seen; a seller must not be called
// like the network that asks for the shopper's PIN.

/**
 * Characters that draw nothing themselves: controls, bidi marks and overrides, zero-width ones, tags, private and
 * unassigned ones, lone surrogates, and the letters that are blank by design (Hangul fillers, the empty Braille cell).
 */
const unseen = /\p{C}|\u034f|[\u115f\u1160]|\u17b4|\u17b5|[\u2800\u3164\uffa0]/gu;
/** More marks on one letter than any language writes run over the lines above and below. */
const pile = /(\p{M}{3})\p{M}+/gu;

/** The zero-width joiner inside of an emoji (a family, a flag) draws something. */
const isEmojiJoiner = (character: string, at: number, whole: string): boolean =>
  character === '\u200d' &&
  /\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]?$/u.test(whole.slice(Math.max(0, at - 5), at)) &&
  /^\p{Extended_Pictographic}/u.test(whole.slice(at + 1, at + 3));

/** The text as it may be shown: line breaks and tabs are blanks, what cannot be seen is gone. */
export const plainText = (text: string): string =>
  text
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' ')
    .replace(unseen, (character, at: number, whole: string) =>
      isEmojiJoiner(character, at, whole) ? character : '',
    )
    .replace(pile, '$1');

/** Letters that look like Latin ones; what Unicode's compatibility forms do not fold by themselves. */
const lookalikes: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ...[
      'aаαɑ',
      'bЬв',
      'cсϲ',
      'dԁ',
      'eеєε',
      'gɡց',
      'hһн',
      'iіιıї!1|',
      'jј',
      'kκк',
      'lӏⅼ',
      'mмⅿ',
      'nոηп',
      'oоοօ0ο',
    ],
    ...['pрρ', 'qԛ', 'rг', 'sѕ$5', 'tтτ', 'uυս', 'vνѵ', 'wԝω', 'xхχ', 'yуүγ', 'zᴢ'],
  ].flatMap((row) => [...row].slice(1).map((letter) => [letter, row[0]!] as const)),
);

/** What the eye reads: compatibility forms folded, accents off, lookalikes replaced, letters only. */
const skeletonOf = (word: string): string =>
  [...word.normalize('NFKD').toLowerCase()]
    .map((character) => lookalikes[character] ?? character)
    .join('')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .replace(/[^\p{L}]/gu, '')
    .replaceAll('寶', '宝')
    .replaceAll('寳', '宝');

/** The network's own names, and those of the wallet that it stands for; in Latin also read with l for i. */
const networkNames =
  /a[li]{2}pay|tongbao|tongb4o|antgroup|antfinancial|支付宝|通宝|蚂蚁集团|蚂蚁金服|알리페이|통바오|アリペイ|トンバオ/u;

/** Words, and the runs of single letters between them ("A l i p a y"), and pairs ("Ali Pay"). */
function readings(name: string): string[] {
  const words = name.split(/[\s\p{Z}]+/u).map(skeletonOf);
  const spelled = words.map((word) => ([...word].length <= 1 ? word : ` ${word} `)).join('');
  const pairs = words.slice(1).map((word, at) => (isNameHalf(words[at]!) ? `${words[at]}${word}` : ''));
  return [...words, ...spelled.split(' '), ...pairs];
}
const isNameHalf = (word: string): boolean => /^(a[li]{2}|tong|ant|支付|通)$/u.test(word);

/** A word that takes letters of look-alike scripts together is made to be misread. */
const mixesScripts = (name: string): boolean =>
  name
    .split(/[^\p{L}\p{M}]+/u)
    .some((word) => /\p{Script=Latin}/u.test(word) && /[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(word));

/** Why a seller may not be called so; null when the name is fine. */
export function faultOfSellerName(name: string): string | null {
  if (plainText(name) !== name) return 'has characters that cannot be seen';
  if (mixesScripts(name)) return 'mixes scripts inside of a word';
  if (readings(name).some((reading) => networkNames.test(reading)))
    return 'reads like the name of the payment network';
  return null;
}
