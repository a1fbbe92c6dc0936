// The comparison after chaos must be able to fail: each kind of lie turns its line red.
import { expect, test } from 'vitest';
import { type Comparison, compareOrders, compareWallet, type Truth } from './compare.ts';
import { noIdTwice } from './restore.ts';

const order = { requestId: 'c0-1', paymentId: 'p1', paid: 'paid', refund: 'acknowledged' } as const;
const truth: Truth = { order, paymentId: 'p1', isPaid: true, isRefunded: true };
const bill = (billId: string, kind: 'payment' | 'refund', value: string) =>
  ({ billId, kind, payerAmount: { currency: 'CNY', value } }) as never;
const before = { balance: 1_000n, bills: [bill('old', 'payment', '-5')] };
const after = {
  balance: 1_000n,
  bills: [bill('r', 'refund', '57'), bill('p', 'payment', '-57'), bill('old', 'payment', '-5')],
};
const red = (comparisons: readonly Comparison[]) =>
  comparisons.filter(({ wrong }) => wrong.length > 0).map(({ name }) => name);

test('books that agree are all green', () => {
  expect(red([...compareOrders([truth]), ...compareWallet([truth], before, after)])).toEqual([]);
});

test.each<[string, Truth, string]>([
  ['a payment that is gone', { ...truth, paymentId: null, isPaid: false }, 'what was acknowledged is there'],
  ['another payment', { ...truth, paymentId: 'p2' }, 'what was acknowledged is there'],
  ['an acknowledged payment that is not paid', { ...truth, isPaid: false }, 'what was acknowledged is there'],
  ['a refund that is gone', { ...truth, isRefunded: false }, 'acknowledged refunds are there'],
  [
    'a refusal that charged',
    { ...truth, order: { ...order, paid: 'refused', refund: 'none' } },
    'what was refused was not charged',
  ],
  [
    'an order nobody got an answer to, paid',
    { ...truth, order: { ...order, paymentId: null, paid: 'unknown', refund: 'none' } },
    'an order without an answer is not paid: nobody could confirm it',
  ],
])('%s is found', (_what, lie, name) => {
  expect(red(compareOrders([lie]))).toEqual([name]);
});

test('a charge without an order, a bill without money and money without a bill are found', () => {
  const twice = { balance: 943n, bills: [bill('p2', 'payment', '-57'), ...after.bills] };
  expect(red(compareWallet([truth], before, twice))).toEqual([
    'each payment and refund is one bill of the payer',
  ]);
  expect(red(compareWallet([truth], before, { ...after, balance: 943n }))).toEqual([
    'the payer has what he had, less his payments, plus his refunds',
  ]);
});

test('H3: an id that comes again after a restore is found, and so is a restore that shows nothing', () => {
  const other = { ...order, paymentId: 'p2' };
  expect(noIdTwice([order], [other]).wrong).toEqual([]);
  expect(noIdTwice([order], [other, order]).wrong).toEqual(['p1']);
  expect(noIdTwice([], [other]).wrong).toHaveLength(1);
  expect(noIdTwice([order], []).wrong).toHaveLength(1);
});
