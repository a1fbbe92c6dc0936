// The audit log over real PostgreSQL and the whole platform: everything is sealed once, in whatever order it was committed;
// what is changed, removed or written past it is named; what is signed can be verified with nothing but the public key.
import { createPublicKey, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MerchantAccess } from '../merchants/index.ts';
import { testKeys } from '../testing/keys.ts';
import { settlementWorld } from '../testing/settlement-world.ts';
import { createAuditLog, createNoteSigner, findLogFaults, LeafChanged, tileNameOf } from './index.ts';
import { leafHash } from './merkle.ts';

let world: Awaited<ReturnType<typeof settlementWorld>>;
let shop: MerchantAccess;
const signer = createNoteSigner('tongbao.test/log', testKeys.log);

const sql = (text: string, values: unknown[] = []) => world.test.owner.pool.query(text, values);
const faults = () => world.test.database.snapshot(findLogFaults);
const log = () => {
  const { database, clock } = world.platform;
  return createAuditLog({ database, clock, signer });
};

/** What somebody with the database owner's rights can do. */
async function forge(table: string, text: string): Promise<void> {
  const client = await world.test.owner.pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
    await client.query(text);
    await client.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

/** Tries a forgery, answers what the log finds, and undoes it. */
async function findingsAfter(table: string, text: string, undo: string): Promise<string[]> {
  await forge(table, text);
  const { changed, strays, treeWrong } = await faults();
  await forge(table, undo);
  expect(await faults()).toMatchObject({ changed: [], strays: [], treeWrong: [] });
  return [...changed, ...strays, ...treeWrong];
}

async function openWorld(): Promise<void> {
  world = await settlementWorld('2014-11-11T02:00:00Z');
  shop = await world.shop('KR');
  for (let number = 0; number < 90; number++) await world.pay(shop, 59_000n);
  await log().sealAll();
}
beforeAll(openWorld);
afterAll(() => world.close());

describe('sealing', () => {
  it('takes in everything once, and signs a checkpoint that the public key verifies', async () => {
    expect(await faults()).toMatchObject({ waiting: 0n, changed: [], strays: [], treeWrong: [] });
    const rows = await sql(
      'SELECT (SELECT count(*) FROM ledger.entry) + (SELECT count(*) FROM payments.event) + (SELECT count(*) FROM wallet.bank_answer) + (SELECT count(*) FROM wallet.deposit) AS rows',
    );
    const { note, verifierKey, size } = (await log().checkpoint())!;
    expect(size).toBe(BigInt(rows.rows[0].rows));
    const [text, signature] = note.split('\n\n') as [string, string];
    expect(text).toMatch(new RegExp(`^tongbao.test/log\n${size}\n[A-Za-z0-9+/]{43}=$`));
    const [name, hash, key] = verifierKey.split('+', 2).concat(verifierKey.split('+').slice(2).join('+')) as [
      string,
      string,
      string,
    ];
    const line = /^— (\S+) (\S+)\n$/.exec(signature)!;
    expect(line[1]).toBe(name);
    const bytes = Buffer.from(line[2]!, 'base64');
    expect(bytes.subarray(0, 4).toString('hex')).toBe(hash);
    const spki = Buffer.concat([
      Buffer.from('302a300506032b6570032100', 'hex'),
      Buffer.from(key, 'base64').subarray(1),
    ]);
    const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    expect(verify(null, Buffer.from(`${text}\n`), publicKey, bytes.subarray(4))).toBe(true);
    expect(verify(null, Buffer.from(`${text}.\n`), publicKey, bytes.subarray(4))).toBe(false);
  });

  it('seals what commits late under an early id, by several at once, never twice', async () => {
    const before = (await log().checkpoint())!.size;
    const { ids } = world.platform;
    const early = await ids.take(3);
    await Promise.all(Array.from({ length: 8 }, () => world.pay(shop, 1_000n)));
    await Promise.all(Array.from({ length: 6 }, () => log().sealAll()));
    for (const id of early)
      await world.platform.staff.add({
        username: `late-${id}`,
        name: 'Late',
        role: 'maker',
        merchantId: null,
        password: 'a long password',
      });
    await Promise.all(Array.from({ length: 8 }, () => world.pay(shop, 1_000n)));
    await Promise.all(Array.from({ length: 6 }, () => log().sealAll()));
    await log().sealAll();
    expect(await faults()).toMatchObject({ waiting: 0n, changed: [], strays: [], treeWrong: [] });
    expect((await log().checkpoint())!.size).toBe(before + 48n);
  });

  it('leaves nothing half done when it dies on the way, and does it again', async () => {
    await world.pay(shop, 1_000n);
    const before = (await log().checkpoint())!.size;
    await sql('ALTER TABLE audit_log.head ADD CONSTRAINT dies CHECK (size < 0) NOT VALID');
    await expect(log().sealAll()).rejects.toThrow('dies');
    await sql('ALTER TABLE audit_log.head DROP CONSTRAINT dies');
    expect(await faults()).toMatchObject({
      leaves: before,
      waiting: 3n,
      changed: [],
      strays: [],
      treeWrong: [],
    });
    await log().sealAll();
    expect((await log().checkpoint())!.size).toBe(before + 3n);
    expect(await faults()).toMatchObject({ waiting: 0n, changed: [], strays: [], treeWrong: [] });
  });

  it('cannot be changed by anybody who does not switch triggers off', async () => {
    for (const table of ['batch', 'place', 'subtree', 'head', 'checkpoint', 'words'])
      await expect(sql(`TRUNCATE audit_log.${table} CASCADE`)).rejects.toThrow('append-only');
    await expect(sql(`UPDATE audit_log.head SET root = root`)).rejects.toThrow('append-only');
  });
});

describe('security H4: the log names', () => {
  it('an entry whose account was changed with triggers off, and one that was removed', async () => {
    const { rows } = await sql(
      `SELECT id, accounts::text FROM ledger.entry WHERE kind = 'payment' ORDER BY id LIMIT 1 OFFSET 40`,
    );
    const { id, accounts } = rows[0];
    expect(
      await findingsAfter(
        'ledger.entry',
        `UPDATE ledger.entry SET accounts[1] = 999156 WHERE id = ${id}`,
        `UPDATE ledger.entry SET accounts = '${accounts}' WHERE id = ${id}`,
      ),
    ).toEqual([expect.stringMatching(`^entry ${id} was changed after it was sealed \\(leaf \\d+\\)$`)]);
    await sql(`CREATE TABLE public.kept AS SELECT * FROM ledger.entry WHERE id = ${id}`);
    expect(
      await findingsAfter(
        'ledger.entry',
        `DELETE FROM ledger.entry WHERE id = ${id}`,
        'INSERT INTO ledger.entry SELECT * FROM public.kept',
      ),
    ).toEqual([expect.stringMatching(`^entry ${id} was removed after it was sealed`)]);
  });

  it('an event whose time was changed, also by a microsecond', async () => {
    const { rows } = await sql(
      'SELECT payment_id FROM payments.event WHERE sequence = 2 ORDER BY payment_id LIMIT 1',
    );
    const where = `WHERE payment_id = ${rows[0].payment_id} AND sequence = 2`;
    expect(
      await findingsAfter(
        'payments.event',
        `UPDATE payments.event SET occurred_at = occurred_at - interval '1 microsecond' ${where}`,
        `UPDATE payments.event SET occurred_at = occurred_at + interval '1 microsecond' ${where}`,
      ),
    ).toEqual([expect.stringMatching(`^event ${rows[0].payment_id}/2 was changed`)]);
  });

  it('an entry that was written past the log, even with an old id and an old time', async () => {
    const { rows } = await sql('SELECT min(id) - 1 AS id FROM ledger.entry');
    const { id } = rows[0];
    expect(
      await findingsAfter(
        'ledger.entry',
        `INSERT INTO ledger.entry SELECT ${id}, 'top-up', payer_id, subject_id, occurred_at, accounts, amounts
         FROM ledger.entry WHERE id = ${id} + 1`,
        `DELETE FROM ledger.entry WHERE id = ${id}`,
      ),
    ).toEqual([`entry ${id} was written past the log`]);
  });

  it('a staff act whose words were changed; the leaf stays whole when words and salt are erased', async () => {
    const { staff } = world.platform;
    await staff.add({
      username: 'olga',
      name: 'Olga',
      role: 'maker',
      merchantId: null,
      password: 'a long password',
    });
    await staff
      .signIn({ username: 'olga', password: 'a wrong password', formerToken: null })
      .catch(() => undefined);
    await log().sealAll();
    const { rows } = await sql('SELECT id FROM staff.act');
    const where = `WHERE id = ${rows[0].id}`;
    expect(
      await findingsAfter(
        'staff.act',
        `UPDATE staff.act SET detail = 'nothing at all' ${where}`,
        `UPDATE staff.act SET detail = 'wrong password' ${where}`,
      ),
    ).toEqual([expect.stringMatching(`^act ${rows[0].id} was changed`)]);
    await sql(`UPDATE audit_log.words SET salt = NULL ${where}`);
    await forge('staff.act', `UPDATE staff.act SET detail = '' ${where}`);
    expect(await faults()).toMatchObject({ changed: [], strays: [], treeWrong: [] });
  });

  it('a leaf that was changed in the log itself', async () => {
    const { rows } = await sql('SELECT first FROM audit_log.batch ORDER BY first LIMIT 1');
    const flip = `UPDATE audit_log.batch SET hashes = set_byte(hashes, 5, 255 - get_byte(hashes, 5)) WHERE first = ${rows[0].first}`;
    const found = await findingsAfter('audit_log.batch', flip, flip);
    expect(found).toContainEqual(expect.stringMatching('do not make the tree of \\d+ that was signed'));
  });
});

describe('decision 0100: events that one act wrote of a payment', () => {
  let paid: { id: bigint };
  const proofOf = (sequence: number) => log().proof({ source: 'event', id: paid.id, sequence });
  const keyed = () => `WHERE payment_id = ${paid.id} AND sequence = 1`;

  beforeAll(async () => {
    const before = (await log().checkpoint())!.size;
    paid = await world.payAtOnce(shop, 59_000n);
    expect(await faults()).toMatchObject({ waiting: 2n, strays: [] });
    await log().sealAll();
    expect((await log().checkpoint())!.size).toBe(before + 2n);
  });

  it('are one leaf that proves each of them', async () => {
    expect(await faults()).toMatchObject({ waiting: 0n, changed: [], strays: [], treeWrong: [] });
    const proof = (await proofOf(1))!;
    expect(await proofOf(2)).toBe(proof);
    expect(await proofOf(3)).toBeNull();
    const extra = /^extra (.*)$/m.exec(proof)![1]!;
    expect(Buffer.from(extra, 'base64').toString()).toMatch(
      new RegExp(`^\\["events/1",${paid.id},\\[1,"created",\\d{16},0,0\\],\\[2,"paid",\\d{16},\\d+,0\\]\\]$`),
    );
  });

  it('are named both where one of them was changed, and alone where one was removed or added', async () => {
    expect(
      await findingsAfter(
        'payments.event',
        `UPDATE payments.event SET occurred_at = occurred_at - interval '1 microsecond' ${keyed()}`,
        `UPDATE payments.event SET occurred_at = occurred_at + interval '1 microsecond' ${keyed()}`,
      ),
    ).toEqual([expect.stringMatching(`^event ${paid.id}/1 or event ${paid.id}/2 was changed after`)]);
    await sql(`CREATE TABLE public.one AS SELECT * FROM payments.event ${keyed()}`);
    expect(
      await findingsAfter(
        'payments.event',
        `DELETE FROM payments.event ${keyed()}`,
        'INSERT INTO payments.event SELECT * FROM public.one',
      ),
    ).toEqual([expect.stringMatching(`^event ${paid.id}/1 was removed after it was sealed`)]);
    expect(
      await findingsAfter(
        'payments.event',
        'INSERT INTO payments.event SELECT payment_id, 3, kind, occurred_at, 0, 0 FROM public.one',
        `DELETE FROM payments.event WHERE payment_id = ${paid.id} AND sequence = 3`,
      ),
    ).toEqual([`event ${paid.id}/3 was written past the log`]);
  });

  it('cannot be sealed once more, alone, without being named', async () => {
    const again = await world.payAtOnce(shop, 1_000n);
    await log().sealAll();
    await sql(`INSERT INTO system.arrival (source, ids, sequences) VALUES ('event', '{${again.id}}', '{1}')`);
    await log().sealAll();
    expect((await faults()).strays).toEqual([`event ${again.id}/1 was sealed twice`]);
    // What stands there twice stands there for good: the rest is tried in a world of its own.
    await world.close();
    await openWorld();
  });
});

describe('what is served', () => {
  it('has tiles and bundles whose texts hash to them, and refuses a bundle whose row was changed', async () => {
    const tile = (await log().tile(tileNameOf('0/000')!))!;
    const bundle = (await log().tile(tileNameOf('entries/000')!))!;
    expect(tile).toHaveLength(256 * 32);
    let at = 0;
    for (let leaf = 0; leaf < 256; leaf++) {
      const length = bundle.readUInt16BE(at);
      const text = bundle.subarray(at + 2, at + 2 + length);
      expect(JSON.parse(text.toString())[0]).toMatch(/^(entry|event|answer|deposit)\/1$/);
      expect(leafHash(text)).toEqual(tile.subarray(leaf * 32, leaf * 32 + 32));
      at += 2 + length;
    }
    expect(at).toBe(bundle.length);
    expect(await log().tile(tileNameOf('1/000.p/1')!)).toHaveLength(32);
    expect(await log().tile(tileNameOf('1/000.p/2')!)).toBeNull();
    expect(await log().tile(tileNameOf('0/007')!)).toBeNull();
    const { rows } = await sql('SELECT ids[1] AS id FROM audit_log.batch WHERE first = 0');
    await forge('ledger.entry', `UPDATE ledger.entry SET payer_id = payer_id + 1 WHERE id = ${rows[0].id}`);
    await expect(log().tile(tileNameOf('entries/000')!)).rejects.toThrow(LeafChanged);
    await forge('ledger.entry', `UPDATE ledger.entry SET payer_id = payer_id - 1 WHERE id = ${rows[0].id}`);
  });

  it('knows the names of tiles and no others', () => {
    expect(tileNameOf('0/x001/x234/067')).toEqual({ level: 0, number: 1_234_067n, width: 256 });
    expect(tileNameOf('entries/003.p/12')).toEqual({ level: 'entries', number: 3n, width: 12 });
    for (const wrong of [
      '0/67',
      '0/x000/067',
      '0/1000',
      '0/000.p/256',
      '0/000.p/0',
      '0/000.p/01',
      '9/000',
      'entries',
      '0/001/002',
      '../0/000',
    ])
      expect(tileNameOf(wrong)).toBeNull();
  });

  it('proves an entry, in the words of C2SP tlog-proof', async () => {
    const { rows } = await sql(`SELECT id FROM ledger.entry WHERE kind = 'payment' LIMIT 1`);
    const proof = (await log().proof({ source: 'entry', id: BigInt(rows[0].id), sequence: 0 }))!;
    expect(proof).toMatch(
      /^c2sp.org\/tlog-proof@v1\nextra [A-Za-z0-9+/=]+\nindex \d+\n([A-Za-z0-9+/]{43}=\n)+\ntongbao.test\/log\n/,
    );
    expect(await log().proof({ source: 'entry', id: 1n, sequence: 0 })).toBeNull();
  });
});

describe('what nothing mends, last of all', () => {
  it('seals a row that is gone by then, and names it until it is back as it was', async () => {
    const payments = await Promise.all(Array.from({ length: 3 }, () => world.pay(shop, 1_000n)));
    const lost = payments[1]!.id;
    await sql(
      `CREATE TABLE public.lost AS SELECT * FROM payments.event WHERE payment_id = ${lost} AND sequence = 2`,
    );
    await forge('payments.event', `DELETE FROM payments.event WHERE payment_id = ${lost} AND sequence = 2`);
    const before = (await log().checkpoint())!.size;
    await log().sealAll();
    expect((await log().checkpoint())!.size).toBe(before + 9n);
    expect(await faults()).toMatchObject({
      changed: [expect.stringMatching(`^event ${lost}/2 was removed after it was sealed`)],
      strays: [],
    });
    await forge('payments.event', 'INSERT INTO payments.event SELECT * FROM public.lost');
    expect((await faults()).changed).toEqual([]);
  });

  it('seals what nobody hashed: rows as they are, those that are gone as lost, and names one that arrived twice', async () => {
    const { rows } = await sql(
      `SELECT payment_id AS id, occurred_at FROM payments.event WHERE kind = 'created' ORDER BY payment_id LIMIT 3`,
    );
    // As a release before 0100 leaves arrivals, and as an upgrade does.
    const [lost, ...there] = [5_000n, 5_001n, 5_002n];
    const event = (id: bigint) =>
      `INSERT INTO payments.event VALUES (${id}, 1, 'created', '${rows[0].occurred_at.toISOString()}', 0, 0)`;
    for (const id of there) await forge('payments.event', event(id));
    await sql(
      `INSERT INTO system.arrival (source, ids, sequences) VALUES ('event', '{5000,5001,5002}', '{1,1,1}')`,
    );
    await log().sealAll();
    expect(await faults()).toMatchObject({
      changed: [expect.stringMatching(`^event ${lost}/1 was removed after it was sealed`)],
      strays: [],
    });
    // What it was is not known: coming back it is another text.
    await forge('payments.event', event(lost!));
    expect((await faults()).changed).toEqual([expect.stringMatching(`^event ${lost}/1 was changed`)]);
    await sql(`INSERT INTO system.arrival (source, ids, sequences) VALUES ('event', '{5001,5001}', '{1,1}')`);
    await log().sealAll();
    expect((await faults()).strays).toEqual([expect.stringContaining('event 5001/1')]);
  });
});
