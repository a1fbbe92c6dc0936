// CSV by a profile: banks differ in everything, and a profile says all of it as data.
import { describe, expect, test } from 'vitest';
import { readStatementCsv } from './csv.ts';
import { CsvProfile } from './csv-profile.ts';

const about = { account: 'A', statementId: 'S', currency: 'EUR' };
const profile = (of: object) => CsvProfile.parse({ name: 'bank', columns: { date: 1, amount: 2 }, ...of });
const read = (text: string | Buffer, of: object, said: string | null = null) =>
  readStatementCsv(typeof text === 'string' ? Buffer.from(text) : text, about, {
    profile: profile(of),
    said,
  });
const amounts = async (text: string, of: object) => (await read(text, of)).lines.map((line) => line.amount);

describe('what a profile says', () => {
  test('a German bank: semicolons, a preamble, a sum at the end, comma and points, two-digit years, Latin letters', async () => {
    const text =
      'Umsätze Girokonto\r\n"Kontonummer:";"123"\r\n\r\nBuchungstag;Verwendungszweck;Kundenreferenz;Betrag;Währung\r\n' +
      '12.11.14;"Auszahlung\r\n4097-1";NOTPROVIDED;-1.063,94;EUR\r\n13.11.14;Zins;X;0,5;EUR\r\nSumme;;;-1.063,44;EUR\r\n';
    const statement = await read(Buffer.from(text, 'latin1'), {
      ...{ delimiter: ';', skipLines: 3, skipLastLines: 1, encoding: 'windows-1252' },
      ...{ dateFormat: 'DD.MM.YY', decimal: ',', grouping: '.' },
      columns: { date: 'buchungstag', amount: 'Betrag', currency: 'WÄHRUNG', text: 'Verwendungszweck' },
    });
    expect(statement).toMatchObject({
      ...{ fromDay: '2014-11-12', toDay: '2014-11-13', opening: null },
      lines: [
        { amount: -106_394n, day: '2014-11-12', currency: 'EUR', reference: '' },
        { amount: 50n, day: '2014-11-13' },
      ],
    });
    expect(statement.lines[0]!.alsoNamed).toContain('4097-1');
  });

  test('debit and credit in columns of their own, with or without a minus', async () => {
    const split = { columns: { date: 1, debit: 2, credit: 3 }, header: false };
    expect(
      await amounts('2014-11-12,63.94,\n2014-11-12,-1.00,\n2014-11-12,,65.25\n2014-11-12,0.00,2\n', split),
    ).toEqual([-6_394n, -100n, 6_525n, 200n]);
    await expect(amounts('2014-11-12,1,2\n', split)).rejects.toThrow('line 1 has a debit and a credit');
    await expect(amounts('2014-11-12,,\n', split)).rejects.toThrow('line 1 has no debit and no credit');
  });

  test('the side in a column of its own', async () => {
    const side = {
      columns: { date: 1, amount: 2, side: 3 },
      header: false,
      debitSigns: ['Af', 'D'],
      creditSigns: ['Bij'],
    };
    expect(await amounts('2014-11-12,63.94,af\n2014-11-12,1,BIJ\n2014-11-12,2,D\n', side)).toEqual([
      -6_394n,
      100n,
      -200n,
    ]);
    await expect(amounts('2014-11-12,1,?\n', side)).rejects.toThrow(
      'line 1, side: "?" is neither debit nor credit',
    );
  });

  test('a card’s bill, where what was spent is positive', async () => {
    expect(await amounts('d,a\n2014-11-12,63.94\n2014-11-12,-5\n', { debitsArePositive: true })).toEqual([
      -6_394n,
      500n,
    ]);
  });

  test.each([
    ['1,234.56', { grouping: ',' }, 123_456n],
    ["1'234'567.80", { grouping: "'" }, 123_456_780n],
    ['1 234,56', { grouping: ' ', decimal: ',' }, 123_456n],
    ['1\u00a0234,56', { grouping: ' ', decimal: ',' }, 123_456n],
    ['1.234,56-', { grouping: '.', decimal: ',' }, -123_456n],
    ['(63.94)', {}, -6_394n],
    ['\u221263.94', {}, -6_394n],
    ['+65.25', {}, 6_525n],
    ['- 63.94', {}, -6_394n],
    ['065.2500', {}, 6_525n],
    ['.5', {}, 50n],
  ])('%s is %o', async (text, format, amount) => {
    expect(await amounts(`d;a\n2014-11-12;${text}\n`, { delimiter: ';', ...format })).toEqual([amount]);
  });

  test.each([
    ['1,234.56', {}],
    ['12,34', {}],
    ['1.234', { decimal: ',' }],
    ['1.2.3', {}],
    ['1e3', {}],
    ['', {}],
    ['63.94 EUR', {}],
  ])('%j is refused with %o: a guess could be wrong by powers of ten', async (text, format) => {
    await expect(amounts(`d;a\n2014-11-12;${text}\n`, { delimiter: ';', ...format })).rejects.toThrow(
      /^line 2, amount: /,
    );
  });

  test.each([
    ['DD.MM.YYYY', '1.3.2014', '2014-03-01'],
    ['MM/DD/YYYY', '03/01/2014', '2014-03-01'],
    ['YYYYMMDD', '20140301', '2014-03-01'],
    ['DD-MM-YY', '01-03-14', '2014-03-01'],
    ['YYYY/MM/DD', '2014/03/01 23:59:59', '2014-03-01'],
  ])('a date as %s: %s', async (dateFormat, text, day) => {
    expect((await read(`d;a\n${text};1\n`, { delimiter: ';', dateFormat })).lines[0]!.day).toBe(day);
    await expect(read('d;a\n2014-13-45;1\n', { delimiter: ';', dateFormat })).rejects.toThrow(
      'line 2: "2014-13-45"',
    );
  });

  test('Chinese, Japanese and Korean encodings, UTF-16 by its mark', async () => {
    const columns = { date: '日期', amount: '金额' };
    const gbk = Buffer.from('c8d5c6da2cbdf0b6ee0a323031342d31312d31322c310a', 'hex');
    expect((await read(gbk, { encoding: 'gbk', columns })).lines).toHaveLength(1);
    const utf16 = Buffer.from('\uFEFF日期,金额\n2014-11-12,1\n', 'utf16le');
    expect((await read(utf16, { encoding: 'gbk', columns })).lines).toHaveLength(1);
  });

  test('the days of a file without rows', async () => {
    const empty = (days: object) =>
      readStatementCsv(Buffer.from('d,a\n'), { ...about, ...days }, { profile: profile({}) });
    expect(await empty({ fromDay: '2014-11-12' })).toMatchObject({
      fromDay: '2014-11-12',
      toDay: '2014-11-12',
      lines: [],
    });
    await expect(empty({})).rejects.toThrow('a CSV without rows needs the days that it speaks about');
    await expect(empty({ fromDay: '2014-11-13', toDay: '2014-11-12' })).rejects.toThrow('before it begins');
  });

  test('lines are counted as an editor does, quoted line breaks included', async () => {
    const text = 'd,a,t\n2014-11-12,1,"a\nb\nc"\n2014-11-12,x,\n';
    await expect(read(text, {})).rejects.toThrow('line 5, amount: "x" is not an amount');
    await expect(read('d,a\n2014-11-12,"1\n', {})).rejects.toThrow('line 2: a quote is not closed');
    await expect(read('d,a,a\n', { columns: { date: 'd', amount: 'a' } })).rejects.toThrow(
      'line 1 has the column a twice',
    );
  });
});

describe('a profile that is wrong is refused with the field', () => {
  test.each([
    [{ columns: { date: 1 } }, 'name the column amount, or both debit and credit'],
    [{ columns: { date: 1, amount: 2, debit: 3, credit: 4 } }, 'name the column amount, or both'],
    [{ columns: { date: 1, amount: 2, side: 3 } }, 'goes with amount, debitSigns and creditSigns'],
    [{ columns: { date: 'Datum', amount: 2 }, header: false }, 'without a header a column is a number'],
    [{ decimal: ',', grouping: ',' }, 'is the decimal sign too'],
    [{ dateFormat: 'DD.MM' }, 'has DD, MM (or MMM) and YYYY (or YY) once'],
    [{ dateFormat: 'DD.MM.YYYY HH' }, 'has DD, MM (or MMM) and YYYY (or YY) once'],
    [{ encoding: 'klingon' }, 'is not known'],
    [{ delimiter: '#' }, 'Invalid option'],
    [{ name: 'My Bank' }, 'small letters, digits and hyphens'],
    [{ colums: {} }, 'Unrecognized key'],
  ])('%o', (of, why) => {
    const parsed = CsvProfile.safeParse({ name: 'bank', columns: { date: 1, amount: 2 }, ...of });
    expect(parsed.error?.issues.map((issue) => issue.message).join()).toContain(why);
  });
});
