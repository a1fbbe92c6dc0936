// The classic signing string, byte by byte (reference, section 1.3).
import { expect, test } from 'vitest';
import { receivedSigningBytes, repairedBase64, signingBytes, signingText, signTypes } from './signature.ts';

test('our own text: sorted by name, without sign, sign_type and what is empty', () => {
  expect(
    signingText({ b: '2', a: '1', sign: 'x', sign_type: 'MD5', c: '', B: '3', a_b: '4', sign2: '5' }),
  ).toBe('B=3&a=1&a_b=4&b=2&sign2=5');
  expect(signingText({})).toBe('');
  expect(signingText({ sign: 'x' })).toBe('');
  expect(signingText({ a: 'x=y&z' })).toBe('a=x=y&z');
});

test('the three sign types', () => {
  expect(signTypes).toEqual(['MD5', 'RSA', 'RSA2']);
});

test('its bytes are the charset’s', () => {
  expect([...signingBytes({ a: '中' }, 'GBK')]).toEqual([0x61, 0x3d, 0xd6, 0xd0]);
  expect([...signingBytes({ a: '中' }, 'UTF-8')]).toEqual([0x61, 0x3d, 0xe4, 0xb8, 0xad]);
});

const received = (values: Readonly<Record<string, readonly number[]>>) =>
  receivedSigningBytes(
    new Map(
      Object.entries(values).map(([name, bytes]) => [
        name,
        { text: '', bytes: new Uint8Array(bytes) } as unknown as Parameters<
          typeof receivedSigningBytes
        >[0] extends ReadonlyMap<string, infer Value>
          ? Value
          : never,
      ]),
    ),
  );

test('what was received: the very bytes, joined in the same order', () => {
  const bytes = received({ b: [0xff, 0x00], a: [0xd6, 0xd0], sign: [1], sign_type: [2], c: [], d: [0x26] });
  expect([...bytes]).toEqual([
    ...[0x61, 0x3d, 0xd6, 0xd0, 0x26],
    ...[0x62, 0x3d, 0xff, 0x00, 0x26],
    ...[0x64, 0x3d, 0x26],
  ]);
  expect(received({})).toEqual(new Uint8Array(0));
  expect([...received({ sign: [1], c: [] })]).toEqual([]);
});

test('base64 that lost its pluses or was broken into lines is repaired, and nothing else of it is changed', () => {
  expect(repairedBase64('a b c\r\nd\te')).toBe('a+b+cde');
  expect(repairedBase64('a+b/c=')).toBe('a+b/c=');
});
