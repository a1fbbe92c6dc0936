// A person's name as everybody keeps it: one spelling, whatever keyboard wrote it, so that the same person is the same
// name at the registry, at the card's bank and in our rows.

/**
 * Dots that keyboards write between the parts of a name, besides U+00B7: bullet, hyphenation point, the Katakana dots, the
 * Greek ano teleia, the dot operator and their kin (CLREQ, section 3.1.6.4, asks for U+00B7).
 */
const middleDots =
  /[\u0387\u02d9\u16eb\u2022\u2024\u2027\u205a\u2219\u22c5\u25cf\u2981\u2e31\u2e33\u30fb\ua78f\uff65]/gu;
/** Between two Chinese characters a full stop can only be the dot, and a space is padding (李　明). */
const stopInside = /(?<=\p{Script=Han}) ?[.\u3002\uff61] ?(?=\p{Script=Han})/gu;
const padding = /(?<=\p{Script=Han}) +(?=\p{Script=Han})/gu;
/** They choose a picture of the same character. */
const variationSelectors = /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu;

/** Two to fifty letters, with the dots and spaces that names have. U+3007 is a number to Unicode, and a name's character. */
const form = /^[\p{L}\p{M}\p{Co}\u3007][\p{L}\p{M}\p{Co}\u3007·.' -]{0,48}[\p{L}\p{M}\p{Co}\u3007.]$/u;

/**
 * The name in its one spelling: compatibility forms folded (NFKC), middle dots as U+00B7, apostrophes and hyphens as ASCII,
 * single spaces, none around a dot or between Chinese characters. Null when it is no name. Private-use characters are taken: GBK systems give them for
 * rare characters.
 */
export function realNameOf(typed: string): string | null {
  const name = typed
    // Before NFKC, which makes some dots into others.
    .replace(middleDots, '·')
    .normalize('NFKC')
    .replace(variationSelectors, '')
    .replace(middleDots, '·')
    .replace(/[\u2018\u2019\u02bc\uff07`\u00b4]/gu, "'")
    .replace(/[\u2010-\u2015\u2212]/gu, '-')
    .replace(/\s+/gu, ' ')
    .replace(stopInside, '·')
    .replace(padding, '')
    .replace(/ ?· ?/gu, '·')
    .trim();
  return form.test(name) ? name : null;
}
