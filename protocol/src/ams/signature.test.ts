// The signed text and the signature header of the JSON API, to the letter (AMS reference, sections 1.3 and 1.4).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSignatureHeader, parseSignatureHeader, pathFor, signedPrefix } from './signature.ts';

const signature = 'KEhXthj4bJ801Hqw8kaLvEKc0Rii8KsNUazw7kZgjxyGSPuOZ48058UVJUkkR21iD9JkHBGR';
const read = (header: string) => parseSignatureHeader(header);

it('the signed text: method, path, a line break, client, time, dots', () => {
  const message = {
    path: '/ams/api/v1/payments/pay',
    clientId: 'CLIENT_1',
    time: '2014-11-11T10:00:00+08:00',
  };
  expect(signedPrefix(message)).toBe('POST /ams/api/v1/payments/pay\nCLIENT_1.2014-11-11T10:00:00+08:00.');
});

describe('the header', () => {
  it('is read as it is documented', () => {
    expect(read(`algorithm=RSA256, keyVersion=2, signature=${signature}`)).toEqual({
      algorithm: 'RSA256',
      keyVersion: 2,
      signature,
    });
  });

  it('is read as clients write it: any case, spaces, order, no version, no algorithm', () => {
    expect(read(`Signature = ${signature} ,KEYVERSION= 12`)).toEqual({
      algorithm: 'RSA256',
      keyVersion: 12,
      signature,
    });
    expect(read(`algorithm=RSA1,signature=${signature}`)).toEqual({
      algorithm: 'RSA1',
      keyVersion: 1,
      signature,
    });
    expect(read(`keyVersion=123456,signature=${signature}`)?.keyVersion).toBe(123_456);
  });

  it('the signature’s percent signs are decoded, and a raw plus stays', () => {
    expect(read('signature=abcd%2Befgh%2Fijkl+mnop%3D%3D')?.signature).toBe('abcd+efgh/ijkl+mnop==');
    expect(read('signature=abcd+efgh/ijkl+mnop==')?.signature).toBe('abcd+efgh/ijkl+mnop==');
  });

  it.each([
    ['nothing', ''],
    ['no signature', 'algorithm=RSA256,keyVersion=1'],
    ['an empty one', 'signature='],
    ['fifteen characters', `signature=${'a'.repeat(15)}`],
    ['2,049 characters', `signature=${'a'.repeat(2_049)}`],
    ['a character that is no base64', `signature=${signature}-`],
    ['one before it', `signature=-${signature}`],
    ['three equals signs', `signature=${signature}===`],
    ['a percent sign that encodes nothing', `signature=${signature}%ZZ`],
    ['a version that is no number', `keyVersion=one,signature=${signature}`],
    ['a version of seven digits', `keyVersion=1234567,signature=${signature}`],
    ['a negative version', `keyVersion=-1,signature=${signature}`],
    ['a version with a letter behind it', `keyVersion=1a,signature=${signature}`],
    ['a part without a name', `=${signature}`],
  ])('is refused with %s', (_what, header) => {
    expect(read(header)).toBeNull();
  });

  it('of sixteen and of 2,048 characters is read; of two equal parts the last counts', () => {
    expect(read(`signature=${'a'.repeat(16)}`)?.signature).toHaveLength(16);
    expect(read(`signature=${'a'.repeat(2_048)}`)?.signature).toHaveLength(2_048);
    expect(read(`signature=none,signature=${signature}`)?.signature).toBe(signature);
    expect(read(`nonsense,x=1,signature=${signature}`)?.signature).toBe(signature);
  });

  it('reads back as it was written', () => {
    const base64 = fc
      .uint8Array({ minLength: 16, maxLength: 512 })
      .map((bytes) => Buffer.from(bytes).toString('base64'));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999 }), base64, (keyVersion, text) => {
        const written = formatSignatureHeader(keyVersion, text);
        expect(read(written)).toEqual({ algorithm: 'RSA256', keyVersion, signature: text });
      }),
    );
    expect(formatSignatureHeader(1, 'a+/=')).toBe('algorithm=RSA256,keyVersion=1,signature=a%2B%2F%3D');
  });
});

it('sandbox clients call the sandbox’s path', () => {
  const path = '/ams/api/v1/payments/pay';
  expect(pathFor('SANDBOX_HANBIT', path)).toBe('/ams/sandbox/api/v1/payments/pay');
  expect(pathFor('HANBIT_SANDBOX_', path)).toBe(path);
  expect(pathFor('HANBIT', path)).toBe(path);
});
