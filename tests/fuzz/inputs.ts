// What outsiders may send, as generators that shrink: noise, samples with something broken in them, and the shapes that
// have brought parsers down before.
import fc from 'fast-check';

/** Any text at all, lone surrogates and control characters too. */
export const noise = (maxLength = 600): fc.Arbitrary<string> => fc.string({ unit: 'binary', maxLength });

/** Texts of the few characters that a grammar is made of. */
export const madeOf = (pieces: readonly string[], maxLength = 60): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...pieces), { maxLength }).map((parts) => parts.join(''));

/** One piece very often: what makes a parser slow shows here. */
const manyTimes = (pieces: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...pieces), fc.integer({ min: 1, max: 20_000 }), noise(4))
    .map(([piece, times, end]) => `${piece.repeat(Math.min(times, Math.ceil(40_000 / piece.length)))}${end}`);

const hostile = [
  ...[
    '\u0000',
    '\ufeff',
    '\ud800',
    '\u202e',
    '\r\n',
    '\n',
    '\t',
    ' ',
    '%',
    '%zz',
    '%00',
    '%u0041',
    '+',
    '&',
    '=',
  ],
  ...[
    '"',
    "'",
    '<',
    '>',
    '&#0;',
    '&#1114112;',
    '&amp',
    ']]>',
    '<!--',
    '<![CDATA[',
    '{}',
    '[]',
    '../',
    '\\',
    '/',
  ],
  ...[
    '-1',
    '0',
    '1e400',
    'NaN',
    '9999999999999999999',
    '99999999999999999999999',
    '-0',
    '0x10',
    '1_000',
    '１２',
  ],
  ...['null', 'true', '__proto__', 'constructor', '0000-00-00', '9999-12-31', '2014-02-30', 'GB18030'],
];

/** A sample with up to six places broken: cut out, doubled, replaced by noise or by something hostile. */
export function damaged(sample: string): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.nat({ max: sample.length }),
    length: fc.integer({ min: 0, max: 40 }),
    put: fc.oneof(fc.constantFrom('', ...hostile), noise(12)),
    twice: fc.boolean(),
  });
  return fc.array(edit, { maxLength: 6 }).map((edits) => {
    let text = sample;
    for (const { at, length, put, twice } of edits) {
      const from = Math.min(at, text.length);
      const cut = text.slice(from, from + length);
      text = `${text.slice(0, from)}${put}${twice ? `${cut}${cut}` : ''}${text.slice(from + length)}`;
    }
    return text;
  });
}

/** All of these for a grammar: noise, its own pieces in disorder, one of them very often, samples with damage. */
export const texts = (of: {
  readonly pieces: readonly string[];
  readonly samples: readonly string[];
}): fc.Arbitrary<string> =>
  fc.oneof(noise(), madeOf(of.pieces), manyTimes(of.pieces), ...of.samples.map((sample) => damaged(sample)));

/** Values as hostile clients put them where others were expected. */
const strange: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, '', 0, -1, 1e21, 0.1, true, [], {}, [[]], '\u0000', 'a\u0000b', '\ud800'),
  fc.constantFrom<unknown>(...hostile),
  fc.constant('x').map((letter) => letter.repeat(3_000)),
  fc.jsonValue({ maxDepth: 4 }),
  fc.integer({ min: 50, max: 3_000 }).map(nested),
  noise(40),
);

function nested(depth: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

type Json = Readonly<Record<string, unknown>>;

/** Every place in an object, as a path. */
function placesIn(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...path]];
  return [
    ...(path.length === 0 ? [] : [[...path]]),
    ...Object.entries(value).flatMap(([name, each]) => placesIn(each, [...path, name])),
  ];
}

function withValue(value: unknown, path: readonly string[], put: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return put;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as Json) }) as Record<string, unknown>;
  if (rest.length === 0 && put === undefined) delete copy[name];
  else copy[name] = withValue(copy[name], rest, put);
  return copy;
}

/** An object with up to four of its values strange or left out. */
export function strangely(sample: Json): fc.Arbitrary<unknown> {
  const change = fc.record({
    place: fc.constantFrom(...placesIn(sample)),
    put: fc.oneof(fc.constant(undefined), strange),
  });
  return fc.array(change, { maxLength: 4 }).map((changes) => {
    let value: unknown = sample;
    for (const { place, put } of changes) {
      try {
        value = withValue(value, place, put);
      } catch {
        // An earlier change took the place away.
      }
    }
    return value;
  });
}
