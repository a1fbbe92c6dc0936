// For each mistake that integrators make: requests of every kind with that mistake, and the doctor names it and the first
// byte that differs. The mistakes are made here in the way an integrator makes them, not with the doctor's own lists.
import { constants, createHash, generateKeyPairSync, privateEncrypt, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstDifference, inWords, printable } from './difference.ts';
import { explainSignature } from './json-doctor.ts';

const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const own = pair();
const other = pair();
const gateway = pair();
const keys = [
  { key: own.publicKey, of: null },
  { key: gateway.publicKey, of: 'the gateway' },
  { key: other.publicKey, of: 'SANDBOX_OTHER' },
];

interface Request {
  readonly path: string;
  readonly clientId: string;
  readonly time: string;
  readonly body: string;
}

const host = 'localhost:8080';
const word = fc.stringMatching(/^[a-zA-Z]{1,12}$/);
const text = fc.oneof(
  word,
  fc.constantFrom('气垫粉底', 'A&B <b>', 'https://mall.example/return?a=1', 'it "is"'),
);
const path = fc
  .tuple(
    fc.constantFrom('/ams/sandbox/api/v1/', '/ams/api/v1/'),
    fc.constantFrom('payments/pay', 'payments/refund'),
  )
  .map((parts) => parts.join(''));
/** Always with two keys that are not in order, a slash and a character that is no ASCII. */
const json = fc
  .record({
    zeta: text,
    name: text,
    amount: fc.nat().map(String),
    flag: fc.boolean(),
    deep: fc.dictionary(word, text),
  })
  .map((fields) => ({ ...fields, url: 'https://mall.example/a', description: '气垫' }));
const request: fc.Arbitrary<Request & { json: object }> = fc
  .record({
    path,
    clientId: fc.constantFrom('SANDBOX_HANBIT_KR_0001', 'SANDBOX_5Y_7'),
    time: fc.oneof(
      fc.integer({ min: 1_300_000_000_000, max: 1_900_000_000_000 }).map(String),
      fc
        .integer({ min: 1_300_000_000, max: 1_900_000_000 })
        .map((at) => `${new Date(at * 1000).toISOString().slice(0, 19)}+08:00`),
    ),
    json,
  })
  .map((made) => ({ ...made, body: JSON.stringify(made.json) }));

const contentOf = ({ path: at, clientId, time, body }: Request): string =>
  `POST ${at}\n${clientId}.${time}.${body}`;
const signedText = (content: string | Buffer, key = own.privateKey): string =>
  sign('RSA-SHA256', Buffer.from(content), key).toString('base64');
const explain = (asked: Request, sent: string): string =>
  explainSignature({
    asked: {
      ...{ path: asked.path, clientId: asked.clientId, time: asked.time },
      ...{ body: Buffer.from(asked.body), host, otherClientIds: ['SANDBOX_OTHER'] },
    },
    ...{ sent: encodeURIComponent(sent), keys },
  });

/** The sentence ends with the first difference, shown with as many bytes as there was room for. */
function expectDifference(message: string, expected: string | Buffer, given: string | Buffer): void {
  const sides = [16, 12, 8, 4, 2].map((shown) =>
    inWords(firstDifference(Buffer.from(expected), Buffer.from(given), shown)!),
  );
  expect(
    sides.some((side) => message.endsWith(side)),
    message,
  ).toBe(true);
  expect(message.length).toBeLessThanOrEqual(256);
}

const sortedJson = (value: unknown): unknown =>
  value !== null && typeof value === 'object'
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([left], [right]) => (left < right ? -1 : 1))
          .map(([name, inner]) => [name, sortedJson(inner)]),
      )
    : value;
const dumps = (value: object): string =>
  JSON.stringify(value, null, 1).replace(/\n */g, ' ').replaceAll('{ ', '{').replaceAll(' }', '}');
const ascii = (value: string): string =>
  value.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

describe('another text was signed', () => {
  test.each<[string, RegExp, (asked: Request & { json: object }) => string]>([
    [
      'the full URL',
      /the full URL instead of the path/,
      (a) => contentOf({ ...a, path: `http://${host}${a.path}` }),
    ],
    [
      'the official host',
      /the full URL/,
      (a) => contentOf({ ...a, path: `https://open-sea-global.alipay.com${a.path}` }),
    ],
    ['host and path', /the host and the path/, (a) => contentOf({ ...a, path: `${host}${a.path}` })],
    ['no method line', /no method line/, (a) => `${a.clientId}.${a.time}.${a.body}`],
    ['no method', /no method \(/, (a) => contentOf(a).slice('POST '.length)],
    ['GET', /GET for POST/, (a) => contentOf(a).replace('POST', 'GET')],
    [
      'newlines',
      /newlines instead of the dots/,
      (a) => `POST ${a.path}\n${a.clientId}\n${a.time}\n${a.body}`,
    ],
    [
      'one newline',
      /newlines instead of the last dot/,
      (a) => `POST ${a.path}\n${a.clientId}.${a.time}\n${a.body}`,
    ],
    ['commas', /commas instead of the dots/, (a) => `POST ${a.path}\n${a.clientId},${a.time},${a.body}`],
    ['no last dot', /the last dot is missing/, (a) => `POST ${a.path}\n${a.clientId}.${a.time}${a.body}`],
    ['no first dot', /the first dot is missing/, (a) => `POST ${a.path}\n${a.clientId}${a.time}.${a.body}`],
    [
      'another client',
      /another client-id \(SANDBOX_OTHER\)/,
      (a) => contentOf({ ...a, clientId: 'SANDBOX_OTHER' }),
    ],
    [
      'a client without its prefix',
      /without SANDBOX_/,
      (a) => contentOf({ ...a, clientId: a.clientId.slice(8) }),
    ],
    ['no client', /no client-id/, (a) => contentOf({ ...a, clientId: '' })],
    ['no time', /without the request time/, (a) => contentOf({ ...a, time: '' })],
    ['CR LF after the path', /CR LF for the line end/, (a) => contentOf(a).replace('\n', '\r\n')],
    ['a line end after the body', /a line end after it/, (a) => `${contentOf(a)}\n`],
    ['a byte order mark', /a byte order mark before/, (a) => contentOf({ ...a, body: `\ufeff${a.body}` })],
    ['json.dumps', /json\.dumps/, (a) => contentOf({ ...a, body: dumps(a.json) })],
    [
      'json.dumps, ASCII',
      /json\.dumps\), with non-ASCII/,
      (a) => contentOf({ ...a, body: ascii(dumps(a.json)) }),
    ],
    ['sorted keys', /keys sorted/, (a) => contentOf({ ...a, body: JSON.stringify(sortedJson(a.json)) })],
    [
      'sorted by Python',
      /json\.dumps\).*keys sorted/,
      (a) => contentOf({ ...a, body: ascii(dumps(sortedJson(a.json) as object)) }),
    ],
    ['escaped slashes', /slashes as \\\//, (a) => contentOf({ ...a, body: a.body.replaceAll('/', '\\/') })],
    ['escaped letters', /non-ASCII characters as \\u/, (a) => contentOf({ ...a, body: ascii(a.body) })],
    ['PHP', /json_encode/, (a) => contentOf({ ...a, body: ascii(a.body).replaceAll('/', '\\/') })],
    [
      'indented',
      /indented JSON \(2 blanks\)/,
      (a) => contentOf({ ...a, body: JSON.stringify(a.json, null, 2) }),
    ],
    [
      'indented by four',
      /indented JSON \(4 blanks\)/,
      (a) => contentOf({ ...a, body: JSON.stringify(a.json, null, 4) }),
    ],
    ['an empty body', /an empty body/, (a) => contentOf({ ...a, body: '' })],
    [
      'two mistakes',
      /the full URL.*json\.dumps/,
      (a) => contentOf({ ...a, path: `https://localhost${a.path}`, body: dumps(a.json) }),
    ],
    [
      'two others',
      /newlines instead of the dots.*line end after it/,
      (a) => `POST ${a.path}\n${a.clientId}\n${a.time}\n${a.body}\n`,
    ],
  ])('%s', (_name, named, mistaken) => {
    fc.assert(
      fc.property(request, (asked) => {
        const given = mistaken(asked);
        const message = explain(asked, signedText(given));
        expect(message).toMatch(named);
        expectDifference(message, contentOf(asked), given);
      }),
      { numRuns: 8 },
    );
  });

  test('the clock was asked twice', () => {
    fc.assert(
      fc.property(request, fc.integer({ min: 1, max: 9_000 }), (asked, late) => {
        const sent = { ...asked, time: String(1_400_000_000_123 + late) };
        const given = contentOf({ ...sent, time: '1400000000123' });
        const message = explain(sent, signedText(given));
        expect(message).toContain('another request-time (1400000000123)');
        expectDifference(message, contentOf(sent), given);
      }),
      { numRuns: 8 },
    );
  });

  test('the fields stood in an order of their own', () => {
    const asked = {
      path: '/ams/api/v1/a',
      clientId: 'c',
      time: '1400000000000',
      body: '{"b":1,"d":2.0,"a":"x","c":[]}',
    };
    const given = contentOf({ ...asked, body: '{"d": 2.0, "c": [], "b": 1, "a": "x"}' });
    const message = explain(asked, signedText(given));
    expect(message).toContain('with keys in another order');
    expectDifference(message, contentOf(asked), given);
  });

  test('the body was sent with what was not signed', () => {
    const base = { path: '/ams/api/v1/a', clientId: 'c', time: '1400000000000' };
    for (const [sent, signed, named] of [
      ['{"a":1}\n', '{"a":1}', 'without the white space'],
      ['\ufeff{"a":1}', '{"a":1}', 'without the byte order mark'],
      ['{"a":1,\r\n"b":2}', '{"a":1,\n"b":2}', 'LF line ends, but sent CR LF'],
      ['{"a":1,\n"b":2}', '{"a":1,\r\n"b":2}', 'CR LF line ends, but sent LF'],
      ['{"a": "\\u6c14"}', '{"a":"气"}', 'compact JSON'],
    ] as const) {
      const given = contentOf({ ...base, body: signed });
      const message = explain({ ...base, body: sent }, signedText(given));
      expect(message).toContain(named);
      expectDifference(message, contentOf({ ...base, body: sent }), given);
    }
  });
});

const der = { sha1: '3021300906052b0e03021a05000414' };

test.each<[string, RegExp, (content: Buffer) => Buffer]>([
  ['SHA-1', /with SHA-1 instead of SHA-256/, (content) => sign('RSA-SHA1', content, own.privateKey)],
  ['SHA-512', /with SHA-512 instead of SHA-256/, (content) => sign('RSA-SHA512', content, own.privateKey)],
  ['MD5', /with MD5 instead of SHA-256/, (content) => sign('RSA-MD5', content, own.privateKey)],
  [
    'PSS',
    /with PSS instead of PKCS#1/,
    (content) => sign('sha256', content, { key: own.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING }),
  ],
  [
    'PSS with SHA-512 and a salt of 20 bytes',
    /with SHA-512.* with PSS/,
    (content) =>
      sign('sha512', content, {
        key: own.privateKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: 20,
      }),
  ],
  [
    'the bare digest',
    /the bare digest/,
    (content) => privateEncrypt(own.privateKey, createHash('sha256').update(content).digest()),
  ],
  [
    'a DigestInfo of one’s own',
    /with SHA-1/,
    (content) =>
      privateEncrypt(
        own.privateKey,
        Buffer.concat([Buffer.from(der.sha1, 'hex'), createHash('sha1').update(content).digest()]),
      ),
  ],
  [
    'another merchant’s key',
    /private key of SANDBOX_OTHER/,
    (content) => sign('sha256', content, other.privateKey),
  ],
  [
    'the gateway’s key',
    /private key of the gateway/,
    (content) => sign('sha256', content, gateway.privateKey),
  ],
])('the right text, signed with %s: no byte differs', (_name, named, signer) => {
  fc.assert(
    fc.property(request, (asked) => {
      const message = explain(asked, signer(Buffer.from(contentOf(asked))).toString('base64'));
      expect(message).toMatch(named);
      expect(message).toMatch(
        new RegExp(`none of its ${Buffer.byteLength(contentOf(asked))} bytes differs$`),
      );
    }),
    { numRuns: 8 },
  );
});

test('another text, hash, padding and key at once', () => {
  fc.assert(
    fc.property(request, (asked) => {
      const given = `POST ${asked.path}\n${asked.clientId}.${asked.time}${asked.body}`;
      const made = sign('RSA-SHA1', Buffer.from(given), other.privateKey).toString('base64');
      const message = explain(asked, made);
      expect(message).toMatch(
        /last dot is missing\) with SHA-1 instead of SHA-256 with the private key of SANDBOX_OTHER/,
      );
      expectDifference(message, contentOf(asked), given);
      const pss = sign('sha256', Buffer.from(given), {
        key: own.privateKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
      });
      expect(explain(asked, pss.toString('base64'))).toMatch(/last dot is missing\) with PSS/);
    }),
    { numRuns: 8 },
  );
});

test.each<[string, RegExp, (signature: Buffer) => string]>([
  ['hex', /sent the signature as hex/, (signature) => signature.toString('hex')],
  ['hex in capitals', /sent the signature as hex/, (signature) => signature.toString('hex').toUpperCase()],
  ['base64url', /as base64url instead of base64/, (signature) => signature.toString('base64url')],
  [
    'blanks',
    /plus signs turned into blanks/,
    (signature) => signature.toString('base64').replaceAll('+', ' '),
  ],
  [
    'percent-encoded twice',
    /percent-encoded twice/,
    (signature) => encodeURIComponent(signature.toString('base64')),
  ],
  [
    'base64 of hex',
    /base64 of hex/,
    (signature) => Buffer.from(signature.toString('hex')).toString('base64'),
  ],
])('the right text, and the signature as %s', (_name, named, write) => {
  fc.assert(
    fc.property(request, (asked) => {
      const signature = Buffer.from(signedText(contentOf(asked)), 'base64');
      // A signature without + and / reads the same in both alphabets.
      fc.pre(signature.toString('base64').includes('+'));
      const right = encodeURIComponent(signature.toString('base64'));
      const sent = encodeURIComponent(write(signature));
      const message = explain(asked, write(signature));
      expect(message).toMatch(named);
      const where = firstDifference(Buffer.from(right), Buffer.from(sent))!;
      expect(message).toContain(`in the header, the first difference is at byte ${where.byte}: expected "`);
    }),
    { numRuns: 8 },
  );
});

describe('what nobody can know', () => {
  const asked = { path: '/ams/api/v1/a', clientId: 'c', time: '1400000000000', body: '{"a":1}' };

  test('another text: how it was signed, and what was expected', () => {
    const message = explain(asked, signedText('something else'));
    expect(message).toMatch(/you signed another text; POST \/sandbox\/signature/);
    expect(message).toContain('"POST /ams/api/v1/a\\nc.1400000000000."');
  });

  test('a key that is not known, and what is no RSA signature at all', () => {
    expect(explain(asked, signedText(contentOf(asked), pair().privateKey))).toMatch(
      /no key that is known here/,
    );
    expect(explain(asked, Buffer.alloc(32, 7).toString('base64'))).toMatch(
      /has 32 bytes, and one of this key has 256/,
    );
    const pss = { key: own.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING };
    expect(explain(asked, sign('sha256', Buffer.from('x'), pss).toString('base64'))).toMatch(
      /another text with PSS/,
    );
    expect(explain(asked, '*'.repeat(40))).toMatch(/is not base64/);
  });
});

test('the difference of any two texts is where they part, and shows what stands there', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), fc.uint8Array(), (head, left, right) => {
      const one = Buffer.concat([head, left]);
      const two = Buffer.concat([head, right]);
      const found = firstDifference(one, two);
      expect(found === null).toBe(one.equals(two));
      if (found === null) return;
      expect(one.subarray(0, found.byte).equals(two.subarray(0, found.byte))).toBe(true);
      expect(one[found.byte]).not.toBe(two[found.byte]);
      expect(found.expected + found.given).not.toMatch(/[\p{C}]/u);
    }),
  );
  expect(printable(Buffer.from('a\n\t\r气\u200b\x00'))).toBe('a\\n\\t\\r气\\xe2\\x80\\x8b\\x00');
});
