// What is missing of an application, names that are the same, documents by their bytes, checks that wait: pure, by samples and laws.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sampleFacts } from '../testing/applicant.ts';
import { usualTerms } from './admission.ts';
import { after, firstOutcomes, pauseMs } from './checks.ts';
import { type Facts, isSite, likenessOf, mediaTypeOf, missingOf, sameName } from './facts.ts';
import { faultsOf } from './terms.ts';

const today = '2026-11-30';
const missing = (facts: Facts, documents = 1) =>
  missingOf(facts, { documents, today }).map(({ field }) => field);

it('nothing is missing of a whole one; of an empty one everything is, each field once', () => {
  expect(missing(sampleFacts)).toEqual([]);
  const all = missing({}, 0);
  expect(new Set(all).size).toBe(all.length);
  expect(all).toEqual([
    ...['company.legalName', 'company.displayName', 'company.country', 'company.registrationNumber'],
    ...['company.address', 'owners', 'account.holder', 'account.number', 'sites', 'settlementCurrency'],
    ...['paymentCurrencies', 'monthlyVolume', 'contact.name', 'contact.email', 'contact.phone', 'documents'],
  ]);
});

it('each wrong field is named', () => {
  const { company, contact } = sampleFacts;
  const owner = { name: 'A', birthDate: '1970-01-01', share: 50 };
  const wrong: [Facts, string][] = [
    [{ company: { ...company, country: 'Germany' } }, 'company.country'],
    [{ company: { ...company, legalName: '   ' } }, 'company.legalName'],
    [{ owners: [owner, { ...owner, share: 51 }] }, 'owners'],
    [{ owners: [{ ...owner, share: 0 }] }, 'owners.0.share'],
    [{ owners: [owner, { ...owner, birthDate: '2014-02-30' }] }, 'owners.1.birthDate'],
    [{ owners: [{ ...owner, birthDate: '2010-12-01' }] }, 'owners.0.birthDate'],
    [{ owners: [{ ...owner, name: '' }] }, 'owners.0.name'],
    [{ sites: ['https://a.example', 'http://b.example'] }, 'sites.1'],
    [{ settlementCurrency: 'EUX' }, 'settlementCurrency'],
    [{ paymentCurrencies: ['EUR', 'EUX'] }, 'paymentCurrencies'],
    [{ contact: { ...contact, email: 'anna@home' } }, 'contact.email'],
    [{ contact: { ...contact, phone: '0761 123456' } }, 'contact.phone'],
  ];
  for (const [change, field] of wrong) expect(missing({ ...sampleFacts, ...change })).toEqual([field]);
  expect(missing({ ...sampleFacts, owners: [{ ...owner, birthDate: '2010-11-30' }] })).toEqual([]);
  expect([isSite('https://u:p@a.example'), isSite('javascript:1'), isSite('')]).toEqual([
    false,
    false,
    false,
  ]);
});

it('names: the legal form, case, marks and order of spaces count for nothing; another name is another one', () => {
  expect(likenessOf('Lindenhof Spielwaren GmbH', 'LINDENHOF  SPIELWAREN')).toBe(100);
  expect(likenessOf('Café Müller e.K.', 'Cafe Muller')).toBeGreaterThanOrEqual(sameName);
  expect(likenessOf('日出市場 株式会社', '日出市場')).toBe(100);
  expect(likenessOf('Lindenhof GmbH', 'Anna Weber')).toBeLessThan(sameName);
  expect([likenessOf('', ''), likenessOf('GmbH', 'Ltd'), likenessOf('X', 'X')]).toEqual([0, 0, 100]);
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      const likeness = likenessOf(one, other);
      expect(likeness).toBe(likenessOf(other, one));
      expect(likeness >= 0 && likeness <= 100).toBe(true);
    }),
  );
});

it('a document is what its first bytes say', () => {
  const of = (...bytes: number[]) => mediaTypeOf(Uint8Array.from(bytes));
  expect(mediaTypeOf(Buffer.from('%PDF-1.4'))).toBe('application/pdf');
  expect(of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1)).toBe('image/png');
  expect(of(0xff, 0xd8, 0xff, 0xe0)).toBe('image/jpeg');
  for (const text of ['', '%PD', '<html>', 'MZ', '<?xml version="1.0"?><svg/>'])
    expect(mediaTypeOf(Buffer.from(text))).toBeNull();
});

it('the first look: what is plain passes, what is not waits for a person or for an answer', () => {
  const results = (facts: Facts, screening = false) =>
    Object.values(firstOutcomes(facts, screening)).map(({ result }) => result);
  expect(results(sampleFacts)).toEqual(['passed', 'passed', 'waiting', 'by-hand']);
  expect(results(sampleFacts, true)).toEqual(['passed', 'passed', 'waiting', 'waiting']);
  const { account } = sampleFacts;
  expect(results({ ...sampleFacts, account: { ...account, holder: 'Anna Weber' } })[1]).toBe('by-hand');
  expect(results({ ...sampleFacts, account: { ...account, bic: 'BNPA FR PP' } })[0]).toBe('by-hand');
});

it('unknown is asked again, later each time, and at last a person looks', () => {
  const at = new Date(0);
  const row = {
    name: 'sites',
    result: 'waiting',
    detail: '',
    attempts: 0,
    next_at: at,
    checked_at: at,
    said_by: null,
  } as const;
  let next = after(row, null, at);
  const pauses: number[] = [];
  while (next.result === 'waiting') {
    pauses.push((next.next_at!.getTime() - at.getTime()) / 60_000);
    next = after(next, null, at);
  }
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64]);
  expect(next).toMatchObject({ result: 'by-hand', next_at: null, attempts: 8 });
  expect(pauseMs(20)).toBe(120 * 60_000);
  expect(after(row, { result: 'passed', detail: 'x' }, at)).toMatchObject({
    result: 'passed',
    next_at: null,
  });
});

it('the usual terms of a whole application are without a fault', () => {
  const terms = usualTerms(sampleFacts, { calendar: 'EU', timeZone: 'Europe/Berlin' });
  expect(faultsOf(terms)).toEqual([]);
  expect(terms).toMatchObject({
    accountNumber: 'DE89370400440532013000',
    accountName: 'Lindenhof Spielwaren',
  });
});
