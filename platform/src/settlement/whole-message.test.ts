// A bank that says one word about a whole message: no payout of it may stay in transit for ever.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { audit } from '../audit/index.ts';
import { insertDocumentRow } from '../sandbox/bank/order-store.ts';
import { settlementWorld } from '../testing/settlement-world.ts';
import { newestBatches } from './index.ts';

let world: Awaited<ReturnType<typeof settlementWorld>>;
beforeAll(async () => {
  world = await settlementWorld('2014-11-11T02:00:00Z');
});
afterAll(() => world?.close());

test('a message that the bank rejects as a whole makes each of its payouts payable again', async () => {
  const { settlement, database, clock, auditLog } = world.platform;
  const shops = [await world.shop('GB'), await world.shop('GB')];
  for (const [place, shop] of shops.entries()) {
    const account = { accountName: 'B', accountNumber: `GB${place}` };
    const accountAddress = { street: 'High Street', postCode: 'EC1A 1BB', town: 'London', country: 'GB' };
    await settlement.changeTerms(shop.merchant.id, { ...account, accountAddress });
    await world.bank.setPayee({
      account: `GB${place}`,
      behaviour: 'execute',
      reason: 'AC04',
      delayMs: 864_000_000n,
    });
    await world.pay(shop, 5_000n);
  }
  await world.mover.moveTo(new Date('2014-11-13T00:00:00Z'));
  const { rows } = await database.pool.query('SELECT id, xml FROM settlement.message');
  expect(rows).toHaveLength(1);
  expect(rows[0].xml).toContain('pain.001.001.09');
  expect(rows[0].xml).toContain(
    '<PstlAdr><StrtNm>High Street</StrtNm><PstCd>EC1A 1BB</PstCd><TwnNm>London</TwnNm>',
  );
  const xml =
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>R</MsgId></GrpHdr>' +
    `<OrgnlGrpInfAndSts><OrgnlMsgId>TB${rows[0].id}</OrgnlMsgId><GrpSts>RJCT</GrpSts>` +
    '<StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>';
  await database.transaction((tx) =>
    insertDocumentRow(tx, { kind: 'pain.002', createdAt: clock.now(), xml }),
  );
  await world.mover.moveTo(new Date('2014-11-13T00:10:00Z'));
  for (const shop of shops) {
    const [batch] = await settlement.batchesOf({
      merchantId: shop.merchant.id,
      before: newestBatches,
      limit: 1,
    });
    expect(batch).toMatchObject({ status: 'REJECTED', payouts: [{ status: 'rejected', reason: 'FF01' }] });
  }
  await auditLog.sealAll();
  expect((await audit(world.platform.audit)).proofs.filter((proof) => !proof.ok)).toEqual([]);
});
