// The European Central Bank's documents: the daily and the historical one as they are published, and hostile ones.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ecbSource, parseEurofxref } from './ecb.ts';

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

describe('parseEurofxref', () => {
  it('reads the daily document', () => {
    expect(parseEurofxref(daily)).toEqual([
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
    expect(parseEurofxref(history).map((one) => one.date)).toEqual([
      '2014-11-11',
      '2014-11-10',
      '2014-11-07',
    ]);
    const turned = envelope(
      day('2014-11-07', rate('CNY', '7.5876')) + day('2014-11-11', rate('CNY', '7.6107')),
    );
    expect(parseEurofxref(turned).map((one) => one.date)).toEqual(['2014-11-11', '2014-11-07']);
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
    expect(parseEurofxref(odd)).toEqual([
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
    expect(() => parseEurofxref(text)).toThrow();
  });

  it('never expands an entity, not even a built-in one', () => {
    const spelled = envelope(day('2014-11-11', rate('CNY', '7.6107') + rate('KRW', '&#49;358')));
    expect([...parseEurofxref(spelled)[0]!.perPivot.keys()]).toEqual(['CNY']);
  });
});

describe('ecbSource', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'ecb-'));
    await writeFile(path.join(folder, 'hist.xml'), history);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('reads a file without the network, and answers the days that were asked for', async () => {
    const offline = ecbSource(path.join(folder, 'hist.xml'), () => Promise.reject(new Error('no network')));
    expect((await offline.ratesUpTo('2014-11-10', 4)).map((one) => one.date)).toEqual([
      '2014-11-10',
      '2014-11-07',
    ]);
    expect((await offline.ratesUpTo('2014-11-10', 3)).map((one) => one.date)).toEqual(['2014-11-10']);
    await expect(
      ecbSource(path.join(folder, 'none.xml'), async () => daily).ratesUpTo('2014-11-10', 3),
    ).rejects.toThrow();
  });

  it('reads a URL through the fetcher that it was given', async () => {
    const asked: string[] = [];
    const online = ecbSource('https://rates.example/eurofxref-daily.xml', async (url) => {
      asked.push(url);
      return daily;
    });
    expect((await online.ratesUpTo('2014-11-11', 30))[0]!.perPivot.get('KRW')).toBe('1358.51');
    expect(asked).toEqual(['https://rates.example/eurofxref-daily.xml']);
  });
});
