// core 8: one merchant's bad row stops nobody else's settlement. What failed is on the quarantine list with its reason, and is
// settled with nothing missed once an operator has released it.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { audit } from '../audit/index.ts';
import { readQuarantine, releaseItem } from '../database/index.ts';
import type { MerchantAccess } from '../merchants/index.ts';
import { type SettlementWorld, settlementWorld } from '../testing/settlement-world.ts';
import { readAnswersOf } from '../wallet/index.ts';
import { newestBatches } from './index.ts';

let world: Awaited<ReturnType<typeof settlementWorld>>;
let bad: MerchantAccess;
let good: MerchantAccess;
beforeEach(async () => {
  world = await settlementWorld('2014-11-03T02:00:00Z');
  bad = await world.shop('KR');
  good = await world.shop('KR');
  const { settlement } = world.platform;
  const account = { accountName: 'Hanbit', bankBic: 'TBSMKRKR' };
  await settlement.changeTerms(bad.merchant.id, { ...account, accountNumber: 'KR1' });
  await settlement.changeTerms(good.merchant.id, { ...account, accountNumber: 'KR2' });
});
afterEach(() => world?.close());

const sql = (text: string, ...values: unknown[]) => world.test.owner.pool.query(text, values);
const zone = (merchant: MerchantAccess, name: string) =>
  sql('UPDATE settlement.terms SET time_zone = $2 WHERE merchant_id = $1', merchant.merchant.id, name);
const statusesOf = async (of: SettlementWorld, { merchant }: MerchantAccess) =>
  (await of.platform.settlement.batchesOf({ merchantId: merchant.id, before: newestBatches, limit: 10 })).map(
    (batch) => batch.status,
  );
const held = () => readQuarantine(world.platform.database, 10);
const proofs = async () => (await audit(world.platform.audit)).proofs.filter((proof) => !proof.ok);
const moveTo = (at: string) => world.mover.moveTo(new Date(at));

async function released(at: string): Promise<void> {
  for (const item of await held()) await releaseItem(world.platform.database, item);
  await moveTo(at);
  expect(await held()).toEqual([]);
  expect(await proofs()).toEqual([]);
}

test('core 8: a time zone that does not exist, found when the batch is opened', async () => {
  await zone(bad, 'Mars/Olympus');
  await world.pay(bad, 59_000n);
  await world.pay(good, 59_000n);
  await moveTo('2014-11-07T12:00:00Z');
  expect(await statusesOf(world, good)).toEqual(['PAID']);
  expect(await statusesOf(world, bad)).toEqual([]);
  expect(await held()).toMatchObject([
    {
      timer: 'settlement intake',
      item: bad.merchant.id.toString(),
      reason: expect.stringContaining('time zone'),
    },
  ]);
  expect(await proofs()).toEqual([]);
  // What happened days before the release is not missed.
  await zone(bad, 'Asia/Seoul');
  await released('2014-11-14T12:00:00Z');
  expect(await statusesOf(world, bad)).toEqual(['PAID']);
});

test('core 8: the same, found when the batch is closed', async () => {
  await world.pay(bad, 59_000n);
  await world.pay(good, 59_000n);
  await world.platform.settlement.takeIn();
  await zone(bad, 'Mars/Olympus');
  await moveTo('2014-11-07T12:00:00Z');
  expect(await statusesOf(world, good)).toEqual(['PAID']);
  expect(await statusesOf(world, bad)).toEqual(['OPEN']);
  expect(await held()).toMatchObject([{ timer: 'settlement cut-offs', failures: 1 }]);
  await world.pay(bad, 1_000n);
  await zone(bad, 'Asia/Seoul');
  await released('2014-11-14T12:00:00Z');
  expect(await statusesOf(world, bad)).toEqual(['PAID', 'PAID']);
});

test('core 8: a closed day that is declared moves every other merchant’s batch', async () => {
  await world.pay(bad, 59_000n);
  await world.pay(good, 59_000n);
  await world.platform.settlement.takeIn();
  await zone(bad, 'Mars/Olympus');
  const day = '2014-11-03';
  await world.closeDay('KR', day);
  const [batch] = await world.platform.settlement.batchesOf({
    ...{ merchantId: good.merchant.id, before: newestBatches, limit: 1 },
  });
  expect(batch!.settlementDay).toBe('2014-11-04');
  expect(await held()).toMatchObject([{ timer: 'settlement cut-offs' }]);
});

test('core 8: an account that no bank message can carry', async () => {
  await world.pay(bad, 59_000n);
  await world.pay(good, 59_000n);
  await world.platform.settlement.takeIn();
  await sql(`CREATE FUNCTION refuse_payout() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the account cannot be written'; END $$`);
  await sql(`CREATE TRIGGER refuse BEFORE INSERT ON settlement.payout FOR EACH ROW
    WHEN (NEW.account_name = 'Bad') EXECUTE FUNCTION refuse_payout()`);
  await sql(`UPDATE settlement.terms SET account_name = 'Bad' WHERE merchant_id = $1`, bad.merchant.id);
  await moveTo('2014-11-07T12:00:00Z');
  expect(await statusesOf(world, good)).toEqual(['PAID']);
  expect(await statusesOf(world, bad)).toEqual(['CLOSED']);
  expect(await held()).toMatchObject([{ timer: 'settlement payouts' }]);
  await sql(`UPDATE settlement.terms SET account_name = 'Good' WHERE merchant_id = $1`, bad.merchant.id);
  await released('2014-11-14T12:00:00Z');
  expect(await statusesOf(world, bad)).toEqual(['PAID']);
});

test('core 8: a document that cannot be read holds up none behind it; core 1: answers that contradict are kept', async () => {
  const { database } = world.platform;
  await world.pay(good, 59_000n);
  await moveTo('2014-11-07T12:00:00Z');
  expect(await statusesOf(world, good)).toEqual(['PAID']);
  const { rows } = await sql(
    "SELECT xml FROM settlement.document WHERE kind = 'pain.002' ORDER BY cursor DESC LIMIT 1",
  );
  const paid = rows[0].xml as string;
  for (const xml of ['<broken', paid, paid.replace('>ACSC<', '>RJCT<')])
    await sql(
      "INSERT INTO sandbox_bank.document (kind, created_at, xml) VALUES ('pain.002', $1, $2)",
      world.platform.clock.now(),
      xml,
    );
  await moveTo('2014-11-08T12:00:00Z');
  expect(await statusesOf(world, good)).toEqual(['PAID']);
  const reference = /<OrgnlEndToEndId>([^<]+)</.exec(paid)![1]!;
  expect(
    (await readAnswersOf(database, [reference])).map(({ outcome, effect }) => [outcome, effect]),
  ).toEqual([
    ['approved', 'applied'],
    ['approved', 'repeated'],
    ['NARR', 'stale'],
  ]);
  expect((await held()).map(({ timer }) => timer)).toEqual(['settlement bank', 'settlement bank']);
  expect(await proofs()).toEqual([]);
});
