// Neighbours of the cases from public reports: the same kinds of differences, in other versions, currencies, encodings and spellings.
import { describe, expect, test } from 'vitest';
import { readCamt } from './camt.ts';
import { readStatementCsv } from './csv.ts';
import { CsvProfile } from './csv-profile.ts';
import { readMt940 } from './mt940.ts';

const bal = (code: string, amount: string, day: string, ccy = 'GBP') =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="${ccy}">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>` +
  `<Dt><Dt>${day}</Dt></Dt></Bal>`;
const camt = (of: { version?: string; account?: string; balances: string; entries: string; head?: string }) =>
  `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.${of.version ?? '02'}">` +
  `<BkToCstmrStmt><Stmt><Id>S1</Id>${of.head ?? ''}<Acct><Id><IBAN>${of.account ?? 'GB33BUKB20201555555555'}</IBAN></Id></Acct>` +
  `${of.balances}${of.entries}</Stmt></BkToCstmrStmt></Document>`;
const entry = (amount: string, side: string, more = '', details = '', ccy = 'GBP') =>
  `<Ntry><Amt Ccy="${ccy}">${amount}</Amt><CdtDbtInd>${side}</CdtDbtInd>${more}<Sts>BOOK</Sts>` +
  `<BookgDt><Dt>2014-11-12</Dt></BookgDt>${details}</Ntry>`;
const read = (text: string) => readCamt(Buffer.from(text))[0]!;
const amounts = (text: string) => read(text).lines.map((line) => line.amount);

describe('camt: reversals, batches, balances', () => {
  test.each(['02', '04', '06', '08', '10', '13'])(
    'in 001.%s a batch is taken back, each part on its own side',
    (version) => {
      const part = (reference: string, amount: string) =>
        `<TxDtls><Refs><EndToEndId>${reference}</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="GBP">${amount}</Amt></TxAmt></AmtDtls></TxDtls>`;
      const details = `<NtryDtls>${part('A', '60.00')}${part('B', '3.94')}</NtryDtls>`;
      const sent = entry('63.94', 'DBIT', '', details);
      const back = (side: string) => entry('63.94', side, '<RvslInd>1</RvslInd>', details);
      const balances = bal('OPBD', '65.25', '2014-11-12') + bal('CLBD', '65.25', '2014-11-12');
      for (const side of ['CRDT', 'DBIT'])
        expect(amounts(camt({ version, balances, entries: sent + back(side) }))).toEqual([
          -6_000n,
          -394n,
          6_000n,
          394n,
        ]);
    },
  );

  test('a batch whose parts were sent in other currencies counts in the account’s', () => {
    const part = (reference: string, instructed: string, ccy: string, counter: string) =>
      `<TxDtls><Refs><EndToEndId>${reference}</EndToEndId></Refs><AmtDtls><InstdAmt><Amt Ccy="${ccy}">${instructed}</Amt></InstdAmt>` +
      `<CntrValAmt><Amt Ccy="GBP">${counter}</Amt></CntrValAmt></AmtDtls></TxDtls>`;
    const details = `<NtryDtls>${part('A', '98.00', 'USD', '61.94')}${part('B', '350', 'JPY', '2.00')}</NtryDtls>`;
    const { lines } = read(
      camt({ balances: bal('CLBD', '1.31', '2014-11-12'), entries: entry('63.94', 'DBIT', '', details) }),
    );
    expect(lines.map((line) => [line.reference, line.currency, line.amount])).toEqual([
      ['A', 'GBP', -6_194n],
      ['B', 'GBP', -200n],
    ]);
  });

  test('a batch in several NtryDtls, each with its own side, nets to the entry', () => {
    const part = (reference: string, side: string, amount: string) =>
      `<NtryDtls><TxDtls><Refs><EndToEndId>${reference}</EndToEndId></Refs><Amt Ccy="GBP">${amount}</Amt><CdtDbtInd>${side}</CdtDbtInd></TxDtls></NtryDtls>`;
    const details = part('A', 'DBIT', '70.00') + part('B', 'CRDT', '6.06');
    expect(
      amounts(
        camt({
          version: '08',
          balances: bal('CLBD', '1.31', '2014-11-12'),
          entries: entry('63.94', 'DBIT', '', details),
        }),
      ),
    ).toEqual([-7_000n, 606n]);
  });

  test('a statement of several days with the balances of each of them begins with the first and ends with the last', () => {
    const balances =
      bal('OPBD', '70.00', '2014-11-13') +
      bal('CLBD', '70.00', '2014-11-12') +
      bal('OPBD', '65.25', '2014-11-12') +
      bal('CLBD', '75.00', '2014-11-13');
    const entries = entry('4.75', 'CRDT') + entry('5.00', 'CRDT').replace('2014-11-12', '2014-11-13');
    expect(read(camt({ balances, entries }))).toMatchObject({
      ...{ opening: 6_525n, closing: 7_500n, fromDay: '2014-11-12', toDay: '2014-11-13' },
    });
  });

  test('PRCD of a Friday before a Monday, and no entry', () => {
    const balances = bal('PRCD', '65.25', '2014-11-14') + bal('CLBD', '65.25', '2014-11-17');
    const head = '<FrToDt><FrDtTm>2014-11-17T00:00:00</FrDtTm><ToDtTm>2014-11-17T23:59:59</ToDtTm></FrToDt>';
    expect(read(camt({ head, balances, entries: '' }))).toMatchObject({
      ...{ opening: 6_525n, fromDay: '2014-11-17', toDay: '2014-11-17', lines: [] },
    });
  });

  test('pending today and booked tomorrow under another number of the bank: one line, on the second day', () => {
    const balances = bal('CLBD', '65.25', '2014-11-12');
    const pending = entry('63.94', 'DBIT', '', '<AcctSvcrRef>TMP-1</AcctSvcrRef>').replace('BOOK', 'PDNG');
    expect(read(camt({ balances, entries: pending }))).toMatchObject({ lines: [], notBooked: 1 });
    const booked = entry('63.94', 'DBIT', '', '<AcctSvcrRef>FINAL-9</AcctSvcrRef>').replace(
      '2014-11-12',
      '2014-11-13',
    );
    expect(read(camt({ balances: bal('CLBD', '1.31', '2014-11-13'), entries: booked })).lines).toMatchObject([
      { number: 'FINAL-9', day: '2014-11-13' },
    ]);
  });

  test.each([
    ['JPY', '9899', 9_899n],
    ['JPY', '9899.00', 9_899n],
    ['JPY', '0009899.', 9_899n],
    ['KRW', '+99485.0', 99_485n],
    ['KWD', '1.234', 1_234n],
    ['KWD', '1.23400', 1_234n],
  ])('%s %s', (ccy, text, amount) => {
    const balances = bal('CLBD', '0', '2014-11-12', ccy);
    expect(amounts(camt({ balances, entries: entry(text, 'CRDT', '', '', ccy) }))).toEqual([amount]);
  });

  test.each([
    ['JPY', '98.99'],
    ['KRW', '1,000'],
    ['KWD', '1.2345'],
    ['GBP', '63,94'],
  ])('%s %s is refused with the entry and its line', (ccy, text) => {
    const balances = bal('CLBD', '0', '2014-11-12', ccy);
    expect(() => amounts(camt({ balances, entries: entry(text, 'CRDT', '', '', ccy) }))).toThrow(
      /^entry 1 \(line 1\), Amt: /,
    );
  });
});

describe('camt: encodings and IBANs', () => {
  const text = (declared: string) =>
    camt({
      balances: bal('CLBD', '1.31', '2014-11-12'),
      entries: entry('63.94', 'DBIT', '', '<AcctSvcrRef>Rückgabe</AcctSvcrRef>'),
    }).replace('UTF-8', declared);
  test.each([
    ['UTF-16 little endian with a mark', Buffer.from(`\uFEFF${text('UTF-16')}`, 'utf16le')],
    ['UTF-16 little endian without one', Buffer.from(text('UTF-16'), 'utf16le')],
    ['UTF-16 big endian with a mark', Buffer.from(`\uFEFF${text('UTF-16')}`, 'utf16le').swap16()],
    ['UTF-16 big endian without one', Buffer.from(text('UTF-16BE'), 'utf16le').swap16()],
    [
      'UTF-16 without a declaration',
      Buffer.from(`\uFEFF${text('x').replace(/^<\?xml.*?\?>/, '')}`, 'utf16le'),
    ],
    ['UTF-8 that says UTF-16', Buffer.from(text('UTF-16'), 'utf8')],
    ['ISO-8859-15', Buffer.from(text('ISO-8859-15'), 'latin1')],
    ['latin1 by its other name', Buffer.from(text('latin1'), 'latin1')],
    ['cp1252', Buffer.from(text('cp1252'), 'latin1')],
    ['utf8 without its hyphen', Buffer.from(text('utf8'), 'utf8')],
  ])('%s', (_, bytes) => {
    expect(readCamt(bytes)[0]!.lines).toMatchObject([{ number: 'Rückgabe', amount: -6_394n }]);
  });

  test.each(['GB33 BUKB 2020 1555 5555 55', 'gb33bukb20201555555555', 'GB33BUKB20201555555555'])(
    'the account %s is one account, however it is written',
    (account) => {
      const file = camt({ account, balances: bal('CLBD', '0', '2014-11-12'), entries: '' });
      expect(read(file).account).toBe('GB33BUKB20201555555555');
      const swift = `:20:A\n:25:${account}\n:28C:1\n:60F:C141112GBP0,\n:62F:C141112GBP0,\n-\n`;
      expect(readMt940(Buffer.from(swift))[0]!.account).toBe('GB33BUKB20201555555555');
    },
  );

  test('an account that is no IBAN stays as the bank writes it', () => {
    const file = camt({ account: 'gb00 case 01', balances: bal('CLBD', '0', '2014-11-12'), entries: '' });
    expect(read(file).account).toBe('gb00 case 01');
  });
});

describe('MT940', () => {
  const message = (entries: string, [opening, closing] = ['C141110GBP65,25', 'C141112GBP65,25']) =>
    readMt940(
      Buffer.from(`:20:A\r\n:25:1\r\n:28C:1/1\r\n:60F:${opening}\r\n${entries}\r\n:62F:${closing}\r\n-\r\n`),
    )[0]!;
  test.each([
    ['1411121112D63,94NTRFREF-1', -6_394n, '2014-11-12', 'REF-1'],
    ['141112D63,94NTRFREF-1', -6_394n, '2014-11-12', 'REF-1'],
    ['1411121112DP63,94NTRFREF-1', -6_394n, '2014-11-12', 'REF-1'],
    ['1411121112CR65,25NTRFREF-1//B-1', 6_525n, '2014-11-12', 'REF-1'],
    ['1411121112RC65,25NTRFREF-1', -6_525n, '2014-11-12', 'REF-1'],
    ['1411121112RDP63,94S103REF-1', 6_394n, '2014-11-12', 'REF-1'],
    ['1501021231C1,NMSCREF-1', 100n, '2014-12-31', 'REF-1'],
    ['1412310102C1,FMSCREF-1', 100n, '2015-01-02', 'REF-1'],
    ['1411121112C000000000001,00NTRFREF-1', 100n, '2014-11-12', 'REF-1'],
  ])(':61:%s', (text, amount, day, reference) => {
    expect(message(`:61:${text}`, ['C141110GBP0,', 'C141112GBP99,99']).lines).toMatchObject([
      { amount, day, reference },
    ]);
  });

  test.each([
    ['166?00LASTSCHRIFT?20EREF+4097-1?21KREF+K1?30BUKBGB22?32MUELLER', '4097-1'],
    ['166?00SEPA?20EREF+409?217-1?22SVWZ+Text', '4097-1'],
    ['/EREF/4097-1/REMI/USTD//Text', '4097-1'],
    ['EREF: nothing, paid for 4097-1 by Müller', ''],
    ['/TRTP/SEPA/EREF/NOTPROVIDED/REMI/4097-1', ''],
  ])(':86:%s', (text, reference) => {
    const [line] = message(`:61:1411121112D63,94NTRFNONREF\r\n:86:${text}`).lines;
    expect([line!.reference, ...line!.alsoNamed]).toContain(reference === '' ? '4097-1' : reference);
    if (reference !== '') expect(line!.reference).toBe(reference);
  });

  test('yen have no decimals, dinars three', () => {
    const yen = message(':61:1411121112D9899,NTRFX', ['C141110JPY10000,', 'C141112JPY101,']);
    expect(yen).toMatchObject({ opening: 10_000n, closing: 101n, lines: [{ amount: -9_899n }] });
    const dinars = message(':61:1411121112D1,234NTRFX', ['C141110KWD1,234', 'C141112KWD0,']);
    expect(dinars).toMatchObject({ opening: 1_234n, lines: [{ amount: -1_234n }] });
    expect(() => message(':61:1411121112D98,99NTRFX', ['C141110JPY1,', 'C141112JPY1,'])).toThrow(
      /^line 5, :61:/,
    );
  });
});

describe('CSV', () => {
  const csv = (text: string | Buffer, of: object) =>
    readStatementCsv(
      typeof text === 'string' ? Buffer.from(text) : text,
      { account: 'A', statementId: 'S', currency: 'GBP' },
      {
        profile: CsvProfile.parse({
          name: 'bank',
          columns: { date: 'day', amount: 'sum', reference: 'ref' },
          ...of,
        }),
      },
    );
  const amountOf = async (text: string, of: object = {}) =>
    (await csv(`day;sum;ref\n2014-11-12;${text};X\n`, { delimiter: ';', ...of })).lines[0]!.amount;

  test.each([
    ['1’234.56', { grouping: "'" }, 123_456n],
    ['▲1,234', { grouping: ',', currency: 'JPY' }, -1_234n],
    ['△ 1,234', { grouping: ',', currency: 'JPY' }, -1_234n],
    ['１，２３４．５６', { grouping: ',' }, 123_456n],
    ['－６３．９４', {}, -6_394n],
    ['（63.94）', {}, -6_394n],
    ['63.94 DR', {}, -6_394n],
    ['65.25CR', {}, 6_525n],
    ['1,063.94 Dr', { grouping: ',' }, -106_394n],
    ['-0.00', {}, 0n],
    ['9,899', { grouping: ',', currency: 'JPY' }, 9_899n],
    ['9899.00', { currency: 'JPY' }, 9_899n],
    ['="63.94"', {}, 6_394n],
    ['`63.94', {}, 6_394n],
  ])('%s with %o', async (text, of, amount) => {
    expect(await amountOf(text.includes('"') ? `"${text.replaceAll('"', '""')}"` : text, of)).toBe(amount);
  });

  test.each([
    ['-63.94 CR', {}],
    ['(63.94) DR', {}],
    ['1.234', { decimal: ',' }],
    ['98.99', { currency: 'JPY' }],
    ['--1', {}],
    ['▲-1', {}],
  ])('%s with %o says two things, or none, and is refused', async (text, of) => {
    await expect(amountOf(text, of)).rejects.toThrow(/^line 2, amount: /);
  });

  test('a sign that the bank writes out counts before the profile’s rule for signs', async () => {
    expect(await amountOf('63.94 DR', { debitsArePositive: true })).toBe(-6_394n);
    expect(await amountOf('63.94', { debitsArePositive: true })).toBe(-6_394n);
  });

  test.each([
    ['YYYY年MM月DD日', '2014年11月2日', '2014-11-02'],
    ['DD MMM YYYY', '12 Nov 2014', '2014-11-12'],
    ['DD-MMM-YY', '01-SEP-14', '2014-09-01'],
    ['DDMMMYYYY', '12nov2014', '2014-11-12'],
    ['YYYYMMDD', '20141112093011', '2014-11-12'],
    ['YYYY-MM-DD', '2014-11-12  9:30:00', '2014-11-12'],
    ['YYYY/MM/DD', '２０１４／１１／１２', '2014-11-12'],
    ['DD.MM.YYYY', '1.2.2014 00:00', '2014-02-01'],
  ])('a day as %s: %s', async (dateFormat, text, day) => {
    const { lines } = await csv(`day;sum;ref\n${text};1;X\n`, { delimiter: ';', dateFormat });
    expect(lines[0]!.day).toBe(day);
  });

  test.each([
    ['DD MMM YYYY', '12 Foo 2014'],
    ['DD MMM YYYY', '31 Feb 2014'],
    ['YYYYMMDD', '2014111209'],
    ['DD.MM.YYYY', '2014-11-12'],
  ])('%s does not read %s', async (dateFormat, text) => {
    await expect(csv(`day;sum;ref\n${text};1;X\n`, { delimiter: ';', dateFormat })).rejects.toThrow(
      'is not a date',
    );
  });

  test('quoted line breaks, delimiters and quotes; rows that end with a delimiter; CR alone; a BOM before a quoted header', async () => {
    const text = '\uFEFF"day";"sum";"ref"\n2014-11-12;1;"A;\n""B"""\n2014-11-12;2;C;\n2014-11-12;3;D;;\n';
    for (const written of [text, text.replaceAll('\n', '\r\n'), text.replaceAll('\n', '\r')]) {
      const shape = { delimiter: ';', columns: { date: 'day', amount: 'sum', text: 'ref' } };
      expect((await csv(written, shape)).lines.map((line) => line.amount)).toEqual([100n, 200n, 300n]);
    }
    await expect(csv('day;sum;ref\n2014-11-12;1;A;more\n', { delimiter: ';' })).rejects.toThrow(
      'line 2 has 4 columns, the header 3',
    );
    await expect(csv('day;sum;ref\n2014-11-12;1\n', { delimiter: ';' })).rejects.toThrow(
      'line 2 has 2 columns, the header 3',
    );
  });

  test.each([
    ['gbk', 'c8d5c6da2cbdf0b6ee2cb1b8d7a2', ['日期', '金额', '备注']],
    ['shift_jis', '93fa95742c8be08a7a2c8e51', ['日付', '金額', '参']],
    ['euc-kr', 'b3afc2a52cb1ddbed72cbcb3b8ed', ['날짜', '금액', '설명']],
    ['big5', 'a4e9b4c12caaf7c3422cb3c6b5f9', ['日期', '金額', '備註']],
  ])('%s', async (encoding, header, [date, amount, reference]) => {
    const bytes = Buffer.concat([Buffer.from(header, 'hex'), Buffer.from('\n2014-11-12,63.94,X-1\n')]);
    const { lines } = await csv(bytes, { encoding, columns: { date, amount, reference } });
    expect(lines).toMatchObject([{ amount: 6_394n, reference: 'X-1' }]);
    if (encoding !== 'gbk')
      await expect(csv(bytes, { encoding: 'utf-8', columns: { date, amount, reference } })).rejects.toThrow(
        'not in the encoding utf-8',
      );
  });
});
