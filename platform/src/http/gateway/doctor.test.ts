// For each mistake that shops of the classic gateway make: orders of every kind with that mistake, and the doctor names it
// and the first byte that differs. The mistakes are made here as shops make them, not with the doctor's own lists.
import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { type Charset, encodeText, formOf, readForm } from '@tongbao/protocol/gateway';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MerchantAccess } from '../../merchants/index.ts';
import { firstDifference, inWords } from '../signature-doctor/index.ts';
import { explainSignature } from './doctor.ts';

const key = 'zp3nc7x9k2m4q8w1e5r6t7y8u9i0o1p2';
const otherKey = 'a1s2d3f4g5h6j7k8l9q0w1e2r3t4y5u6';
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const accessOf = (partner: string, classicMd5Key: string): MerchantAccess =>
  ({
    merchant: { partner, classicMd5Key },
    keys: [{ version: 1, publicKey: pair.publicKey, status: 'active', retiresAt: null }],
  }) as unknown as MerchantAccess;
const access = accessOf('2088101122136241', key);
const others = [accessOf('2088101122136242', otherKey)];

type Order = Readonly<Record<string, string>>;
type Asked = { order: Order; charset: Charset };

const mixed = fc.constantFrom('珊瑚 x 1', '"quoted" & <b>', "it's", 'tea + milk', '气垫粉底');
const order: fc.Arbitrary<Asked> = fc
  .record({
    subject: mixed,
    body: mixed,
    number: fc.integer({ min: 1, max: 999_999 }),
    charset: fc.constantFrom<Charset>('UTF-8', 'GBK'),
  })
  .map(({ subject, body, number, charset }) => ({
    charset,
    order: {
      service: 'create_forex_trade',
      total_fee: '0.10',
      partner: '2088101122136241',
      out_trade_no: `T-${number}`,
      subject: `${subject} é "x" & 'y'`.replace('é', charset === 'GBK' ? '\u9ad8' : 'é'),
      body,
      currency: 'USD',
      show_url: '',
      _input_charset: charset,
    },
  }));

const joined = (pairs: readonly (readonly [string, string])[], write = (value: string) => value): string =>
  pairs.map(([name, value]) => `${name}=${write(value)}`).join('&');
const sorted = (of: Order): (readonly [string, string])[] =>
  Object.entries(of)
    .filter(([, value]) => value !== '')
    .sort(([left], [right]) => (left < right ? -1 : 1));
const right = ({ order: of, charset }: Asked): Buffer => Buffer.from(encodeText(joined(sorted(of)), charset));
const bytes = (text: string, { charset }: Asked): Buffer => Buffer.from(encodeText(text, charset));
const md5 = (...parts: (Buffer | string)[]): string =>
  parts.reduce((made, part) => made.update(part), createHash('md5')).digest('hex');

function explain(
  { order: of, charset }: Asked,
  signature: string,
  signType: 'MD5' | 'RSA' | 'RSA2' = 'MD5',
): string {
  const form = readForm(formOf({ ...of, sign: signature, sign_type: signType }, charset), new Uint8Array());
  if ('unreadable' in form) throw new Error(form.why);
  return explainSignature(form, { sign: signature, signType, access, others });
}

const entities = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

describe('another text was signed, with MD5 and with RSA', () => {
  test.each<[string, RegExp, (asked: Asked) => string | Buffer]>([
    ['HTML entities', /&quot; for " \(HTML entities/, ({ order: of }) => joined(sorted(of), entities)],
    [
      '&amp; in values',
      /&amp; for & \(HTML/,
      ({ order: of }) => joined(sorted(of), (v) => v.replaceAll('&', '&amp;')),
    ],
    [
      '&amp; between',
      /&amp; for & between/,
      ({ order: of }) => joined(sorted(of)).replaceAll(/&(?=[a-z_]+=)/g, '&amp;'),
    ],
    [
      'a plus for a blank',
      /a plus in a value was not written as %2B/,
      ({ order: of }) => joined(sorted(of)).replaceAll(' ', '+'),
    ],
    ['percent-encoded', /percent-encoded values/, ({ order: of }) => joined(sorted(of), encodeURIComponent)],
    [
      'form-encoded',
      /form-encoded values/,
      ({ order: of }) => joined(sorted(of), (v) => encodeURIComponent(v).replaceAll('%20', '+')),
    ],
    [
      'not sorted',
      /in the order sent, not sorted/,
      ({ order: of }) => joined(Object.entries(of).filter(([, v]) => v !== '')),
    ],
    ['sorted backwards', /sorted backwards/, ({ order: of }) => joined(sorted(of).reverse())],
    [
      'sorted as a dictionary',
      /as a dictionary does/,
      ({ order: of }) =>
        joined(sorted(of).sort(([a], [b]) => a.replaceAll('_', '').localeCompare(b.replaceAll('_', '')))),
    ],
    ['sign_type too', /sign_type too/, ({ order: of }) => joined(sorted({ ...of, sign_type: 'SIGN_TYPE' }))],
    [
      'sign and sign_type',
      /sign \(still empty\) and sign_type/,
      ({ order: of }) =>
        joined(
          [...sorted(of), ['sign', ''] as const, ['sign_type', 'SIGN_TYPE'] as const].sort(([a], [b]) =>
            a < b ? -1 : 1,
          ),
        ),
    ],
    [
      'empty values too',
      /empty parameters too/,
      ({ order: of }) => joined(Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1))),
    ],
    [
      'another charset',
      /bytes, but named/,
      ({ order: of, charset }) =>
        Buffer.from(encodeText(joined(sorted(of)), charset === 'GBK' ? 'UTF-8' : 'GBK')),
    ],
    ['an & at the end', /an & after the last parameter/, ({ order: of }) => `${joined(sorted(of))}&`],
    [
      'no charset',
      /without _input_charset/,
      ({ order: of }) => joined(sorted(of).filter(([name]) => name !== '_input_charset')),
    ],
    [
      'entities, and not sorted',
      /HTML entities.*, and parameters in the order sent/,
      ({ order: of }) =>
        joined(
          Object.entries(of).filter(([, v]) => v !== ''),
          entities,
        ),
    ],
  ])('%s', (_name, named, mistaken) => {
    fc.assert(
      fc.property(order, fc.constantFrom('MD5', 'RSA', 'RSA2'), (asked, signType) => {
        const text = mistaken(asked);
        const given = typeof text === 'string' ? bytes(text.replace('SIGN_TYPE', signType), asked) : text;
        const algorithm = signType === 'RSA' ? 'RSA-SHA1' : 'RSA-SHA256';
        const signature =
          signType === 'MD5' ? md5(given, key) : sign(algorithm, given, pair.privateKey).toString('base64');
        const message = explain(asked, signature, signType as 'MD5');
        expect(message).toMatch(named);
        expect(message).toContain(`— ${inWords(firstDifference(right(asked), given)!)}.`);
        expect(message).not.toContain(key);
      }),
      { numRuns: 10 },
    );
  });

  test('the shop sent entities, and signed plain characters', () => {
    const asked: Asked = { charset: 'UTF-8', order: { partner: '2', subject: 'a &amp; &quot;b&quot;' } };
    const given = bytes('partner=2&subject=a & "b"', asked);
    const message = explain(asked, md5(given, key));
    expect(message).toContain('plain characters, but sent HTML entities');
    expect(message).toContain(inWords(firstDifference(right(asked), given)!));
  });
});

describe('the MD5 key stands in another place, and is never shown', () => {
  test.each<[string, RegExp, (text: Buffer) => string, string]>([
    ['before the text', /the key before the text/, (text) => md5(key, text), 'signed "{key}'],
    ['after an &', /an & before the key/, (text) => md5(text, '&', key), 'expected the end, signed "&"'],
    ['as &key=', /&key= before the key/, (text) => md5(text, '&key=', key), 'signed "&key={key}"'],
    ['nowhere', /no key behind the text/, (text) => md5(text), 'expected "{key}", signed the end'],
    [
      'with a line end',
      /a line end after the key/,
      (text) => md5(text, key, '\n'),
      String.raw`expected the end, signed "\n"`,
    ],
    [
      'as an HMAC',
      /an HMAC-MD5/,
      (text) => createHmac('md5', key).update(text).digest('hex'),
      'signed the end',
    ],
  ])('%s', (_name, named, signer, difference) => {
    fc.assert(
      fc.property(order, (asked) => {
        const message = explain(asked, signer(right(asked)));
        expect(message).toMatch(named);
        expect(message).toContain(difference);
        expect(message).toMatch(/first difference is at byte \d+/);
        expect(message).not.toContain(key);
        expect(message).not.toContain(md5(right(asked), key));
      }),
      { numRuns: 10 },
    );
  });
});

test('the right text, with another hash, form or key', () => {
  fc.assert(
    fc.property(order, (asked) => {
      const text = right(asked);
      const base64 = Buffer.from(md5(text, key), 'hex').toString('base64');
      expect(explain(asked, base64)).toMatch(
        /another way than as 32 hex digits.*none of its \d+ bytes differs/,
      );
      const sha1 = createHash('sha1').update(text).update(key).digest('hex');
      expect(explain(asked, sha1)).toContain('with SHA-1 instead of MD5');
      expect(explain(asked, md5(text, otherKey))).toContain('with the key of partner 2088101122136242');
      const rsa = (algorithm: string) => sign(algorithm, text, pair.privateKey);
      expect(explain(asked, rsa('RSA-SHA512').toString('base64'), 'RSA')).toContain(
        'with SHA-512, not as RSA does',
      );
      expect(explain(asked, rsa('RSA-SHA1').toString('base64'), 'RSA2')).toContain(
        'with SHA-1, not as RSA2 does',
      );
      expect(explain(asked, rsa('RSA-SHA256').toString('hex'), 'RSA2')).toContain(
        'sent the signature as hex',
      );
      expect(explain(asked, md5('x', key))).toContain('None of the usual mistakes');
      expect(
        explain(asked, sign('RSA-SHA256', Buffer.from('x'), pair.privateKey).toString('base64'), 'RSA2'),
      ).toContain('You signed another text');
    }),
    { numRuns: 10 },
  );
});
