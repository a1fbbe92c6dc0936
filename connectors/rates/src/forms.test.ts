// The European Central Bank's documents, XML and CSV, as they are published, the simple JSON, and hostile ones.
import { describe, expect, it } from 'vitest';
import { parseRates } from './forms.ts';

const envelope = (days: string) => `<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <gesmes:subject>Reference rates</gesmes:subject>
  <gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
  <Cube>${days}</Cube>
</gesmes:Envelope>`;
const day = (date: string, rates: string) => `<Cube time='${date}'>${rates}</Cube>`;
const rate = (currency: string, value: string) => `<Cube currency='${currency}' rate='${value}'/>`;

const daily = envelope(
  day('2014-11-11', rate('USD', '1.2424') + rate('CNY', '7.6107') + rate('KRW', '1358.51')),
);
const history = envelope(
  day('2014-11-11', rate('CNY', '7.6107')) +
    day('2014-11-10', rate('CNY', '7.6307')) +
    day('2014-11-07', rate('CNY', '7.5876')),
);

describe('parseRates', () => {
  it('reads the daily document', () => {
    expect(parseRates(daily)).toEqual([
      {
        date: '2014-11-11',
        pivot: 'EUR',
        perPivot: new Map([
          ['USD', '1.2424'],
          ['CNY', '7.6107'],
          ['KRW', '1358.51'],
        ]),
      },
    ]);
  });

  it('reads the history, newest day first in whatever order it comes', () => {
    expect(parseRates(history).map((one) => one.date)).toEqual(['2014-11-11', '2014-11-10', '2014-11-07']);
    const turned = envelope(
      day('2014-11-07', rate('CNY', '7.5876')) + day('2014-11-11', rate('CNY', '7.6107')),
    );
    expect(parseRates(turned).map((one) => one.date)).toEqual(['2014-11-11', '2014-11-07']);
  });

  it('leaves out withdrawn currencies, missing values and days that do not exist', () => {
    const odd = envelope(
      day(
        '2014-11-11',
        rate('CNY', '7.6107') +
          rate('LTL', '3.4528') +
          rate('KRW', 'N/A') +
          rate('JPY', '0') +
          rate('GBP', '-1'),
      ) +
        day('2014-02-30', rate('CNY', '8')) +
        day('soon', rate('CNY', '8')),
    );
    expect(parseRates(odd)).toEqual([
      { date: '2014-11-11', pivot: 'EUR', perPivot: new Map([['CNY', '7.6107']]) },
    ]);
  });

  it.each([
    ['no XML', 'Service unavailable'],
    ['nothing', ''],
    ['a document cut off at its end', daily.slice(0, -30)],
    ['a document cut off after a rate', daily.slice(0, daily.indexOf("<Cube currency='KRW'"))],
    ['a document cut off in a rate', daily.slice(0, daily.indexOf('58.51'))],
    ['a document with an unclosed rate', daily.replace("rate='7.6107'/>", "rate='7.6107'>")],
    ['another document', '<html><body>Moved</body></html>'],
    ['no day', envelope('')],
    [
      'a document with entities',
      daily.replace('<gesmes:Envelope', '<!DOCTYPE x [<!ENTITY a "b">]>\n<gesmes:Envelope'),
    ],
    ['an outside entity', `<!doctype x SYSTEM "file:///etc/passwd">${daily}`],
    ['a deep document', envelope('<Cube>'.repeat(5_000) + '</Cube>'.repeat(5_000))],
    ['a huge document', daily + ' '.repeat(16 * 1024 * 1024)],
  ])('refuses %s', (_what, text) => {
    expect(() => parseRates(text)).toThrow();
  });

  it('never expands an entity, not even a built-in one', () => {
    const spelled = envelope(day('2014-11-11', rate('CNY', '7.6107') + rate('KRW', '&#49;358')));
    expect([...parseRates(spelled)[0]!.perPivot.keys()]).toEqual(['CNY']);
  });
});

describe('the ECB’s CSV', () => {
  const wholeDay = 'Date, USD, CNY, KRW, \n11 November 2014, 1.2424, 7.6107, 1358.51, \n';
  const hist = 'Date,USD,CNY,LTL,\n2014-11-11,1.2424,7.6107,3.4528,\n2014-11-10,1.2486,N/A,3.4528,\n';

  it('is read, the daily and the historical one', () => {
    expect(parseRates(wholeDay)).toEqual(parseRates(daily));
    expect(parseRates(hist)).toEqual([
      {
        date: '2014-11-11',
        pivot: 'EUR',
        perPivot: new Map([
          ['USD', '1.2424'],
          ['CNY', '7.6107'],
        ]),
      },
      { date: '2014-11-10', pivot: 'EUR', perPivot: new Map([['USD', '1.2486']]) },
    ]);
    expect(parseRates(hist.replaceAll('\n', '\r\n'))).toEqual(parseRates(hist));
  });

  it.each([
    ['cut off in a line', hist.slice(0, -12)],
    ['cut off before its end', hist.slice(0, -1)],
    ['a head alone', 'Date,USD,\n'],
    ['another table', 'Day;USD\n2014-11-11;1.2\n'],
    ['a day that does not exist', hist.replace('2014-11-10', '2014-02-30')],
    ['a month that does not exist', wholeDay.replace('November', 'Nonember')],
    ['a line with a cell too many', hist.replace('N/A', 'N/A,1')],
  ])('refused: %s', (_what, text) => expect(() => parseRates(text)).toThrow());
});

describe('the simple JSON', () => {
  const one = { date: '2014-11-11', base: 'USD', rates: { CNY: '6.1257', KRW: 1093.45, BTC: '0.001' } };

  it('is read: a day, or a list of them, rates as texts or numbers', () => {
    const expected = {
      date: '2014-11-11',
      pivot: 'USD',
      perPivot: new Map([
        ['CNY', '6.1257'],
        ['KRW', '1093.45'],
      ]),
    };
    expect(parseRates(JSON.stringify(one))).toEqual([expected]);
    const list = JSON.stringify([{ ...one, date: '2014-11-10' }, one]);
    expect(parseRates(`\uFEFF${list}`)).toEqual([expected, { ...expected, date: '2014-11-10' }]);
  });

  it.each([
    ['cut off', JSON.stringify(one).slice(0, -1)],
    ['without a date', JSON.stringify({ ...one, date: undefined })],
    ['with a moment for a date', JSON.stringify({ ...one, date: '2014-11-11T00:00:00Z' })],
    ['without a base', JSON.stringify({ ...one, base: 'XXXX' })],
    ['without rates', JSON.stringify({ ...one, rates: null })],
    ['with a list for rates', JSON.stringify({ ...one, rates: [1] })],
    ['with no rate that is one', JSON.stringify({ ...one, rates: { CNY: 'many', KRW: -1, USD: {} } })],
    ['of nothing', '[]'],
    ['of null', '[null]'],
  ])('refused: %s', (_what, text) => expect(() => parseRates(text)).toThrow());
});
