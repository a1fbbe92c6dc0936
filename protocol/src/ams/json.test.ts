// The JSON of notifications, as PHP's json_encode writes it: the official Magento plugin signs what it wrote anew.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asciiJson } from './json.ts';

test('W11: what PHP does not escape is not escaped here: everything below U+0080', () => {
  expect(asciiJson({ a: '\u007f~ ' })).toBe('{"a":"\u007f~ "}');
  expect(asciiJson({ a: '\u0080' })).toBe('{"a":"\\u0080"}');
  expect(asciiJson({ a: 'https://x/y' })).toBe('{"a":"https:\\/\\/x\\/y"}');
});

test('case 30: emoji, Hangul, line separators and slashes are ASCII, and come back as they were', () => {
  const text = '🎁 한국어 \u2028 a/b "q"';
  const json = asciiJson({ text });
  expect(json).toMatch(/^[\x20-\x7e]+$/);
  expect(json).toContain('\\ud83c\\udf81');
  expect(JSON.parse(json)).toEqual({ text });
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(asciiJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
