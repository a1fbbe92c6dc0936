// The limits that are told in each currency are taken, whatever the rates: what lies at them settles between the contract's.
import { money } from '@tongbao/money';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rateTable } from '../fx/rate-table.ts';
import type { Contract } from '../merchants/index.ts';
import { sampleContract } from '../testing/sample-payment.ts';
import { limitsIn, settledBy, settlementRates } from './contract-limits.ts';

const now = new Date('2014-06-02T02:00:00Z');
const contractOf = (over: Partial<Contract>): Contract => ({
  ...sampleContract,
  settlementCurrency: 'USD',
  paymentCurrencies: ['USD', 'KRW', 'THB'],
  ...over,
});
const tableOf = (perDollar: Readonly<Record<string, string>>) =>
  rateTable({
    businessDay: '2014-06-02',
    staleAfterDays: 5,
    rates: Object.entries(perDollar).map(([currency, rate]) => ({
      ...{ currency, rate, pivot: 'USD', date: '2014-06-02', source: 'test' },
    })),
  });

test('the least and the most of a currency settle within the contract’s limits', () => {
  const rate = fc.integer({ min: 1, max: 50_000_000 }).map((thousandths) => (thousandths / 1000).toFixed(3));
  const limits = fc.tuple(fc.bigInt(1n, 1_000n), fc.bigInt(1_000n, 10_000_000n));
  fc.assert(
    fc.property(rate, limits, fc.integer({ min: 0, max: 300 }), (won, [minAmount, maxAmount], spread) => {
      const contract = contractOf({ minAmount, maxAmount, settlementSpreadBps: spread });
      const rates = settlementRates(contract, tableOf({ KRW: won, THB: '32.5' }), now);
      for (const currency of contract.paymentCurrencies) {
        const { least, most } = limitsIn(contract, rates, currency)!;
        expect(least.currency).toBe(currency);
        expect(settledBy(rates, least)).toBeGreaterThanOrEqual(minAmount);
        expect(settledBy(rates, most)).toBeLessThanOrEqual(maxAmount);
      }
    }),
  );
});

test('at thirty baht a dollar ten dollars are three hundred baht, and less by the spread', () => {
  const contract = contractOf({ minAmount: 100n, maxAmount: 1_000n, settlementSpreadBps: 0 });
  const table = tableOf({ THB: '30' });
  expect(limitsIn(contract, settlementRates(contract, table, now), 'THB')).toEqual({
    // One baht brings 0.03333333 dollars: seven digits, so a hair more than thirty baht are a dollar.
    least: money('THB', 3_001n),
    most: money('THB', 30_000n),
  });
  const dearer = contractOf({ ...contract, settlementSpreadBps: 100 });
  const found = limitsIn(dearer, settlementRates(dearer, table, now), 'THB')!;
  expect(found.most).toEqual(money('THB', 30_303n));
});

test('where no rate leads to the settlement currency there are no limits, and nothing is settled', () => {
  const contract = contractOf({});
  const rates = settlementRates(contract, tableOf({ THB: '30' }), now);
  expect([...rates.keys()]).toEqual(['USD', 'THB']);
  expect(limitsIn(contract, rates, 'KRW')).toBeNull();
  expect(settledBy(rates, money('KRW', 1_000n))).toBeNull();
  expect(settledBy(rates, money('USD', 5n))).toBe(5n);
});
