// Every parser that reads outsiders' bytes, with what it is fed and what it may answer: a value of bounded size, or the
// error that its callers expect. Anything else (another error, an answer that outgrows the question) is a finding.
import { MoneyError, parseMajor, parseMinor } from '@tongbao/money';
import {
  formatSignatureHeader,
  type OperationName,
  operationAt,
  operations,
  parseSignatureHeader,
} from '@tongbao/protocol/ams';
import { crc16, QrError, readMerchantQr, readScannedCode, readTlv, writeTlv } from '@tongbao/protocol/codes';
import {
  decodeText,
  encodeText,
  escapeMarkup,
  formOf,
  isServiceName,
  readDay,
  readForm,
  readTime,
  readXml,
  receivedSigningBytes,
  repairedBase64,
  services,
  writeXml,
} from '@tongbao/protocol/gateway';
import fc from 'fast-check';
import { verifyExport } from '../../platform/src/audit/verify.ts';
import { phoneOf } from '../../platform/src/customers/index.ts';
import { parseEurofxref } from '../../platform/src/fx/ecb.ts';
import { plainDecimal } from '../../platform/src/fx/source.ts';
import { isAcknowledged as isAmsAcknowledged } from '../../platform/src/http/ams/channel.ts';
import { requestTime } from '../../platform/src/http/ams/times.ts';
import { createCashierTokens } from '../../platform/src/http/cashier/token.ts';
import { isAcknowledged as isClassicAcknowledged } from '../../platform/src/http/gateway/channel.ts';
import { readMultipart } from '../../platform/src/http/gateway/multipart.ts';
import { createNotifyIds } from '../../platform/src/http/gateway/notify-id.ts';
import { paymentIdFromWire, refundIdFromWire } from '../../platform/src/http/payment-ids.ts';
import { idOf } from '../../platform/src/http/shopper/routes.ts';
import {
  readCamt053,
  readStatementCsv,
  StatementUnreadable,
} from '../../platform/src/reconciliation/index.ts';
import { readPain002 } from '../../platform/src/settlement/pain002.ts';
import { damaged, madeOf, noise, strangely, texts } from './inputs.ts';
import * as samples from './samples.ts';

export interface Target<Input = unknown> {
  readonly name: string;
  readonly inputs: fc.Arbitrary<Input>;
  /** What is tried each time before anything random. */
  readonly corpus: readonly Input[];
  /** Throws when the parser does what it must not. */
  check(input: Input): void | Promise<void>;
}

const target = <Input>(of: Target<Input>): Target => of as unknown as Target;

/** As long as the answer would be in writing; bigints as their digits. */
const sizeOf = (value: unknown): number =>
  value instanceof Uint8Array
    ? value.length
    : (
        JSON.stringify(value, (_name, each) =>
          typeof each === 'bigint' ? each.toString() : each instanceof Map ? [...each] : each,
        ) ?? ''
      ).length;

/** A parser of texts: answers something no larger than what it read (give or take), or throws an expected error. */
function textParser(of: {
  readonly name: string;
  readonly pieces: readonly string[];
  readonly samples: readonly string[];
  readonly corpus?: readonly string[];
  readonly parse: (text: string) => unknown;
  readonly mayThrow?: (error: Error) => boolean;
  readonly holds?: (value: never) => void;
}): Target {
  return target<string>({
    name: of.name,
    inputs: texts(of),
    corpus: [...samples.hostileTexts, ...of.samples, ...(of.corpus ?? [])],
    check(text) {
      let value: unknown;
      try {
        value = of.parse(text);
      } catch (error) {
        if (of.mayThrow?.(error as Error) === true) return;
        throw error;
      }
      const size = sizeOf(value);
      if (size > 10_000 + 40 * text.length) throw new Error(`${size} characters from ${text.length}`);
      of.holds?.(value as never);
    },
  });
}

function holds(what: string, condition: boolean): void {
  if (!condition) throw new Error(what);
}

const greatest = 2n ** 63n;
const isStored = (amount: bigint): boolean => amount < greatest && amount > -greatest;

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

const secret = Buffer.alloc(32, 7);
const tokens = createCashierTokens(secret);
const notifyIds = createNotifyIds(secret);

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

const xmlPieces = [
  '<',
  '>',
  '/',
  '<a>',
  '</a>',
  '&amp;',
  '&#x',
  ';',
  '<!DOCTYPE x [',
  ']>',
  '<![CDATA[',
  '"',
  '=',
  '<?xml ?>',
];
const isPlain = (error: Error): boolean => error.constructor === Error;

const documents: readonly Target[] = [
  textParser({
    name: 'camt.053',
    pieces: [...xmlPieces, '<Document>', '<BkToCstmrStmt>', '<Stmt>', '<Ntry>', '<Amt Ccy="CNY">1</Amt>'],
    samples: [samples.camt053],
    corpus: [...samples.entityBombs, ...samples.impossibleIn(samples.camt053)],
    parse: readCamt053,
    mayThrow: (error) => error instanceof StatementUnreadable,
    holds: (statements: ReturnType<typeof readCamt053>) => {
      for (const { opening, closing, lines } of statements) {
        holds('balances fit their columns', isStored(opening ?? 0n) && isStored(closing ?? 0n));
        for (const line of lines) {
          holds('amounts fit their columns', isStored(line.amount) && isStored(line.charge));
          holds('a day of the calendar', isDay(line.day));
        }
      }
    },
  }),
  textParser({
    name: 'statement CSV',
    pieces: [
      'reference',
      'amount',
      'currency',
      'date',
      'charge',
      ',',
      '"',
      '""',
      '\n',
      '\r\n',
      'CNY',
      '1.00',
      '2014-11-11',
    ],
    samples: [samples.statementCsv],
    corpus: samples.impossibleIn(samples.statementCsv),
    parse: (text) => readStatementCsv(text, { account: '1', statementId: 's', currency: 'CNY' }),
    mayThrow: (error) => error instanceof StatementUnreadable,
    holds: ({ lines }: ReturnType<typeof readStatementCsv>) => {
      for (const line of lines) {
        holds('amounts fit their columns', isStored(line.amount) && isStored(line.charge));
        holds('a day of the calendar', isDay(line.day));
      }
    },
  }),
  textParser({
    name: 'pain.002',
    pieces: [...xmlPieces, '<Document>', '<CstmrPmtStsRpt>', '<TxInfAndSts>', '<TxSts>ACSC</TxSts>'],
    samples: [samples.pain002],
    corpus: [...samples.entityBombs, ...samples.impossibleIn(samples.pain002)],
    parse: readPain002,
    mayThrow: isPlain,
    holds: (read: ReturnType<typeof readPain002>) =>
      holds(
        'instants',
        read.every(({ at }) => at === null || !Number.isNaN(at.getTime())),
      ),
  }),
  textParser({
    name: 'ECB rates',
    pieces: [
      ...xmlPieces,
      '<gesmes:Envelope>',
      '<Cube>',
      '<Cube time="2014-11-11">',
      '<Cube currency="CNY" rate="7.6"/>',
    ],
    samples: [samples.eurofxref],
    corpus: samples.entityBombs,
    parse: parseEurofxref,
    mayThrow: isPlain,
  }),
  textParser({
    name: 'classic XML answer',
    pieces: [...xmlPieces, '<response>', '</response>', '<trade>', '<is_success>T</is_success>'],
    samples: [samples.classicXml],
    corpus: ['<response><a>&#99999999999;</a></response>'],
    parse: readXml,
  }),
  target<Record<string, string>>({
    name: 'classic XML there and back',
    inputs: fc.dictionary(fc.stringMatching(/^[a-z_]{1,12}$/), fc.string({ unit: 'binary', maxLength: 30 }), {
      maxKeys: 5,
    }),
    corpus: [{ subject: '<script>&amp;"\'' }],
    check(leaves) {
      const text = Buffer.from(writeXml({ response: { wrapper: 'trade', leaves } }, 'UTF-8')).toString(
        'utf8',
      );
      const read = readXml(text).leaves;
      for (const [name, value] of Object.entries(leaves)) {
        if (value === '') continue;
        holds(`${name} is escaped`, !escapeMarkup(value).includes('<'));
        holds(`${name} comes back`, read[name] !== undefined || escapeMarkup(value) === '');
      }
    },
  }),
  target<string>({
    name: 'export of the books',
    inputs: fc.oneof(noise(200), damaged(samples.exportLines)),
    corpus: [samples.exportLines, '{}', 'null', '[]', '{"format":"tongbao-books/1"}\n{"type":"account"}'],
    async check(text) {
      const lines = async function* () {
        yield* text.split('\n');
      };
      // Whoever runs the verifier on a file that is no export reads why; it never says that the books are right.
      const said = await verifyExport(lines()).catch((error: Error) => ({ findings: [error.message] }));
      if (text !== samples.exportLines) return;
      holds('an export without its end is found out', said.findings.length > 0);
    },
  }),
];

const qrPieces = [
  '00',
  '0201',
  '26',
  '53',
  '03',
  '410',
  '5802KR',
  '6304',
  '99',
  '01',
  '5910',
  '한',
  'cn.tongbao.pay',
];
/** With the checksum that a damaged code would have if it had been made so. */
const sealed = (text: string): string => {
  const body = text.replace(/6304[0-9A-F]{0,4}$/, '');
  return `${body}6304${crc16(`${body}6304`)}`;
};

const codes: readonly Target[] = [
  textParser({
    name: 'EMVCo TLV',
    pieces: qrPieces,
    samples: [samples.orderCode, samples.shopCode],
    parse: readTlv,
    mayThrow: (error) => error instanceof QrError,
    holds: (objects: ReturnType<typeof readTlv>) => {
      if (objects.every(([, value]) => value !== ''))
        holds('what was read can be written and read', sameTlv(objects, readTlv(writeTlv(objects))));
    },
  }),
  textParser({
    name: 'EMVCo QR',
    pieces: qrPieces,
    samples: [samples.orderCode, samples.shopCode],
    parse: (text) => [attemptedQr(text), attemptedQr(sealed(text))],
  }),
  textParser({
    name: 'scanned codes',
    pieces: [...qrPieces, 'https://', '/cashier/', '?', '#', ' '],
    samples: [samples.orderCode, samples.shopCode, samples.cashierUrl],
    parse: (text) => [readScannedCode(text), readScannedCode(sealed(text))],
  }),
];

const sameTlv = (one: ReturnType<typeof readTlv>, other: ReturnType<typeof readTlv>): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

function attemptedQr(text: string): unknown {
  try {
    return readMerchantQr(text);
  } catch (error) {
    if (error instanceof QrError || error instanceof MoneyError) return null;
    throw error;
  }
}

const isDay = (day: string): boolean =>
  !Number.isNaN(Date.parse(`${day}T00:00:00Z`)) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);

export const parserTargets: readonly Target[] = [...scalars, ...forms, ...json, ...documents, ...codes];
