// The room on the whole platform: a clean month of the bank's own statements has no break, a tampered one is explained,
// and a break is closed by two people with an entry.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { settlementWorld } from '../testing/settlement-world.ts';
import { createReconciliation, type Reconciliation } from './index.ts';

let world: Awaited<ReturnType<typeof settlementWorld>>;
let room: Reconciliation;

beforeAll(async () => {
  world = await settlementWorld('2014-11-11T02:00:00Z');
  room = createReconciliation(world.platform);
  const shop = await world.shop('HK');
  await world.platform.settlement.changeTerms(shop.merchant.id, { accountName: 'H', accountNumber: 'HK1' });
  for (let day = 11; day < 31; day++) {
    await world.mover.moveTo(new Date(`2014-11-${day}T05:00:00Z`));
    await world.pay(shop, 38_800n + BigInt(day));
  }
  await world.mover.moveTo(new Date('2014-12-04T00:00:00Z'));
});
afterAll(() => world?.close());

const send = (xml: string) =>
  room.importFile(Buffer.from(xml), { operator: 'mei', format: 'camt', encoding: null, csv: {} });
const days = Array.from({ length: 20 }, (_each, index) => `2014-11-${index + 11}`);

test('a clean month has no break, and every line is matched', async () => {
  let lines = 0;
  for (const day of days) {
    const [imported] = await send(await world.bank.statementOf('HKD', day));
    expect(imported).toMatchObject({ known: false, breaks: [], matched: imported!.lines });
    lines += imported!.lines;
  }
  // A payout and a conversion on each working day.
  expect(lines).toBeGreaterThan(20);
  expect(await send(await world.bank.statementOf('HKD', days[3]!))).toMatchObject([
    { known: true, breaks: [] },
  ]);
});

test('a tampered statement is explained, and the break is closed by two people with an entry', async () => {
  const xml = await world.bank.statementOf('HKD', '2014-12-01');
  const [imported] = await send(
    xml.replace(/<Id>STMT-[^<]*/, '<Id>STMT-TAMPERED').replace(/(<Ntry>.*?<Amt Ccy="HKD">)(\d+)/, '$11$2'),
  );
  expect(imported!.breaks.map((each) => [each.kind, each.field])).toEqual([
    ['amount', 'amount'],
    ['balance', 'closingBalance'],
  ]);
  const [open] = await room.breaks({ statuses: ['open'], limit: 10 });
  const act = { breakId: open!.id, reason: 'the bank is asked' };
  await expect(
    world.platform.database.transaction((tx) => room.approve(tx, { ...act, operator: 'li' })),
  ).rejects.toThrow('is open, not proposed');
  await world.platform.database.transaction((tx) =>
    room.propose(tx, { ...act, action: 'suspense', operator: 'mei' }),
  );
  await expect(
    world.platform.database.transaction((tx) => room.approve(tx, { ...act, operator: 'mei' })),
  ).rejects.toThrow('somebody else has to approve');
  await expect(
    world.platform.database.transaction((tx) =>
      room.propose(tx, { ...act, action: 'charge', operator: 'li' }),
    ),
  ).rejects.toThrow('is proposed');
  await world.platform.database.transaction((tx) =>
    room.refuse(tx, { ...act, operator: 'li', reason: 'look again' }),
  );
  await world.platform.database.transaction((tx) =>
    room.propose(tx, { ...act, action: 'suspense', operator: 'mei' }),
  );
  await world.platform.database.transaction((tx) => room.approve(tx, { ...act, operator: 'li' }));
  const [closed] = await room.breaks({ statuses: ['closed'], limit: 10 });
  expect(closed!.acts.map((each) => [each.kind, each.operator])).toEqual([
    ['propose', 'mei'],
    ['refuse', 'li'],
    ['propose', 'mei'],
    ['approve', 'li'],
  ]);
  const { house, clock, database } = world.platform;
  const suspense = await house.open('suspense', 'HKD', clock.now());
  const { rows } = await database.pool.query('SELECT balance FROM ledger.balance WHERE account_id = $1', [
    suspense.toString(),
  ]);
  expect(rows[0].balance).toBe(open!.difference);
  await expect(
    world.test.owner.pool.query('UPDATE reconciliation.act SET reason = $1', ['another']),
  ).rejects.toThrow('append-only');
});
