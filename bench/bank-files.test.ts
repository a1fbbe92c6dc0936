// The case itself, small: every line of the statement meets its payout.
import { expect, test } from 'vitest';
import { testDatabase } from '../platform/src/testing/index.ts';
import { bankFileCase } from './bank-files.ts';

test('a large statement is read, matched line by line and kept, and again changes nothing', async () => {
  const { database, drop } = await testDatabase();
  try {
    const lines = 12_000;
    const figures = await bankFileCase(database, { lines });
    // The deal of that day is in another statement: the file is about payouts alone.
    expect(figures).toMatchObject({ lines, matched: lines });
    expect(figures.breaks).toBeLessThanOrEqual(1);
  } finally {
    await drop();
  }
});
