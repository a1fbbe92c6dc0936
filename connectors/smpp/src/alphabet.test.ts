// Texts as octets: GSM 03.38 where it will do, UCS-2 where not, and parts that a phone puts together.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encode } from './alphabet.ts';

const gsm = (text: string) => encode(text, { prefer: 'gsm', group: 7 });
const hex = (text: string) => gsm(text).parts.map(({ octets }) => octets.toString('hex'));

describe('the alphabet', () => {
  test('of GSM has its own codes, and ten signs with an escape', () => {
    expect(gsm('a').alphabet).toBe('gsm');
    expect(gsm('a'.repeat(161)).alphabet).toBe('gsm');
    expect(gsm('好'.repeat(71)).alphabet).toBe('ucs2');
    expect(hex('@£$Δ_Aaà\n')).toEqual(['00010210114161' + '7f' + '0a']);
    expect(hex('€[]{}~^|\\\f')).toEqual(['1b651b3c1b3e1b281b291b3d1b141b401b2f1b0a']);
  });

  test('is UCS-2, big end first, as soon as one sign is in no GSM table, or where it is preferred', () => {
    expect(gsm('a中')).toMatchObject({ alphabet: 'ucs2' });
    expect(hex('a中')).toEqual(['00614e2d']);
    expect(hex('😀')).toEqual(['d83dde00']);
    expect(hex('`')).toEqual(['0060']);
    expect(hex('\u001b')).toEqual(['001b']);
    expect(encode('a', { prefer: 'ucs2', group: 7 })).toMatchObject({ alphabet: 'ucs2' });
  });
});

describe('parts', () => {
  test.each([
    ['160 letters', 'a'.repeat(160), [160]],
    ['161 letters', 'a'.repeat(161), [159, 14]],
    ['306 letters', 'a'.repeat(306), [159, 159]],
    ['80 euros', '€'.repeat(80), [160]],
    ['81 euros', '€'.repeat(81), [158, 16]],
    ['70 characters', '长'.repeat(70), [140]],
    ['71 characters', '长'.repeat(71), [140, 14]],
    ['35 faces', '😀'.repeat(35), [140]],
    ['36 faces', '😀'.repeat(36), [138, 18]],
    ['ten parts', 'a'.repeat(1_530), Array(10).fill(159)],
  ])('%s', (_what, text, lengths) => {
    expect(gsm(text).parts.map(({ octets }) => octets.length)).toEqual(lengths);
  });

  test('have a header that says which they are, and a single one has none', () => {
    const { parts } = gsm('a'.repeat(161));
    expect(parts.map(({ hasHeader, octets }) => [hasHeader, octets.subarray(0, 6).toString('hex')])).toEqual([
      [true, '050003070201'],
      [true, '050003070202'],
    ]);
    expect(gsm('a').parts).toEqual([{ hasHeader: false, octets: Buffer.from('a') }]);
  });

  test('are at most ten', () => {
    expect(() => gsm('a'.repeat(1_531))).toThrow('a text of 11 messages is not sent');
  });

  test('of any text put together are the text, and no pair is torn', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const { parts } = encode(text, { prefer: 'ucs2', group: 255 });
        const bodies = parts.map(({ octets, hasHeader }) => octets.subarray(hasHeader ? 6 : 0));
        const texts = bodies.map((body) => Buffer.from(body).swap16().toString('utf16le'));
        expect(texts.join('')).toBe(text);
        expect(Math.max(...parts.map(({ octets }) => octets.length))).toBeLessThanOrEqual(140);
        if (parts.length > 1) for (const each of texts) expect(each.isWellFormed()).toBe(true);
      }),
    );
  });
});
