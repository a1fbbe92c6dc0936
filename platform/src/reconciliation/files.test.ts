// What holds for a file of every format: the same again changes nothing, a file whose account is busy is refused in words,
// others are answered while it is read, and operators find it in the list.
import { setImmediate } from 'node:timers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { camtFile, mt940Text, plainShape } from '../testing/bank-files.ts';
import { payoutWorld } from '../testing/payout-world.ts';
import type { StatementFormat } from './index.ts';
import { readStatements } from './read.ts';
import type { Statement, StatementLine } from './statement.ts';

type World = Awaited<ReturnType<typeof payoutWorld>>;
let world: World['world'];
let room: World['room'];
let payout: World['payout'];
let take: World['take'];

beforeAll(async () => {
  ({ world, room, payout, take } = await payoutWorld());
});
afterAll(() => world?.close());

const line = (amount: bigint, reference: string, day: string): StatementLine => ({
  ...{ number: `N${reference}`, reference, amount, currency: 'GBP', charge: 0n, day },
  ...{ parts: [], alsoNamed: [] },
});
const statementWith = (account: string, day: string, lines: readonly StatementLine[]): Statement => ({
  ...{ kind: 'statement', account, statementId: 'S1', sequence: '', currency: 'GBP', notBooked: 0, lines },
  ...{ fromDay: day, toDay: day, opening: 10_000n },
  closing: lines.reduce((all, each) => all + each.amount, 10_000n),
});
const pounds = (amount: bigint) =>
  `${amount < 0n ? '-' : ''}${(amount < 0n ? -amount : amount).toString().padStart(3, '0').replace(/(..)$/, '.$1')}`;
const writers: Readonly<Record<StatementFormat, (statement: Statement) => Buffer>> = {
  camt: (statement) =>
    camtFile([{ statement, entries: statement.lines.map((own) => ({ lines: [own] })) }], plainShape),
  mt940: (statement) =>
    Buffer.from(
      mt940Text([statement], { newline: '\r\n', blocks: false, information: 'german', fundsCode: false }),
    ),
  csv: ({ lines }) =>
    Buffer.from(
      `date,reference,amount,currency\n${lines.map((each) => `${each.day},${each.reference},${pounds(each.amount)},GBP\n`).join('')}`,
    ),
};
const formats = Object.keys(writers) as StatementFormat[];
const counts = async (): Promise<number[]> => {
  const found: number[] = [];
  for (const table of ['file', 'statement', 'line', 'break', 'seen', 'act'])
    found.push(
      Number(
        (await world.platform.database.pool.query(`SELECT count(*) FROM reconciliation.${table}`)).rows[0]
          .count,
      ),
    );
  return found;
};

describe.each(formats)('%s', (format) => {
  const csv = { account: `TWICE-${format}`, statementId: 'S1', currency: 'GBP' };
  const file = () =>
    writers[format](
      statementWith(`TWICE-${format}`, payout.day, [
        line(-6_394n, payout.reference, payout.day),
        line(-5n, 'STRANGE', payout.day),
      ]),
    );

  test('the same file twice, or three times at once, changes nothing', async () => {
    const [first] = await take(file(), { csv });
    expect(first).toMatchObject({ known: false, matched: 1, lines: 2, account: csv.account });
    expect(first!.breaks.map((found) => found.kind)).toEqual(['unexpected']);
    const before = await counts();
    expect(await take(file(), { csv })).toMatchObject([{ known: true, id: first!.id, breaks: [] }]);
    const again = await Promise.all([1, 2, 3].map(() => take(file(), { csv })));
    expect(again.flat().map((each) => each.known)).toEqual([true, true, true]);
    expect(await counts()).toEqual(before);
  });

  test('a file of a card bank is about our clearing account there, whatever the bank calls it', async () => {
    const bank = `ICBC${formats.indexOf(format)}`;
    const [imported] = await take(file(), { bank, csv: { ...csv, account: undefined } });
    expect(imported).toMatchObject({ account: `CLEARING-${bank}-GBP`, known: false });
  });

  test('others are answered while a large file is read', async () => {
    const day = '2014-11-12';
    const lines = Array.from({ length: 10_000 }, (_, place) => line(-1n, `R${place}`, day));
    const bytes = writers[format](statementWith('LARGE', day, lines));
    let turns = 0;
    let reading = true;
    const turn = () => {
      turns += 1;
      if (reading) setImmediate(turn);
    };
    setImmediate(turn);
    const [read] = await readStatements(bytes, { format, encoding: null, csv });
    reading = false;
    expect(read!.lines).toHaveLength(10_000);
    expect(turns).toBeGreaterThan(4);
  });
});

test('core: a file whose account is busy for longer than a lock is waited for is refused in words', async () => {
  const { database } = world.platform;
  const bytes = writers.camt(statementWith('BUSY', payout.day, [line(-1n, 'X', payout.day)]));
  const read = await room.read(bytes, { format: null, encoding: null, csv: {} });
  const before = await counts();
  await database.batch(async (holder) => {
    await room.take(holder, { read, operator: 'first' });
    const second = database.batch(async (tx) => {
      await tx.query({ name: 'test.short-wait', text: `SET LOCAL lock_timeout = '50ms'` });
      return room.take(tx, { read, operator: 'second' });
    });
    await expect(second).rejects.toThrow(
      'another file of the account BUSY is being imported: send this one again when that has ended',
    );
  });
  expect(await take(bytes)).toMatchObject([{ known: true }]);
  expect((await counts())[1]).toBe(before[1]! + 1);
});

test('the list: newest first, page by page, by account, and only what still has open breaks', async () => {
  const newest = { before: 2n ** 63n - 1n, limit: 50, account: null, kind: null, onlyOpen: false };
  const all = await room.statements(newest);
  expect(all.map((each) => each.id)).toEqual(all.map((each) => each.id).toSorted((a, b) => (a < b ? 1 : -1)));
  const pages: bigint[] = [];
  for (let before = newest.before; ; ) {
    const page = await room.statements({ ...newest, before, limit: 2 });
    pages.push(...page.map((each) => each.id));
    if (page.length < 2) break;
    before = page.at(-1)!.id;
  }
  expect(pages).toEqual(all.map((each) => each.id));
  const [found, ...others] = await room.statements({ ...newest, account: 'TWICE-mt940' });
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    ...{ account: 'TWICE-mt940', statement: 'S1', kind: 'statement', version: 1, replaced: false },
    ...{ currency: 'GBP', fromDay: payout.day, toDay: payout.day, lines: 2, matched: 1, notBooked: 0 },
    ...{ opening: 10_000n, closing: 3_601n, openBreaks: 1, importedBy: 'mei' },
  });
  // The bank corrects it: the former version is shown as replaced, and nothing of it is open.
  await take(
    writers.mt940(statementWith('TWICE-mt940', payout.day, [line(-6_394n, payout.reference, payout.day)])),
  );
  const versions = await room.statements({ ...newest, account: 'TWICE-mt940' });
  expect(versions.map((each) => [each.version, each.replaced, each.openBreaks])).toEqual([
    [2, false, 0],
    [1, true, 0],
  ]);
  const open = await room.statements({ ...newest, onlyOpen: true });
  expect(open.map((each) => each.account)).not.toContain('TWICE-mt940');
  expect(await room.statements({ ...newest, kind: 'intraday' })).toEqual([]);
});
