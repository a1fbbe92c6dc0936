// The case itself, small: every line of the statement meets its payout.
import { expect, test } from 'vitest';
import { testDatabase } from '../platform/src/testing/index.ts';
import { bankFileCase, bankFileFormats } from './bank-files.ts';

test.each(bankFileFormats)(
  'a large statement as %s is read, matched line by line and kept, and again changes nothing',
  async (format) => {
    const { database, drop } = await testDatabase();
    try {
      const lines = 12_000;
      const figures = await bankFileCase(database, { lines, format });
      // The deal of that day is in another statement: the file is about payouts alone.
      expect(figures).toMatchObject({ format, lines, matched: lines });
      expect(figures.breaks).toBeLessThanOrEqual(1);
    } finally {
      await drop();
    }
  },
);
