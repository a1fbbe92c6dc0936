// A file comes in whole or not at all, once, and one at a time for an account; what a bank corrects takes the place of what it
// sent before; reports of the day are never counted beside the statement.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findLogFaults } from '../audit-log/index.ts';
import { camtFile, plainShape, type WrittenEntry } from '../testing/bank-files.ts';
import { payoutWorld } from '../testing/payout-world.ts';
import type { Statement, StatementKind, StatementLine } from './statement.ts';

type World = Awaited<ReturnType<typeof payoutWorld>>;
let world: World['world'];
let room: World['room'];
let payout: World['payout'];
let take: World['take'];

beforeAll(async () => {
  ({ world, room, payout, take } = await payoutWorld());
});
afterAll(() => world?.close());

const line = (amount: bigint, reference = payout.reference): StatementLine => ({
  ...{ number: `N${amount}`, reference, amount, currency: 'GBP', charge: 0n, day: payout.day },
  ...{ parts: [], alsoNamed: [] },
});
const statement = (
  account: string,
  lines: readonly StatementLine[],
  of: Partial<Statement> = {},
): Statement => ({
  ...{ kind: 'statement', account, statementId: 'S1', sequence: '', currency: 'GBP', notBooked: 0, lines },
  ...{ fromDay: payout.day, toDay: payout.day, opening: 10_000n },
  closing: lines.reduce((all, each) => all + each.amount, 10_000n),
  ...of,
});
const fileOf = (statements: readonly Statement[], kind: StatementKind = 'statement') =>
  camtFile(
    statements.map((each) => ({
      statement: each,
      entries: each.lines.map((own): WrittenEntry => ({ lines: [own] })),
    })),
    { ...plainShape, kind },
  );
const breaksOf = async (account: string) =>
  (await room.breaks({ statuses: ['open', 'proposed', 'closed'], limit: 1000 })).filter(
    (found) => found.account === account,
  );
const count = async (table: string): Promise<number> =>
  Number(
    (await world.platform.database.pool.query(`SELECT count(*) FROM reconciliation.${table}`)).rows[0].count,
  );

describe('staff M6: a corrected statement takes the place of the former one', () => {
  test('a break that it has no more is closed, one that it still has stays, a new one is added', async () => {
    const account = 'M6-A';
    const wrong = statement(account, [line(-6_395n), line(-500n, 'STRANGE')]);
    expect((await take(fileOf([wrong])))[0]).toMatchObject({ version: 1, matched: 0 });
    const before = await breaksOf(account);
    expect(before.map((found) => [found.kind, found.difference])).toEqual([
      ['amount', -1n],
      ['unexpected', -500n],
    ]);
    expect(before[1]).toMatchObject({
      day: payout.day,
      statement: 'S1',
      fromDay: payout.day,
      toDay: payout.day,
    });
    const right = statement(account, [line(-6_394n), line(-500n, 'STRANGE'), line(-7n, 'OTHER')]);
    const [imported] = await take(fileOf([right]));
    expect(imported).toMatchObject({ known: false, version: 2, matched: 1 });
    expect(imported!.breaks.map((found) => [found.kind, found.difference])).toEqual([['unexpected', -7n]]);
    const after = await breaksOf(account);
    expect(after.map((found) => [found.kind, found.status, found.acts.map((act) => act.kind)])).toEqual([
      ['amount', 'closed', ['supersede']],
      ['unexpected', 'open', []],
      ['unexpected', 'open', []],
    ]);
    // Either version again changes nothing.
    for (const each of [wrong, right])
      expect(await take(fileOf([each]))).toMatchObject([{ known: true, breaks: [] }]);
    expect(await breaksOf(account)).toEqual(after);
  });

  test('what was posted for a break that the corrected statement has no more is asked back', async () => {
    const account = 'M6-B';
    await take(fileOf([statement(account, [line(-6_394n), line(-300n, 'FOR-SUSPENSE')])]));
    const [found] = await breaksOf(account);
    const act = { breakId: found!.id, reason: 'whose is it?' };
    await world.platform.database.transaction((tx) =>
      room.propose(tx, { ...act, action: 'suspense', operator: 'mei' }),
    );
    await world.platform.database.transaction((tx) => room.approve(tx, { ...act, operator: 'li' }));
    const [imported] = await take(fileOf([statement(account, [line(-6_394n)])]));
    expect(imported).toMatchObject({ version: 2, matched: 1 });
    expect(imported!.breaks).toMatchObject([{ kind: 'correction', field: 'entry', difference: 300n }]);
    const back = (await breaksOf(account)).find((each) => each.kind === 'correction')!;
    await world.platform.database.transaction((tx) =>
      room.propose(tx, { breakId: back.id, reason: 'given back', action: 'suspense', operator: 'mei' }),
    );
    await world.platform.database.transaction((tx) =>
      room.approve(tx, { breakId: back.id, reason: 'given back', operator: 'li' }),
    );
    const { house, clock, database } = world.platform;
    const suspense = await house.open('suspense', 'GBP', clock.now());
    const { rows } = await database.pool.query('SELECT balance FROM ledger.balance WHERE account_id = $1', [
      suspense.toString(),
    ]);
    expect(rows[0].balance).toBe(0n);
  });

  test('another number in the bank’s series is another statement of the same days', async () => {
    const account = 'M6-C';
    await take(fileOf([statement(account, [line(-6_394n)], { sequence: '1' })]));
    const second = statement(account, [line(-1n, 'X')], { sequence: '2', opening: 3_606n, closing: 3_605n });
    const [imported] = await take(fileOf([second]));
    expect(imported).toMatchObject({ version: 1, known: false });
    expect(imported!.breaks.map((found) => found.kind)).toEqual(['unexpected']);
  });
});

test('a file with one mistake is refused, and nothing of it is kept', async () => {
  const tables = ['file', 'statement', 'line', 'break', 'seen'];
  const before = await Promise.all(tables.map(count));
  const good = fileOf([
    statement('WHOLE-1', [line(-6_394n)]),
    statement('WHOLE-2', [line(-6_394n)]),
  ]).toString();
  const last = good.lastIndexOf('<Amt Ccy="GBP">63.94');
  const bad = `${good.slice(0, last)}<Amt Ccy="GBP">6x.94${good.slice(last + '<Amt Ccy="GBP">63.94'.length)}`;
  await expect(take(Buffer.from(bad))).rejects.toThrow(/entry 1 \(line 7\), Amt: "6x.94" is not an amount/);
  expect(await Promise.all(tables.map(count))).toEqual(before);
});

test('core: two imports of one account at once come one after the other', async () => {
  const file = fileOf([statement('AT-ONCE', [line(-6_394n)])]);
  const both = await Promise.all([take(file), take(file), take(file)]);
  expect(
    both
      .flat()
      .map((each) => each.known)
      .sort(),
  ).toEqual([false, true, true]);
  // Two versions at the same time: one of them replaces the other, whichever comes first.
  const versions = await Promise.all(
    [-1n, -2n, -3n].map((amount) => take(fileOf([statement('AT-ONCE-2', [line(amount, 'Z')])]))),
  );
  expect(
    versions
      .flat()
      .map((each) => each.version)
      .sort(),
  ).toEqual([1, 2, 3]);
  const open = (await breaksOf('AT-ONCE-2')).filter(
    (found) => found.kind === 'unexpected' && found.status === 'open',
  );
  expect(open).toHaveLength(1);
});

test('reports and notifications of a day are kept, and never counted beside its statement', async () => {
  const account = 'INTRADAY';
  const told = statement(account, [line(-6_394n), line(-5n, 'LATER')]);
  for (const kind of ['intraday', 'notification'] as const) {
    const [imported] = await take(fileOf([{ ...told, kind }], kind));
    expect(imported).toMatchObject({ kind, lines: 2, matched: 1, breaks: [] });
    expect(await take(fileOf([{ ...told, kind }], kind))).toMatchObject([{ known: true }]);
  }
  expect(await room.statementOf('LATER')).toBeNull();
  const [final] = await take(fileOf([told]));
  expect(final).toMatchObject({ kind: 'statement', known: false, matched: 1 });
  expect(final!.breaks.map((found) => found.kind)).toEqual(['unexpected']);
});

test('statements of one file are taken in the order of their days, whatever the order in the file', async () => {
  const account = 'ORDER';
  const next = new Date(Date.parse(payout.day) + 86_400_000).toISOString().slice(0, 10);
  const first = statement(account, [line(-6_394n)]);
  const second = statement(account, [], {
    statementId: 'S2',
    fromDay: next,
    toDay: next,
    opening: 3_606n,
    closing: 3_606n,
  });
  expect((await take(fileOf([second, first]))).map((each) => [each.statement, each.breaks])).toEqual([
    ['S1', []],
    ['S2', []],
  ]);
});

test('H4: statements and their lines are in the audit log: a line that is changed is named', async () => {
  const { auditLog, database } = world.platform;
  const lines = [line(-6_394n), line(-8n, 'SEALED')];
  const [imported] = await take(fileOf([statement('SEALED', lines)]));
  await auditLog.sealAll();
  const faults = () => database.snapshot(findLogFaults);
  expect(await faults()).toMatchObject({ waiting: 0n, changed: [], strays: [], treeWrong: [] });
  const { pool } = world.test.owner;
  const forge = async (text: string) => {
    await pool.query('ALTER TABLE reconciliation.line DISABLE TRIGGER USER');
    await pool.query(text, [imported!.id]);
    await pool.query('ALTER TABLE reconciliation.line ENABLE TRIGGER USER');
  };
  await forge(`UPDATE reconciliation.line SET amount = amount - 1 WHERE statement_id = $1 AND position = 2`);
  expect((await faults()).changed.join()).toContain(`${imported!.id}`);
  await forge(`UPDATE reconciliation.line SET amount = amount + 1 WHERE statement_id = $1 AND position = 2`);
  expect((await faults()).changed).toEqual([]);
  await forge(`DELETE FROM reconciliation.line WHERE statement_id = $1 AND position = 2`);
  expect((await faults()).changed.join()).toContain(`${imported!.id}`);
});

test('a statement of several pages: what is on a later page is not missing, whatever order they come in', async () => {
  const page = (
    account: string,
    number: number,
    last: boolean,
    lines: readonly StatementLine[],
    opening: bigint,
  ) => {
    const text = fileOf([
      statement(account, lines, {
        sequence: '97',
        opening,
        closing: lines.reduce((all, each) => all + each.amount, opening),
      }),
    ]);
    const pages = `<StmtPgntn><PgNb>${number}</PgNb><LastPgInd>${last}</LastPgInd></StmtPgntn>`;
    return Buffer.from(text.toString().replace('<ElctrncSeqNb>', `${pages}<ElctrncSeqNb>`));
  };
  const first = await take(page('PAGES', 1, false, [line(-7n, 'CARD')], 10_000n));
  expect(first[0]!.breaks.map((found) => found.kind)).toEqual(['unexpected']);
  const second = await take(page('PAGES', 2, true, [line(-6_394n)], 9_993n));
  expect(second).toMatchObject([{ version: 1, matched: 1, breaks: [] }]);
  // Nothing of it on the last page either: then it is missing.
  await take(page('PAGES-2', 1, false, [line(-7n, 'CARD')], 10_000n));
  const last = await take(page('PAGES-2', 2, true, [], 9_993n));
  expect(last[0]!.breaks.map((found) => found.kind)).toEqual(['missing']);
});
