// The settlement case itself, small: it settles what it made, and the proofs hold over it.
import { expect, test } from 'vitest';
import { testDatabase } from '../platform/src/testing/index.ts';
import { settlementCase } from './settlement.ts';

test('a day of payments is settled, paid and filed, and all proofs hold', async () => {
  const { database, drop } = await testDatabase();
  try {
    const figures = await settlementCase(database, { payments: 2_000, prove: true });
    // 59,000 less 885 discount fee, 10 fixed and a tenth of both, rounded to 90.
    expect(figures).toMatchObject({ payments: 2_000, status: 'PAID', net: 2_000n * 58_015n, proved: true });
    expect(figures.fileBytes).toBeGreaterThan(2_000 * 200);
  } finally {
    await drop();
  }
});
