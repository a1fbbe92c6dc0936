// Merchants are paid by files over a real OpenSSH server: payouts really go out, the bank's answers and statements come in
// by the same import as by hand, also when the server was away in between.
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { createBankFiles } from '@tongbao/connector-bank-files';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { audit } from '../../platform/src/audit/index.ts';
import { dayStatement } from '../../platform/src/sandbox/bank/documents.ts';
import { createBankJournal, newestBatches } from '../../platform/src/settlement/index.ts';
import { settlementWorld } from '../../platform/src/testing/settlement-world.ts';
import { bankSide, placeOf } from './bank-files-driver.ts';
import { isSkipped, openSshd, type Sshd } from './sshd.ts';

const account = { bic: 'TBSBHKHH', number: '9000GBP0001', initiation: 'pain.001.001.09' } as const;
const failures: string[] = [];

let server: Sshd;
let side: ReturnType<typeof bankSide>;
let world: Awaited<ReturnType<typeof settlementWorld>>;

beforeAll(async () => {
  if (isSkipped) return;
  server = await openSshd();
  side = bankSide(server.folder);
  const folder = (name: string) => `${server.folder}/${name}`;
  for (const name of ['out', 'in', 'done', 'bank']) await mkdir(folder(name));
  world = await settlementWorld('2014-11-11T02:00:00Z', undefined, async ({ database, clock }) => {
    const bank = createBankFiles({
      place: placeOf(server),
      journal: createBankJournal(database),
      folders: { out: folder('out'), in: folder('in'), done: folder('done') },
      accounts: new Map([['GBP', account]]),
      now: () => clock.now(),
      random: () => randomBytes(8).toString('hex'),
      ...{ pollMs: 3_600_000, quietMs: 1_800_000, onFailed: (_error, name) => failures.push(name) },
    });
    // Deals are agreed with the bank's desk.
    return { settlementBank: { ...bank, exchange: async () => 'done', execution: null }, statements: bank };
  });
});
afterAll(async () => {
  await world?.close();
  await server?.close();
});

const batchOf = async (merchantId: bigint) =>
  (await world.platform.settlement.batchesOf({ merchantId, before: newestBatches, limit: 1 }))[0]!;

const transfersIn = (xml: string) =>
  [...xml.matchAll(/<EndToEndId>([^<]+)<\/EndToEndId>[\s\S]*?<InstdAmt Ccy="GBP">([\d.]+)</g)].map(
    ([, endToEndId, amount]) => ({ endToEndId: endToEndId!, amount: BigInt(amount!.replace('.', '')) }),
  );

describe.skipIf(isSkipped)('settlement by files', () => {
  test('a payout goes out once, is answered, and its statement matches', async () => {
    const shops = [await world.shop('GB'), await world.shop('GB')];
    for (const [place, shop] of shops.entries()) {
      await world.platform.settlement.changeTerms(shop.merchant.id, {
        accountName: `Shop ${place}`,
        accountNumber: `GB${place}`,
      });
      await world.pay(shop, 5_000n + BigInt(place));
    }
    await server.stop();
    await world.mover.moveTo(new Date('2014-11-13T00:00:00Z'));
    expect(await side.collect()).toEqual([]);
    expect((await batchOf(shops[0]!.merchant.id)).status).toBe('IN_TRANSIT');
    await server.start();
    await world.mover.moveTo(new Date('2014-11-13T12:00:00Z'));
    const messages = await side.collect();
    expect(messages).toHaveLength(1);
    const { messageId, xml } = messages[0]!;
    const transfers = transfersIn(xml);
    expect(transfers).toHaveLength(2);
    expect(xml).toContain(account.number);
    for (const { endToEndId } of transfers) await side.answer({ messageId, endToEndId, paid: true });
    await side.repeat();
    await world.mover.moveTo(new Date('2014-11-13T15:00:00Z'));
    for (const shop of shops)
      expect(await batchOf(shop.merchant.id)).toMatchObject({
        status: 'PAID',
        payouts: [{ status: 'paid' }],
      });
    const bookedAt = new Date('2014-11-13T13:00:00Z');
    const statement = dayStatement({
      account: { ...account, currency: 'GBP' },
      day: '2014-11-13',
      from: new Date('2014-11-13T00:00:00Z'),
      to: new Date('2014-11-14T00:00:00Z'),
      opening: 100_000n,
      entries: transfers.map(({ endToEndId, amount }, line) => ({
        ...{ line: line + 1, reference: endToEndId, amount: -amount, bookedAt },
      })),
    });
    await side.leave('stmt.xml', statement);
    await side.leave('stmt-again.xml', statement);
    await world.mover.moveTo(new Date('2014-11-14T15:00:00Z'));
    for (const { endToEndId } of transfers)
      expect(await world.platform.reconciliation.statementOf(endToEndId)).toMatchObject({
        statementId: 'STMT-GBP-2014-11-13',
      });
    const { rows } = await world.test.owner.pool.query(
      'SELECT matched, imported_by FROM reconciliation.statement ORDER BY id',
    );
    expect(rows).toEqual([{ matched: 2, imported_by: 'bank-files' }]);
    expect(await side.collect()).toEqual([]);
    await world.platform.auditLog.sealAll();
    expect((await audit(world.platform.audit)).proofs.filter((proof) => !proof.ok)).toEqual([]);
  });

  test('an MT940 comes in when it has lain still; one that cannot be read waits for people, and stops none', async () => {
    const mt940 = (number: number, closing: string) =>
      `:20:TEST\r\n:25:${account.number}\r\n:28C:${number}/1\r\n:60F:C141114GBP900,00\r\n:62F:C141114GBP${closing}\r\n-`;
    await side.leave('a-broken.sta', mt940(1, '9x,00'));
    await side.leave('b-good.sta', mt940(2, '900,00').slice(0, -1));
    await world.mover.moveTo(new Date('2014-11-14T23:00:00Z'));
    const { rows } = await world.test.owner.pool.query(
      `SELECT statement_id FROM reconciliation.statement WHERE kind = 'statement' ORDER BY id OFFSET 1`,
    );
    const held = await world.test.owner.pool.query(
      `SELECT timer, reason FROM system.quarantine WHERE timer = 'bank statements'`,
    );
    expect(rows).toEqual([{ statement_id: '2/1' }]);
    expect(held.rows).toHaveLength(1);
    expect(held.rows[0].reason).toContain('9x,00');
    expect(failures).toEqual([]);
  });

  test('a server with another host key, or that does not know our key, is not spoken to', async () => {
    const { hostKey } = server;
    const wrong = placeOf({
      ...server,
      hostKey: hostKey.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    });
    await expect(wrong.list(server.folder)).rejects.toThrow(`shows the host key ${hostKey}`);
    const stranger = await openSshd();
    const unknown = placeOf({ ...server, privateKey: stranger.privateKey });
    await expect(unknown.list(server.folder)).rejects.toThrow(/authentication/i);
    await stranger.close();
    await wrong.close();
    await unknown.close();
  });
});
