// The parsers of documents and codes: banks' XML and CSV, published rates, exports of the books, EMVCo codes.
import { parseRates } from '@tongbao/connector-rates';
import { MoneyError } from '@tongbao/money';
import { crc16, QrError, readMerchantQr, readScannedCode, readTlv, writeTlv } from '@tongbao/protocol/codes';
import { escapeMarkup, readXml, writeXml } from '@tongbao/protocol/gateway';
import fc from 'fast-check';
import { verifyExport } from '../../platform/src/audit/verify.ts';

import {
  CsvProfile,
  readCamt,
  readMt940,
  readStatementCsv,
  StatementUnreadable,
} from '../../platform/src/reconciliation/index.ts';
import { readPain002 } from '../../platform/src/settlement/pain002.ts';
import { damaged, noise } from './inputs.ts';
import * as samples from './samples.ts';
import { holds, isStored, type Target, target, textParser } from './target.ts';

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

/** What every reader of bank statements promises of what it has read. */
function readsStatements(statements: readonly Awaited<ReturnType<typeof readStatementCsv>>[]): void {
  for (const { opening, closing, lines, fromDay, toDay } of statements) {
    holds('balances fit their columns', isStored(opening ?? 0n) && isStored(closing ?? 0n));
    holds('days in their order', isDay(fromDay) && isDay(toDay) && fromDay <= toDay);
    for (const line of lines) {
      holds('amounts fit their columns', isStored(line.amount) && isStored(line.charge));
      holds('a day of the calendar', isDay(line.day));
      holds(
        'texts fit their columns',
        !(line.number + line.reference + line.parts.join('')).includes('\u0000'),
      );
    }
  }
}
const refusesStatements = (error: Error): boolean => error instanceof StatementUnreadable;
const csvAbout = { account: '1', statementId: 's', currency: 'CNY' };
const bankProfile = CsvProfile.parse({
  ...{ name: 'bank', delimiter: ';', skipLines: 1, dateFormat: 'DD.MM.YYYY', decimal: ',', grouping: '.' },
  columns: { date: 'Buchung', debit: 'Soll', credit: 'Haben', text: 4 },
});

/** The same text in an encoding that a bank may choose, its bytes damaged here and there. */
const camtBytes = fc
  .tuple(
    damaged(samples.camt054),
    fc.constantFrom<BufferEncoding>('utf8', 'utf16le', 'latin1'),
    fc.array(fc.tuple(fc.nat({ max: 3000 }), fc.nat({ max: 255 })), { maxLength: 3 }),
  )
  .map(([text, encoding, changes]) => {
    const bytes = Buffer.from(encoding === 'utf16le' ? `\uFEFF${text}` : text, encoding);
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    return bytes;
  });

const documents: readonly Target[] = [
  ...[samples.camt053, samples.camt054].map((sample, place) =>
    textParser({
      name: ['camt.053', 'camt.054'][place]!,
      pieces: [...xmlPieces, '<Document>', '<BkToCstmrStmt>', '<Stmt>', '<Ntry>', '<Amt Ccy="CNY">1</Amt>'],
      samples: [sample],
      corpus: [...samples.entityBombs, ...samples.impossibleIn(sample)],
      parse: (text) => readCamt(Buffer.from(text)),
      mayThrow: refusesStatements,
      holds: readsStatements,
    }),
  ),
  target<Buffer>({
    name: 'camt in bytes',
    inputs: camtBytes,
    corpus: [
      Buffer.alloc(0),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('PK\u0003\u0004'),
      Buffer.from([0x3c, 0, 0x3f]),
    ],
    check(bytes) {
      try {
        readsStatements(readCamt(bytes));
      } catch (error) {
        if (!refusesStatements(error as Error)) throw error;
      }
    },
  }),
  textParser({
    name: 'MT940',
    pieces: [
      ':20:',
      ':25:1',
      ':28C:1/1',
      ':60F:C141110GBP1,',
      ':61:1411111111D1,NTRFA//B',
      ':86:',
      '\n',
      '\r\n',
      '?20EREF+',
      '/EREF/',
      '-}',
      '{4:',
    ],
    samples: [samples.mt940],
    corpus: samples.impossibleIn(samples.mt940),
    parse: (text) => readMt940(Buffer.from(text)),
    mayThrow: refusesStatements,
    holds: readsStatements,
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
    parse: async (text) => [await readStatementCsv(Buffer.from(text), csvAbout)],
    mayThrow: refusesStatements,
    holds: readsStatements,
  }),
  textParser({
    name: 'statement CSV by a profile',
    pieces: ['Buchung', 'Soll', 'Haben', ';', '"', '\n', '12.11.2014', '1.000,00', '-', '(1)', '3,5-'],
    samples: [samples.bankCsv],
    corpus: samples.impossibleIn(samples.bankCsv),
    parse: async (text) => [await readStatementCsv(Buffer.from(text), csvAbout, { profile: bankProfile })],
    mayThrow: refusesStatements,
    holds: readsStatements,
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
    parse: parseRates,
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
    corpus: [samples.exportLines, '{}', 'null', '[]', '{"format":"tongbao-books/3"}\n{"type":"account"}'],
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

export const documentTargets: readonly Target[] = [...documents, ...codes];
