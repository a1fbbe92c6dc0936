// The texts that a shop may have signed in place of the signing string (reference, section 1.3): which parameters, in which
// order, how their values are written, in which charset, how they are joined. The first of each list is what is right;
// texts with fewer mistakes come first.
import { createHash, timingSafeEqual } from 'node:crypto';
import { encodeText, type ReceivedForm } from '@tongbao/protocol/gateway';

export interface SignedText {
  /** Each goes on after "You signed". */
  readonly says: readonly string[];
  readonly bytes: Uint8Array;
}

type Pair = readonly [name: string, value: string];
interface Way<Of> {
  readonly says: string;
  readonly of: Of;
}

export const digestOf = (hash: string, ...parts: readonly (Uint8Array | string)[]): Buffer =>
  parts.reduce((made, part) => made.update(part), createHash(hash)).digest();

export const sameDigest = (left: Buffer, right: Buffer): boolean =>
  left.length === right.length && timingSafeEqual(left, right);

const isOwn = ([name]: Pair): boolean => name !== 'sign' && name !== 'sign_type';
const isFull = ([, value]: Pair): boolean => value !== '';
const withoutName = (name: string): Way<(all: readonly Pair[]) => readonly Pair[]> => ({
  says: `without ${name}`,
  of: (all) => all.filter((pair) => isOwn(pair) && isFull(pair) && pair[0] !== name),
});

const selections: readonly Way<(all: readonly Pair[]) => readonly Pair[]>[] = [
  { says: '', of: (all) => all.filter((pair) => isOwn(pair) && isFull(pair)) },
  { says: 'sign_type too', of: (all) => all.filter((pair) => pair[0] !== 'sign' && isFull(pair)) },
  {
    says: 'sign (still empty) and sign_type too',
    of: (all) => all.filter(isFull).map((pair) => (pair[0] === 'sign' ? ['sign', ''] : pair)),
  },
  {
    says: 'sign (still empty) too',
    of: (all) => [...all.filter((pair) => isOwn(pair) && isFull(pair)), ['sign', '']],
  },
  { says: 'empty parameters too', of: (all) => all.filter(isOwn) },
  { says: 'empty parameters and sign_type too', of: (all) => all.filter(([name]) => name !== 'sign') },
  {
    says: 'a 0 as if it were empty',
    of: (all) => all.filter((pair) => isOwn(pair) && isFull(pair) && pair[1] !== '0'),
  },
  ...['_input_charset', 'service', 'partner', 'notify_url', 'return_url'].map(withoutName),
];

const compared = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

const dictionary = new Intl.Collator('en', { ignorePunctuation: true });

const orders: readonly Way<(pairs: readonly Pair[]) => readonly Pair[]>[] = [
  { says: '', of: (pairs) => [...pairs].sort(([left], [right]) => compared(left, right)) },
  { says: 'parameters in the order sent, not sorted', of: (pairs) => pairs },
  {
    says: 'parameters sorted without regard to letter case',
    of: (pairs) => [...pairs].sort(([left], [right]) => compared(left.toLowerCase(), right.toLowerCase())),
  },
  {
    says: 'parameters sorted as name=value, not by name',
    of: (pairs) => [...pairs].sort((left, right) => compared(left.join('='), right.join('='))),
  },
  {
    says: 'parameters sorted as a dictionary does, where _ does not count',
    of: (pairs) => [...pairs].sort(([left], [right]) => dictionary.compare(left, right)),
  },
  {
    says: 'parameters sorted by value, not by name',
    of: (pairs) => [...pairs].sort(([, left], [, right]) => compared(left, right)),
  },
  {
    says: 'parameters sorted backwards',
    of: (pairs) => [...pairs].sort(([left], [right]) => compared(right, left)),
  },
];

const percent = (text: string): string => encodeURIComponent(text.toWellFormed());
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
const marked = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const unmarked = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replace(/&#0?39;|&apos;/g, "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
const quotes = (text: string): string => marked(text).replaceAll('"', '&quot;');

const writes: readonly Way<(value: string) => string>[] = [
  { says: '', of: (value) => value },
  {
    says: 'what arrived as a blank with a plus: a plus in a value was not written as %2B, or blanks were signed in their form encoding',
    of: (value) => value.replaceAll(' ', '+'),
  },
  { says: 'percent-encoded values', of: percent },
  {
    says: 'percent-encoded values with small letters',
    of: (value) => percent(value).replace(/%[0-9A-F]{2}/g, (escaped) => escaped.toLowerCase()),
  },
  {
    says: 'form-encoded values (a plus for a blank)',
    of: (value) => percent(value).replaceAll('%20', '+'),
  },
  { says: 'values that were percent-decoded once more than sent', of: decoded },
  { says: '&amp; for & (HTML entities in values)', of: (value) => value.replaceAll('&', '&amp;') },
  { says: '&amp; &lt; &gt; for & < > (HTML entities in values)', of: marked },
  { says: '&quot; for " (HTML entities in values)', of: quotes },
  {
    says: '&quot; and &#039; for quotes (HTML entities in values)',
    of: (value) => quotes(value).replaceAll("'", '&#039;'),
  },
  {
    says: '&quot; and &#39; for quotes (HTML entities in values)',
    of: (value) => quotes(value).replaceAll("'", '&#39;'),
  },
  { says: 'plain characters, but sent HTML entities (&amp; &quot;) in values', of: unmarked },
  {
    says: 'backslashes before quotes in values',
    of: (value) => value.replace(/["'\\]/g, (mark) => `\\${mark}`),
  },
  { says: 'values without the blanks around them', of: (value) => value.trim() },
  { says: 'LF line ends in values, but sent CR LF', of: (value) => value.replaceAll('\r\n', '\n') },
  { says: 'CR LF line ends in values, but sent LF', of: (value) => value.replace(/\r?\n/g, '\r\n') },
  { says: 'values without their blanks', of: (value) => value.replaceAll(' ', '') },
];

const joins: readonly Way<(pairs: readonly Pair[]) => string>[] = [
  { says: '', of: (pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&') },
  {
    says: '&amp; for & between the parameters',
    of: (pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&amp;'),
  },
  {
    says: 'an & after the last parameter, that is an & before the key',
    of: (pairs) => pairs.map(([name, value]) => `${name}=${value}&`).join(''),
  },
  {
    says: 'an & before the first parameter',
    of: (pairs) => pairs.map(([name, value]) => `&${name}=${value}`).join(''),
  },
  {
    says: 'no & between the parameters',
    of: (pairs) => pairs.map(([name, value]) => `${name}=${value}`).join(''),
  },
  {
    says: 'no = between name and value',
    of: (pairs) => pairs.map(([name, value]) => `${name}${value}`).join('&'),
  },
  {
    says: 'quotes around the values',
    of: (pairs) => pairs.map(([name, value]) => `${name}="${value}"`).join('&'),
  },
  { says: 'values without their names', of: (pairs) => pairs.map(([, value]) => value).join('') },
];

const charsetsOf = (form: ReceivedForm): readonly Way<(text: string) => Uint8Array>[] => [
  { says: '', of: (text) => encodeText(text, form.charset) },
  form.charset === 'GBK'
    ? { says: 'UTF-8 bytes, but named another charset', of: (text) => encodeText(text, 'UTF-8') }
    : { says: 'GBK bytes, but named UTF-8', of: (text) => encodeText(text, 'GBK') },
  {
    says: 'bytes that were turned into UTF-8 once more',
    of: (text) => encodeText(Buffer.from(encodeText(text, form.charset)).toString('latin1'), 'UTF-8'),
  },
];

const maxMistakes = 2;
const maxBytes = 24 * 1024 * 1024;

/** Every text is different; `ours` is the first. With at most so many mistakes; bounded in number and in bytes. */
export function* textsOf(
  form: ReceivedForm,
  ours: Uint8Array,
  most: 1 | typeof maxMistakes = maxMistakes,
): Generator<SignedText> {
  const all = [...form.parameters].map(([name, { text }]): Pair => [name, text]);
  const seen = new Set([Buffer.from(ours).toString('latin1')]);
  let bytes = 0;
  yield { says: [], bytes: ours };
  for (let mistakes = 1; mistakes <= most; mistakes++)
    for (const { says, make } of combined(charsetsOf(form), mistakes)) {
      const made = make(all);
      const key = Buffer.from(made).toString('latin1');
      bytes += made.length;
      if (bytes > maxBytes) return;
      if (!seen.has(key)) yield { says, bytes: made };
      seen.add(key);
    }
}

function* combined(
  charsets: readonly Way<(text: string) => Uint8Array>[],
  mistakes: number,
): Generator<{ says: string[]; make: (all: readonly Pair[]) => Uint8Array }> {
  for (const charset of charsets)
    for (const write of writes)
      for (const select of selections)
        for (const order of orders)
          for (const join of joins) {
            const says = [charset, write, select, order, join]
              .map((way) => way.says)
              .filter((said) => said !== '');
            if (says.length !== mistakes) continue;
            const make = (all: readonly Pair[]): Uint8Array => {
              const kept = order.of(select.of(all)).map(([name, value]): Pair => [name, write.of(value)]);
              return charset.of(join.of(kept));
            };
            yield { says, make };
          }
}
