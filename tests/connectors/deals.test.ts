// Conversions with a bank that is spoken to by files: nobody asks it by file, two people note and confirm what was agreed with
// its desk, the books move once at that, and the bank's statement is found by its own reference.
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createBankFiles } from '@tongbao/connector-bank-files';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { audit, exportLines } from '../../platform/src/audit/index.ts';
import { verifyExport } from '../../platform/src/audit/verify.ts';
import { agreeDeal, decideAgreement, handDeals } from '../../platform/src/operators/index.ts';
import { dayStatement } from '../../platform/src/sandbox/bank/documents.ts';
import { createBankJournal } from '../../platform/src/settlement/index.ts';
import type { Member } from '../../platform/src/staff/index.ts';
import { settlementWorld } from '../../platform/src/testing/settlement-world.ts';
import { bankSide, placeOf } from './bank-files-driver.ts';

const account = { bic: 'TBSBHKHH', number: '9000GBP0001', initiation: 'pain.001.001.09' } as const;
let folder: string;
let side: ReturnType<typeof bankSide>;
let world: Awaited<ReturnType<typeof settlementWorld>>;
const people: Record<string, Member> = {};
const failures: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tongbao-deals-'));
  side = bankSide(folder);
  const within = (name: string) => `${folder}/${name}`;
  for (const name of ['out', 'in', 'done', 'bank']) await mkdir(within(name));
  world = await settlementWorld('2014-11-11T02:00:00Z', undefined, async ({ database, clock }) => {
    const bank = createBankFiles({
      ...{ place: placeOf(null), journal: createBankJournal(database) },
      folders: { out: within('out'), in: within('in'), done: within('done') },
      accounts: new Map([['GBP', account]]),
      now: () => clock.now(),
      random: () => randomBytes(8).toString('hex'),
      ...{ pollMs: 3_600_000, quietMs: 1_800_000, onFailed: (_error, name) => failures.push(name) },
    });
    return { settlementBank: { ...bank, execution: null }, statements: bank };
  });
  const { staff } = world.platform;
  for (const [username, role] of [
    ['mei', 'maker'],
    ['li', 'checker'],
    ['wu', 'checker'],
  ] as const) {
    const password = 'correct horse battery';
    await staff.add({ username, role, name: username, merchantId: null, password });
    people[username] = await staff.confirm({ username, password });
  }
});
afterAll(async () => {
  await world?.close();
  await rm(folder, { recursive: true, force: true });
});

const waiting = async () => (await handDeals(world.platform)).deals;
const agreed = (more: object = {}) => ({
  ...{
    bankReference: 'FXD/4711',
    terms: { rate: '9.8' },
    valueDate: '2014-11-13',
    reason: 'called the desk',
    ...more,
  },
});
const agree = (id: string, more: object = {}, as = 'mei') =>
  agreeDeal(world.platform, people[as]!, { id: BigInt(id), agreed: agreed(more) as never });
const decide = (id: bigint, approved: boolean, as = 'li') =>
  decideAgreement(world.platform, people[as]!, { id, approved, reason: 'letter seen' });
const refused = (field: string) => expect.objectContaining({ code: 'deal-refused', detail: { field } });
const positions = async () =>
  new Map(
    (await world.platform.settlement.treasury(10)).positions.map((each) => [each.currency, each.amount]),
  );
async function expectGreen(): Promise<void> {
  await world.platform.auditLog.sealAll();
  expect((await audit(world.platform.audit)).proofs.filter((proof) => !proof.ok)).toEqual([]);
  const { database, clock } = world.platform;
  const lines: string[] = [];
  await exportLines({ database, exportedAt: clock.now() }, async (line) => void lines.push(line));
  async function* read() {
    yield* lines;
  }
  expect((await verifyExport(read())).findings).toEqual([]);
}

test('a deal waits for people, and the next day closes only what came since', async () => {
  const shop = await world.shop('GB');
  await world.pay(shop, 45_000n);
  await world.mover.moveTo(new Date('2014-11-11T17:00:00Z'));
  expect(await waiting()).toMatchObject([
    { day: '2014-11-11', currency: 'GBP', bought: '45000', homeCurrency: 'CNY', agreement: null },
  ]);
  expect((await positions()).get('GBP')).toBe(-45_000n);
  await world.pay(shop, 1_000n);
  await world.mover.moveTo(new Date('2014-11-12T17:00:00Z'));
  expect((await waiting()).map(({ day, bought }) => [day, bought])).toEqual([
    ['2014-11-11', '45000'],
    ['2014-11-12', '1000'],
  ]);
  expect(failures).toEqual([]);
  expect(await side.collect()).not.toContainEqual(
    expect.objectContaining({ xml: expect.stringContaining('FX') }),
  );
  await expectGreen();
});

test('what is far off, badly written or out of its days is refused, and nothing is kept', async () => {
  const [deal] = await waiting();
  const { id } = deal!;
  for (const [field, more] of [
    ['rate', { terms: { rate: '11.2' } }],
    ['rate', { terms: { rate: 'ten' } }],
    ['cost', { terms: { bought: '45000', cost: '300000' } }],
    ['bought', { terms: { bought: '44000', cost: '440000' } }],
    ['bankReference', { bankReference: ' ' }],
    ['bankReference', { bankReference: 'FX\n1' }],
    ['valueDate', { valueDate: '2014-11-10' }],
    ['valueDate', { valueDate: '2014-12-12' }],
    ['valueDate', { valueDate: '2014-02-30' }],
    ['reason', { reason: ' ' }],
  ] as const)
    await expect(agree(id, more), field).rejects.toEqual(refused(field));
  await expect(agree('4711')).rejects.toEqual(refused('id'));
  expect(await waiting()).toMatchObject([{ agreement: null }, { agreement: null }]);
  const { rows } = await world.test.owner.pool.query(`SELECT 1 FROM staff.act WHERE act LIKE 'deal.%'`);
  expect(rows).toEqual([]);
});

test('two people note and confirm it; it is booked once at what was agreed', async () => {
  const [first, second] = await waiting();
  const atOnce = await Promise.allSettled([
    agree(first!.id),
    agree(first!.id, { bankReference: 'FXD/4712' }),
  ]);
  expect(atOnce.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const [noted] = (await waiting()).map(({ agreement }) => agreement!);
  // The same reference of the bank, however it is written, for another deal.
  await expect(agree(second!.id, { bankReference: noted!.bankReference.toLowerCase() })).rejects.toEqual(
    refused('bankReference'),
  );
  const id = BigInt(noted!.id);
  await expect(decide(id, true, 'mei')).rejects.toEqual(refused('operator'));
  await expect(decide(4711n, true)).rejects.toEqual(refused('id'));
  // Refused, it may be noted again; that one counts.
  await decide(id, false);
  await expect(decide(id, true, 'wu')).rejects.toEqual(refused('id'));
  const again = await agree(first!.id, { terms: { bought: '45000', cost: '441234' } });
  expect((await waiting())[0]).toMatchObject({
    agreement: {
      cost: '441234',
      better: (BigInt(first!.expectedCost) - 441_234n).toString(),
      proposedBy: 'mei',
    },
  });
  const both = await Promise.allSettled([decide(again, true, 'li'), decide(again, true, 'wu')]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const { deals } = await world.platform.settlement.treasury(10);
  const made = deals.find(({ day }) => day === '2014-11-11')!;
  expect(made).toMatchObject({ cost: 441_234n, gain: made.collected - 441_234n });
  expect(made.entry_id).not.toBe(0n);
  expect((await positions()).get('GBP')).toBe(-1_000n);
  await expect(agree(first!.id, { bankReference: 'FXD/9' })).rejects.toEqual(refused('id'));
  await expectGreen();
  const { rows } = await world.test.owner.pool.query(
    `SELECT m.username || ' ' || a.act AS said FROM staff.act a JOIN staff.member m ON m.id = a.member_id
     WHERE a.act LIKE 'deal.%' ORDER BY a.id`,
  );
  const said = rows.map((row) => row.said);
  expect(said.slice(0, 3)).toEqual(['mei deal.agree', 'li deal.refuse', 'mei deal.agree']);
  expect(said.slice(3)).toEqual([expect.stringMatching(/^(li|wu) deal.approve$/)]);
});

test('the bank’s statement is found by the bank’s reference on the value date', async () => {
  const day = '2014-11-13';
  const statement = dayStatement({
    account: { ...account, currency: 'GBP' },
    day,
    from: new Date(`${day}T00:00:00Z`),
    to: new Date('2014-11-14T00:00:00Z'),
    opening: 100_000n,
    entries: [{ line: 1, reference: 'FXD/4711', amount: 45_000n, bookedAt: new Date(`${day}T09:00:00Z`) }],
  });
  await side.leave('stmt.xml', statement);
  await world.mover.moveTo(new Date('2014-11-14T15:00:00Z'));
  const [found] = await world.platform.reconciliation.statements({
    ...{ before: 2n ** 63n - 1n, limit: 10, onlyOpen: false, account: null, kind: null },
  });
  expect(found).toMatchObject({ lines: 1, matched: 1, openBreaks: 0 });
  await expectGreen();
});

test('an operator who may only look sees it, and a deal that is made by itself is nobody’s to note', async () => {
  const [second] = await waiting();
  const { pool } = world.test.owner;
  await pool.query('UPDATE settlement.deal SET by_hand_since = NULL WHERE id = $1', [second!.id]);
  await expect(agree(second!.id, { bankReference: 'FXD/5' })).rejects.toEqual(refused('id'));
  await pool.query('UPDATE settlement.deal SET by_hand_since = now() WHERE id = $1', [second!.id]);
  expect(await waiting()).toHaveLength(1);
});
