// One-time codes: the vectors of RFC 6238 (appendix B) and RFC 4226 (appendix D), each code once, a clock that is a little off.
import { expect, test } from 'vitest';
import { base32, codeOfStep, stepAt, stepOfCode, totpUri } from './totp.ts';

const secret = Buffer.from('12345678901234567890');

test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
])('RFC 6238: at %i s the last six digits are %s', (seconds, code) => {
  expect(codeOfStep(secret, stepAt(new Date(seconds * 1000)))).toBe(code);
});

test.each(['755224', '287082', '359152', '969429', '338314'].map((code, count) => ({ code, count })))(
  'RFC 4226: count $count is $code',
  ({ code, count }) => {
    expect(codeOfStep(secret, BigInt(count))).toBe(code);
  },
);

test('a code counts once, in its own half minute and in those beside it', () => {
  const now = new Date('2014-11-11T02:00:10Z');
  const present = stepAt(now);
  const typed = (step: bigint, lastStep = 0n) =>
    stepOfCode(secret, codeOfStep(secret, present + step), { now, lastStep });
  expect([-2n, -1n, 0n, 1n, 2n].map((step) => typed(step))).toEqual([
    ...[null, present - 1n, present, present + 1n, null],
  ]);
  expect(typed(0n, present)).toBeNull();
  expect(typed(-1n, present)).toBeNull();
  expect(typed(1n, present)).toBe(present + 1n);
});

test('spaces and wide digits are what people type; anything else is no code', () => {
  const now = new Date(59_000);
  const of = (text: string) => stepOfCode(secret, text, { now, lastStep: -1n });
  expect(of(' 287 082 ')).toBe(1n);
  expect(of('２８７０８２')).toBe(1n);
  for (const text of ['', '28708', '2870820', '287083', 'abcdef', '２８７０８'])
    expect(of(text), text).toBeNull();
});

test('secrets are shown as RFC 4648 says', () => {
  expect(['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) => base32(Buffer.from(text)))).toEqual([
    ...['', 'MY', 'MZXQ', 'MZXW6', 'MZXW6YQ', 'MZXW6YTB', 'MZXW6YTBOI'],
  ]);
  expect(totpUri('GEZD', { issuer: 'Tong bao', username: 'mei@x' })).toBe(
    'otpauth://totp/Tong%20bao:mei%40x?secret=GEZD&issuer=Tong%20bao',
  );
});
