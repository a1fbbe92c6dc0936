// Every parser that reads outsiders' bytes, with what it is fed and what it may answer: a value of bounded size, or the
// error that its callers expect. Anything else (another error, an answer that outgrows the question) is a finding.

import { plainDecimal } from '@tongbao/connector-rates';
import { MoneyError, parseMajor, parseMinor } from '@tongbao/money';
import {
  formatSignatureHeader,
  type OperationName,
  operationAt,
  operations,
  parseSignatureHeader,
} from '@tongbao/protocol/ams';
import {
  decodeText,
  encodeText,
  formOf,
  isServiceName,
  readDay,
  readForm,
  readTime,
  receivedSigningBytes,
  repairedBase64,
  services,
} from '@tongbao/protocol/gateway';
import fc from 'fast-check';
import { phoneOf } from '../../platform/src/customers/index.ts';
import { isAcknowledged as isAmsAcknowledged } from '../../platform/src/http/ams/channel.ts';
import { unreadable } from '../../platform/src/http/ams/explain-signature.ts';
import { requestTime } from '../../platform/src/http/ams/times.ts';
import { createCashierTokens } from '../../platform/src/http/cashier/token.ts';
import { isAcknowledged as isClassicAcknowledged } from '../../platform/src/http/gateway/channel.ts';
import { readMultipart } from '../../platform/src/http/gateway/multipart.ts';
import { createNotifyIds } from '../../platform/src/http/gateway/notify-id.ts';
import { paymentIdFromWire, refundIdFromWire } from '../../platform/src/http/payment-ids.ts';
import { idOf } from '../../platform/src/http/shopper/routes.ts';
import { readingsOf } from '../../platform/src/http/signature-doctor/index.ts';
import { secretOf } from '../../platform/src/testing/keys.ts';
import { damaged, madeOf, noise, strangely } from './inputs.ts';
import { documentTargets } from './parsers-documents.ts';
import * as samples from './samples.ts';
import { holds, isStored, type Target, target, textParser } from './target.ts';

const scalars: readonly Target[] = [
  textParser({
    name: 'signature header',
    pieces: [
      'algorithm=',
      'RSA256',
      ',',
      'keyVersion=',
      '1',
      'signature=',
      'QUJD',
      '%2B',
      '%',
      '=',
      ' ',
      '9',
    ],
    samples: [formatSignatureHeader(1, 'QUJDREVGR0g='), 'algorithm=RSA256, keyVersion=2, signature=QUJD'],
    parse: parseSignatureHeader,
    holds: (read: ReturnType<typeof parseSignatureHeader>) =>
      holds('a key version is a whole number', read === null || Number.isSafeInteger(read.keyVersion)),
  }),
  textParser({
    name: 'what a signature header that cannot be read may mean',
    pieces: ['signature=', 'keyVersion=', ',', ' ', '%25', '%2B', '+', 'QUJD', '-_', '0a', '=', 'é'],
    samples: [`keyVersion=1, signature=${'ab'.repeat(256)}`, `signature=${'QUJD'.repeat(20)}-_ +%252B`],
    parse: (header: string) => unreadable(header),
    holds(meant: ReturnType<typeof unreadable>) {
      const readings = meant === null ? [] : readingsOf(meant.sent);
      holds('a handful of readings', readings.length <= 6);
      holds(
        'none is longer than what was sent',
        readings.every(({ bytes }) => bytes.length <= 4_096),
      );
    },
  }),
  textParser({
    name: 'request-time',
    pieces: ['2014-11-11T10:00:00', 'Z', '+08:00', '-0000', '.123456789', '1415671200000', ':', '9'],
    samples: ['1415671200000', '2014-11-11T10:00:00+08:00', '2014-11-11T10:00:00.123Z'],
    parse: requestTime,
    holds: (read: Date | null) => holds('an instant', read === null || !Number.isNaN(read.getTime())),
  }),
  textParser({
    name: 'classic times and days',
    pieces: ['2014', '-', '11', ' ', ':', '00', '20141111', '30'],
    samples: ['2014-11-11 10:00:00', '20141111100000', '20141111'],
    parse: (text) => [readTime(text), readDay(text)],
    holds: (read: (Date | null)[]) =>
      holds(
        'instants',
        read.every((each) => each === null || !Number.isNaN(each.getTime())),
      ),
  }),
  textParser({
    name: 'amounts and rates',
    pieces: ['-', '0', '9', '.', 'e', '+', '00', '999999999'],
    samples: ['337.22', '59000', '-0.01', '1.7e-13', '0.000001'],
    parse: (text) => [
      attempted(() => parseMajor(text, 'CNY')),
      attempted(() => parseMinor(text, 'KRW')),
      plainDecimal(text),
    ],
  }),
  textParser({
    name: 'ids and tokens',
    pieces: ['0', '9', 'a', 'f', '.', '-', '2014111110', '20', 'A_'],
    samples: [
      '201411111000000000000000004097',
      '4097',
      `${'0'.repeat(34)}`,
      `${'1'.repeat(30)}.${'A'.repeat(22)}`,
    ],
    parse: (text) => [
      paymentIdFromWire(text),
      refundIdFromWire(text),
      idOf(text),
      tokens.read(text),
      notifyIds.read(text),
    ],
    holds: (ids: (bigint | string | null)[]) =>
      holds(
        'ids fit their columns',
        ids.every((id) => typeof id !== 'bigint' || (id >= 0n && isStored(id))),
      ),
  }),
  textParser({
    name: 'phone numbers',
    pieces: ['+', '86', '138', '0', ' ', '-', '(', ')', '１'],
    samples: ['+8613800000001', '13800000001', '138-0000-0001'],
    parse: phoneOf,
    holds: (read: string | null) => holds('E.164', read === null || /^\+\d{6,15}$/.test(read)),
  }),
];

function attempted<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof MoneyError) return null;
    throw error;
  }
}

const tokens = createCashierTokens(secretOf(7));
const notifyIds = createNotifyIds(secretOf(7));

const bytes = (maxLength = 800) => fc.uint8Array({ maxLength });
const latin1 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

const percentEscaped = (of: Uint8Array): Uint8Array =>
  latin1([...of].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''));

const forms: readonly Target[] = [
  target<{ query: string; body: Uint8Array }>({
    name: 'classic form in any charset',
    inputs: fc.record({
      query: fc.oneof(noise(200), madeOf(samples.formPieces), damaged(samples.form)),
      body: fc.oneof(
        bytes(),
        damaged(samples.form).map((text) => Buffer.from(text)),
        bytes(60).map(percentEscaped),
      ),
    }),
    corpus: [
      { query: samples.form, body: new Uint8Array() },
      { query: '', body: latin1('a=%81&_input_charset=GBK') },
      { query: '&&&===%%%', body: latin1('%=%&%25=%') },
      { query: 'a=1&a=2', body: new Uint8Array() },
      { query: '', body: latin1(`${'a=1&'.repeat(5_000)}`) },
    ],
    check({ query, body }) {
      const form = readForm(query, body);
      if ('unreadable' in form) return;
      const signed = receivedSigningBytes(form.parameters);
      const most = 200 * 2 + 4 * (query.length * 3 + body.length);
      holds('the signing string is no longer than what came', signed.length <= most);
      const name = form.parameters.get('service')?.text ?? '';
      if (isServiceName(name)) services[name].request.safeParse(textsOf(form.parameters));
    },
  }),
  target<{ values: Record<string, string>; charset: 'UTF-8' | 'GBK' }>({
    name: 'classic form there and back',
    inputs: fc.record({
      values: fc.dictionary(
        fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 }),
        fc.string({ unit: 'grapheme', maxLength: 20 }),
        { maxKeys: 6 },
      ),
      charset: fc.constantFrom('UTF-8' as const, 'GBK' as const),
    }),
    corpus: [{ values: { subject: '气垫粉底 €', a: '+ %' }, charset: 'GBK' }],
    check({ values, charset }) {
      const { _input_charset: _own, ...rest } = values;
      const said = { ...rest, _input_charset: charset };
      const form = readForm(formOf(said, charset), new Uint8Array());
      if ('unreadable' in form) throw new Error(`${form.unreadable}: ${form.why}`);
      for (const [name, value] of Object.entries(said)) {
        const expected = decodeText(encodeText(value, charset), charset);
        holds(`${name} comes back`, form.parameters.get(name)?.text === expected);
      }
    },
  }),
  target<{ type: string; body: Uint8Array }>({
    name: 'multipart',
    inputs: fc.record({
      type: fc.oneof(fc.constant(samples.multipartType), damaged(samples.multipartType)),
      body: fc.oneof(
        bytes(),
        damaged(samples.multipart).map((text) => Buffer.from(text)),
      ),
    }),
    corpus: [
      { type: samples.multipartType, body: Buffer.from(samples.multipart) },
      { type: 'multipart/form-data; boundary=a', body: Buffer.from('--a--a--a--a') },
      { type: 'multipart/form-data; boundary=a', body: Buffer.from('--a\r\n'.repeat(4_000)) },
    ],
    check({ type, body }) {
      const read = readMultipart(type, Buffer.from(body));
      let size = read?.file?.length ?? 0;
      for (const [name, value] of read?.fields ?? []) size += name.length + value.length;
      holds('no more than what came', size <= body.length);
    },
  }),
  textParser({
    name: 'base64 as shops send it',
    pieces: ['QUJD', ' ', '+', '=', '\r\n', '/', '%'],
    samples: ['QUJD REVG=='],
    parse: repairedBase64,
  }),
];

const textsOf = (parameters: ReadonlyMap<string, { readonly text: string }>) =>
  Object.fromEntries([...parameters].map(([name, { text }]) => [name, text]));

const hasNul = (value: unknown): boolean =>
  typeof value === 'string'
    ? value.includes('\u0000')
    : typeof value === 'object' && value !== null && Object.values(value).some(hasNul);

const operationNames = Object.keys(operations) as OperationName[];

const json: readonly Target[] = [
  ...operationNames.map((name) =>
    target<unknown>({
      name: `AMS ${name}`,
      inputs: strangely(samples.amsRequests[name]),
      corpus: [samples.amsRequests[name], ...samples.hostileJson],
      check(body) {
        const parsed = operations[name].request.safeParse(body);
        if (parsed.success) holds('no text has a NUL', !hasNul(parsed.data));
        else holds('a refusal says where', parsed.error.issues.length > 0);
      },
    }),
  ),
  textParser({
    name: 'AMS path',
    pieces: ['/ams', '/sandbox', '/api', '/v1', '/payments', '/pay', '?', '//', '..', '%2e'],
    samples: ['/ams/api/v1/payments/pay', '/ams/sandbox/api/v1/payments/refund?x=1'],
    parse: operationAt,
  }),
  target<Uint8Array>({
    name: 'what shops answer',
    inputs: fc.oneof(
      bytes(),
      damaged(samples.acknowledgement).map((text) => Buffer.from(text)),
      damaged('success').map((text) => Buffer.from(text)),
    ),
    corpus: [
      Buffer.from(samples.acknowledgement),
      Buffer.from('[]'),
      Buffer.from('null'),
      Buffer.from('{"result":null}'),
    ],
    check(head) {
      const buffer = Buffer.from(head);
      holds(
        'yes or no',
        [isAmsAcknowledged(200, buffer), isClassicAcknowledged(200, buffer)].every(
          (each) => typeof each === 'boolean',
        ),
      );
    },
  }),
];

export const parserTargets: readonly Target[] = [...scalars, ...forms, ...json, ...documentTargets];
