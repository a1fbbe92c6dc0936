// The JSON of notifications, as PHP's json_encode writes it: the official Magento plugin signs what it wrote anew.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asciiJson, repeatedName } from './json.ts';

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

test.each([
  ['{"a":1,"a":2}', 'a'],
  ['{"a":1,"\\u0061":2}', 'a'],
  ['{"amount":{"value":"1","currency":"KRW","value":"2"}}', 'value'],
  ['{"x":[{"b":1},{"b":1,"c":[],"c":1}]}', 'c'],
  ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ['{"":1,"":2}', ''],
  ['{"a" : 1 , "a" : 2}', 'a'],
  ['{"a":{"a":1},"b":[{"a":1},{"a":1}]}', null],
  ['{"a":"\\"b\\":1,\\"b\\":2"}', null],
  ['{"a":"b:","b":"{a:\\\\"}', null],
  ['{"a":{"b":1},"b":2}', null],
  ['[]', null],
  ['"a"', null],
])('a name that an object has twice: %s: %s', (json, name) => {
  JSON.parse(json);
  expect(repeatedName(json)).toBe(name);
});

test('no value without repeated names is said to have one, however it is written', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
      expect(repeatedName(JSON.stringify(value, null, indent))).toBe(null);
    }),
  );
});
