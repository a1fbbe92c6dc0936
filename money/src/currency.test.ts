// The currency table against facts that ISO 4217 states: what has no minor units, what has three or four, what is gone.
import { describe, expect, it } from 'vitest';
import { currencies, currency, currencyByNumeric, isCurrency, MoneyError, minorUnits } from './currency.ts';

const withMinorUnits = (count: number) =>
  currencies()
    .filter((entry) => entry.minorUnits === count)
    .map((entry) => entry.code)
    .sort()
    .join(' ');

describe('the currency table', () => {
  it('has every currency in use once, by code and by number', () => {
    const all = currencies();
    expect(all.length).toBe(165);
    expect(new Set(all.map((entry) => entry.code)).size).toBe(all.length);
    expect(new Set(all.map((entry) => entry.numeric)).size).toBe(all.length);
    for (const entry of all) {
      expect(entry.code).toMatch(/^[A-Z]{3}$/);
      expect(entry.numeric).toBeGreaterThan(0);
      expect(entry.numeric).toBeLessThan(1000);
      expect(entry.name).toBe(entry.name.trim());
      expect(currencyByNumeric(entry.numeric)).toBe(currency(entry.code));
    }
  });

  it('has the minor units of ISO 4217 where they are not two', () => {
    expect(withMinorUnits(0)).toBe('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF');
    expect(withMinorUnits(3)).toBe('BHD IQD JOD KWD LYD OMR TND');
    expect(withMinorUnits(4)).toBe('CLF UYW');
    expect(withMinorUnits(2).split(' ').length).toBe(165 - 17 - 7 - 2);
  });

  it('knows the currencies of the first merchants and shoppers', () => {
    expect(
      ['CNY', 'KRW', 'JPY', 'GBP', 'HKD', 'TWD'].map((code) => [currency(code).numeric, minorUnits(code)]),
    ).toEqual([
      [156, 2],
      [410, 0],
      [392, 0],
      [826, 2],
      [344, 2],
      [901, 2],
    ]);
  });

  it('has no withdrawn currency, no metal, no test code, and only upper case', () => {
    const gone = [
      'ANG',
      'BGN',
      'CUC',
      'HRK',
      'SLL',
      'ZWL',
      'DEM',
      'XAU',
      'XAG',
      'XDR',
      'XTS',
      'XXX',
      'krw',
      '',
      'constructor',
    ];
    for (const code of gone) {
      expect(isCurrency(code)).toBe(false);
      expect(() => currency(code)).toThrow(MoneyError);
    }
    expect(() => currencyByNumeric(999)).toThrow(MoneyError);
    // Callers in other packages know the error by its name.
    expect(() => currency('XXX')).toThrow(expect.objectContaining({ name: 'MoneyError' }));
  });
});
