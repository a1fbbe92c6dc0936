// MT940 and MT942 as banks send them: every subfield of :61:, the ways of structuring :86:, several messages a file, dates
// over the end of a year, reversals, and what is refused with its line and tag.
import { describe, expect, test } from 'vitest';
import { readMt940 } from './mt940.ts';

const read = (text: string) => readMt940(Buffer.from(text, 'latin1'));
const message = (entries: string, of: { opening?: string; closing?: string; currency?: string } = {}) =>
  `:20:STARTUMS\r\n:25:20041177/123456\r\n:28C:97/1\r\n:60F:${of.opening ?? 'C141111GBP65,25'}\r\n${entries}` +
  `:62F:${of.closing ?? 'C141112GBP1,31'}\r\n-\r\n`;

describe('MT940', () => {
  test('a statement with its account, number, days and balances', () => {
    const [statement] = read(message(':61:1411121112D63,94NTRF4097-1//BANKREF1\r\n:86:Payout\r\n'));
    expect(statement).toMatchObject({
      ...{ kind: 'statement', account: '20041177/123456', statementId: '97/1', currency: 'GBP' },
      ...{ fromDay: '2014-11-12', toDay: '2014-11-12', opening: 6_525n, closing: 131n },
      lines: [{ number: 'BANKREF1', reference: '4097-1', amount: -6_394n, day: '2014-11-12', charge: 0n }],
    });
  });

  test.each([
    ['C', '', 6_394n],
    ['D', '', -6_394n],
    // RC takes a credit back, RD a debit; a funds code may follow the mark.
    ['RC', '', -6_394n],
    ['RD', '', 6_394n],
    ['C', 'P', 6_394n],
    ['RD', 'P', 6_394n],
    ['D', 'R', -6_394n],
  ])('the mark %s%s', (mark, funds, amount) => {
    const closing = `C141112GBP${amount > 0n ? '129,19' : '1,31'}`;
    const [statement] = read(message(`:61:1411121112${mark}${funds}63,94NMSCNONREF\r\n`, { closing }));
    expect(statement!.lines).toMatchObject([{ amount }]);
  });

  test('C5: a bank that writes RC for what came back to us is understood by its balances', () => {
    const entries = ':61:1411121112D63,94NTRF4097-1\r\n:61:1411121112RC63,94NTRF4097-1\r\n';
    const [statement] = read(message(entries, { closing: 'C141112GBP65,25' }));
    expect(statement!.lines.map((line) => line.amount)).toEqual([-6_394n, 6_394n]);
  });

  test.each([
    ['141231', '0102', '2015-01-02'],
    ['150102', '1231', '2014-12-31'],
    ['141112', '', '2014-11-12'],
    ['160228', '0229', '2016-02-29'],
  ])('value date %s and entry date %s are %s', (value, booked, day) => {
    const [statement] = read(message(`:61:${value}${booked}D63,94NTRFX\r\n`));
    expect(statement!.lines[0]!.day).toBe(day);
  });

  test.each([
    ['German subfields', '166?00GUTSCHRIFT?20EREF+2014111200097-1?21KREF+NONREF?22SVWZ+Text?32NAME'],
    ['German subfields cut in the middle', '166?00GUTSCHRIFT?20EREF+20141112000?2197-1SVWZ+Text?32NAME'],
    ['German subfields over two lines', '166?00GUTSCHRIFT?20EREF+20141\r\n112000?2197-1SVWZ+Text'],
    ['slashes', '/TRTP/SEPA/NAME/M GMBH/REMI/Text/EREF/2014111200097-1/IBAN/X'],
    ['slashes at the end', '/REMI/Text/EREF/2014111200097-1'],
    ['plus without subfields', 'EREF+2014111200097-1 SVWZ+Text'],
  ])('the end-to-end id in %s', (_how, information) => {
    const [statement] = read(message(`:61:1411121112D63,94NTRFNONREF//B\r\n:86:${information}\r\n`));
    expect(statement!.lines[0]!.reference).toBe('2014111200097-1');
  });

  test('free text is looked through for references, and is kept nowhere', () => {
    const [statement] = read(
      message(':61:1411121112D63,94NTRFNONREF\r\nof 4097-1\r\n:86:For Mr X, our 88-2, thanks\r\n'),
    );
    expect(statement!.lines[0]).toMatchObject({ reference: 'NONREF' });
    expect(statement!.lines[0]!.alsoNamed).toEqual(expect.arrayContaining(['4097-1', '88-2']));
  });

  test('a charge of the account’s currency; one of another currency is only words', () => {
    const entries =
      ':61:1411121112D63,94NTRFA-1\r\n:86:/CHGS/GBP1,50/\r\n:61:1411121112D0,NTRFA-2\r\n:86:/CHGS/EUR2,/\r\n';
    expect(read(message(entries))[0]!.lines.map((line) => line.charge)).toEqual([150n, 0n]);
  });

  test('several messages, network blocks, pages with interim balances, currencies without decimals', () => {
    const first = message('')
      .replace(':60F:C141111GBP65,25', ':60F:C141111JPY100,')
      .replace(':62F:C141112GBP1,31', ':62M:C141112JPY100,');
    const second = message(':61:141112C5,NTRFX\r\n')
      .replace('97/1', '97/2')
      .replace(':60F:C141111GBP65,25', ':60M:C141112JPY100,')
      .replace('GBP1,31', 'JPY105,');
    const blocks = `{1:F01BANKGB2LAXXX0000000000}{2:I940BANKGB2LXXXXN}{4:\r\n${second.replace('-\r\n', '-}{5:{CHK:1}}\r\n')}`;
    const statements = read(`ABNANL2A\r\n940\r\n${first}${blocks}`);
    expect(
      statements.map((each) => [each.statementId, each.opening, each.closing, each.lines.length]),
    ).toEqual([
      ['97/1', 100n, 100n, 0],
      ['97/2', 100n, 105n, 1],
    ]);
  });

  test('MT942 is a report of the day; what the bank only expects is no line', () => {
    const text =
      ':20:R\n:25:123\n:28C:5/1\n:34F:GBPD0,\n:13D:1411121200+0100\n:61:1411121112D63,94NTRF4097-1\n:86:x\n' +
      ':61:1411121112ED1,NTRFX\n:90D:1GBP63,94\n-\n';
    const report = {
      kind: 'intraday',
      currency: 'GBP',
      opening: null,
      closing: null,
      notBooked: 1,
      toDay: '2014-11-12',
    };
    expect(read(text)).toMatchObject([{ ...report, lines: [{ amount: -6_394n }] }]);
  });

  test('letters of a Western encoding, without anybody saying so', () => {
    const [statement] = read(message(':61:1411121112D63,94NTRF4097-1\r\n:86:R\u00fcckgabe\r\n'));
    expect(statement!.lines[0]!.alsoNamed).toContain('ckgabe');
  });

  test.each([
    [message(':61:1411121112X63,94NTRFA\r\n'), 'line 5, :61: "1411121112X63,94NTRFA" is not an entry'],
    [message(':61:1411311112D63,94NTRFA\r\n'), 'line 5, :61: "141131" is not a date (YYMMDD)'],
    [message(':61:1411121332D63,94NTRFA\r\n'), 'line 5, :61: "1332" is not an entry date (MMDD)'],
    [message(':61:1411121112D63,945NTRFA\r\n'), 'line 5, :61:: GBP has 2 decimals, "63.945" has more'],
    [message('', { opening: 'X141111GBP1,' }), 'line 4, :60F: "X141111GBP1," is not a balance'],
    [message('', { opening: 'C141111GBP65.25' }), 'line 4, :60F: "C141111GBP65.25" is not a balance'],
    [message('', { opening: 'C141111XXY1,' }), 'line 4, :60F:: "XXY" is not a currency'],
    [message('', { closing: 'C141112EUR1,' }), 'is in EUR, the opening balance in GBP'],
    [':25:1\r\n', 'line 1: :25: stands before :20:'],
    [':20:1\r\n:28C:1\r\n', 'line 1, :20: the message lacks :25:'],
    [':20:1\r\n:25:1\r\n:60F:C141111GBP1,\r\n', 'the message lacks :62F: and :62M:'],
    ['', 'there is no :20: field'],
  ])('%j is refused', (text, why) => {
    expect(() => read(text)).toThrow(why);
  });
});
