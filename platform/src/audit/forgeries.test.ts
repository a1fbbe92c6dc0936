// security H4: somebody with the database owner's rights changes the books so that they add up, and the verifier, with
// nothing but an export and the checkpoint that an auditor kept, says which row it was.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { money } from '@tongbao/money';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Payment } from '../payments/index.ts';
import { createSandboxBank } from '../sandbox/bank/index.ts';
import { settlementWorld } from '../testing/settlement-world.ts';
import { exportLines } from './index.ts';
import { verifyExport } from './verify.ts';
import { type Head, readCheckpointNote } from './verify-log.ts';

let world: Awaited<ReturnType<typeof settlementWorld>>;
let kept: Head;
let note: string;
let verifierKey: string;
let payment: Payment;
let atOnce: Payment;
let folder: string;
const wallets: bigint[] = [];

const query = async (text: string) => (await world.test.owner.pool.query(text)).rows;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tongbao-forgeries-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

beforeEach(async () => {
  await world?.close();
  world = await settlementWorld('2014-11-11T02:00:00Z');
  const { database, clock, customers, wallet, staff, auditLog } = world.platform;
  const bank = createSandboxBank({ database, clock, pause: async () => undefined });
  await bank.issueCard({
    bank: 'CCB',
    token: 'CCB-1',
    balance: money('CNY', 10n ** 9n),
    creditLimit: 0n,
    blocked: false,
  });
  wallets.length = 0;
  for (const number of [2, 3]) {
    const who = { name: '李娜', region: 'CN', language: 'zh-CN', kycClass: 3, pin: '200808' } as const;
    const { id: customerId } = await customers.signUp({ phone: `+861390000000${number}`, ...who });
    await bank.receive({ bank: 'CCB', amount: money('CNY', 50_000n), reference: `OPENING-${customerId}` });
    wallets.push(await wallet.openAccount({ customerId, currency: 'CNY', opening: 50_000n }));
    if (number === 3) continue;
    const face = {
      bankName: { zh: '建', en: 'CCB' },
      last4: '0001',
      kind: 'debit',
      currency: 'CNY',
    } as const;
    await wallet.addCard({ customerId, bank: 'CCB', token: 'CCB-1', ...face, status: 'active' });
    const asked = {
      kind: 'top-up',
      customerId,
      amount: money('CNY', 2_000n),
      requestId: 'top-up-1',
    } as const;
    const cardId = (await wallet.cardsOf(customerId))[0]!.id;
    await wallet.askBank((await wallet.requestTransfer({ ...asked, cardId })).id);
  }
  const shop = await world.shop('KR');
  for (let number = 0; number < 4; number++) payment = await world.pay(shop, 59_000n);
  atOnce = await world.payAtOnce(shop, 7_000n);
  await staff.add({
    username: 'olga',
    name: 'Olga',
    role: 'maker',
    merchantId: null,
    password: 'a long password',
  });
  await staff.signIn({ username: 'olga', password: 'a long password', formerToken: null });
  await auditLog.sealAll();
  const checkpoint = (await auditLog.checkpoint())!;
  ({ note, verifierKey } = checkpoint);
  kept = readCheckpointNote(note, verifierKey);
  // Life goes on after the auditor has left.
  await world.pay(shop, 1_000n);
});
afterAll(() => world?.close());

async function exported(): Promise<string[]> {
  await world.platform.auditLog.sealAll();
  const lines: string[] = [];
  const { database, clock } = world.platform;
  await exportLines({ database, exportedAt: clock.now() }, async (line) => void lines.push(line));
  return lines;
}

async function findings(): Promise<string[]> {
  const lines = await exported();
  async function* read() {
    yield* lines;
  }
  const log = { kept, verifierKey };
  const whole = await verifyExport(read(), log);
  // What does not fit into memory lies in a file: nothing else may come of it.
  const spilled = await verifyExport(read(), log, 2);
  expect([...spilled.findings].sort()).toEqual([...whole.findings].sort());
  expect(spilled.summary).toBe(whole.summary);
  return whole.findings;
}

/** In one transaction, with the triggers of some tables off and on again. */
async function forge(tables: readonly string[], statements: readonly string[]): Promise<void> {
  const client = await world.test.owner.pool.connect();
  try {
    await client.query('BEGIN');
    for (const table of tables) await client.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
    for (const text of statements) await client.query(text);
    for (const table of tables) await client.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

test('security H4: books that nobody touched are right, and only extend the checkpoint', async () => {
  expect(await findings()).toEqual([]);
  const of = (form: string) =>
    async function* () {
      for (const line of await exported()) yield line.replace(/tongbao-books\/\d/, form);
    };
  // Exports of the release before, whose leaves have one event each, are read as well.
  expect((await verifyExport(of('tongbao-books/2')(), { kept, verifierKey })).findings).toEqual([]);
  await expect(verifyExport(of('tongbao-books/1')(), { kept, verifierKey })).rejects.toThrow(
    'an export of the form tongbao-books/1, another release’s; this verifier reads tongbao-books/3 and tongbao-books/2',
  );
  const file = path.join(folder, 'books.ndjson');
  const [checkpoint, key] = [path.join(folder, 'checkpoint'), path.join(folder, 'vkey')];
  await writeFile(file, `${(await exported()).join('\n')}\n`);
  await writeFile(checkpoint, note);
  await writeFile(key, `${verifierKey}\n`);
  const verify = (...options: string[]) =>
    spawnSync(process.execPath, [fileURLToPath(new URL('verify.ts', import.meta.url)), file, ...options], {
      encoding: 'utf8',
    });
  const good = verify('--checkpoint', checkpoint, '--vkey', key);
  expect(good.stdout, good.stderr).toMatch(
    new RegExp(
      `^The books are right: .* of which the first ${kept.size} are those of the checkpoint that was kept`,
    ),
  );
  expect(good.status).toBe(0);
  await writeFile(checkpoint, note.replace(/\n\d+\n/, `\n${kept.size - 1n}\n`));
  const forged = verify('--checkpoint', checkpoint, '--vkey', verifierKey);
  expect(forged.stderr).toMatch('the checkpoint is not signed by');
  expect(forged.status).toBe(2);
});

test('security H4: a top-up of a million yuan, by plain INSERT and UPDATE', async () => {
  const id = 77n;
  await forge(
    [],
    [
      `INSERT INTO ledger.entry SELECT ${id}, kind, payer_id, subject_id, occurred_at, accounts,
       ARRAY[-100000000, 100000000]::bigint[] FROM ledger.entry WHERE kind = 'top-up'`,
      `UPDATE ledger.balance b SET balance = balance + p.amount FROM ledger.entry e,
       LATERAL unnest(e.accounts, e.amounts) p(account, amount) WHERE e.id = ${id} AND b.account_id = p.account`,
    ],
  );
  expect(await findings()).toContain(`entry ${id} was written past the log`);
});

test('security H4: an opening entry moved from one person to another, triggers off and on again', async () => {
  const [{ id }] = await query(
    `SELECT id FROM ledger.entry WHERE kind = 'opening' AND accounts[2] = ${wallets[0]}`,
  );
  await forge(
    ['ledger.entry'],
    [
      `UPDATE ledger.entry SET accounts[2] = ${wallets[1]} WHERE id = ${id}`,
      `UPDATE ledger.balance SET balance = balance - 50000 WHERE account_id = ${wallets[0]}`,
      `UPDATE ledger.balance SET balance = balance + 50000 WHERE account_id = ${wallets[1]}`,
    ],
  );
  expect(await findings()).toContainEqual(
    expect.stringMatching(`^entry ${id} was changed after it was sealed \\(leaf \\d+\\)$`),
  );
});

test('security H4: a paid payment erased whole', async () => {
  const [{ entry_id: entry }] = await query(
    `SELECT entry_id FROM payments.event WHERE payment_id = ${payment.id} AND kind = 'paid'`,
  );
  await forge(
    ['ledger.entry', 'payments.event'],
    [
      `UPDATE ledger.balance b SET balance = balance - p.amount FROM ledger.entry e,
       LATERAL unnest(e.accounts, e.amounts) p(account, amount) WHERE e.id = ${entry} AND b.account_id = p.account`,
      `DELETE FROM ledger.entry WHERE id = ${entry}`,
      `DELETE FROM payments.event WHERE payment_id = ${payment.id}`,
      `DELETE FROM payments.payment WHERE id = ${payment.id}`,
      `DELETE FROM payments.request WHERE subject_id = ${payment.id}`,
    ],
  );
  const found = await findings();
  for (const name of [`entry ${entry}`, `event ${payment.id}/1`, `event ${payment.id}/2`])
    expect(found).toContainEqual(expect.stringMatching(`^${name} was removed after it was sealed`));
});

test('security H4: an act of staff in other words, and one that never was', async () => {
  const [{ id }] = await query('SELECT id FROM staff.act');
  await forge(['staff.act'], [`UPDATE staff.act SET act = 'session.refuse' WHERE id = ${id}`]);
  expect(await findings()).toEqual([expect.stringMatching(`^act ${id} was changed after it was sealed`)]);
  await forge(['staff.act'], [`DELETE FROM staff.act WHERE id = ${id}`]);
  expect(await findings()).toEqual([expect.stringMatching(`^act ${id} was removed after it was sealed`)]);
});

test('security H4: an event’s time, an hour earlier', async () => {
  await forge(
    ['payments.event'],
    [
      `UPDATE payments.event SET occurred_at = occurred_at - interval '1 hour' WHERE payment_id = ${payment.id} AND sequence = 2`,
    ],
  );
  expect(await findings()).toEqual([
    expect.stringMatching(`^event ${payment.id}/2 was changed after it was sealed`),
  ]);
});

test('decision 0100: of events that one act wrote, the one that was removed, and both where one was changed', async () => {
  const { id } = atOnce;
  await forge(
    ['payments.event'],
    [
      `UPDATE payments.event SET occurred_at = occurred_at - interval '1 hour' WHERE payment_id = ${id} AND sequence = 1`,
    ],
  );
  expect(await findings()).toEqual([
    expect.stringMatching(`^event ${id}/1 or event ${id}/2 was changed after it was sealed`),
  ]);
  await forge(['payments.event'], [`DELETE FROM payments.event WHERE payment_id = ${id} AND sequence = 2`]);
  expect(await findings()).toContainEqual(
    expect.stringMatching(`^event ${id}/2 was removed after it was sealed`),
  );
  await forge(['payments.event'], [`DELETE FROM payments.event WHERE payment_id = ${id}`]);
  for (const sequence of [1, 2])
    expect(await findings()).toContainEqual(
      expect.stringMatching(`^event ${id}/${sequence} was removed after it was sealed`),
    );
});

test('security H4: a time, by a microsecond', async () => {
  const [{ id }] = await query(`SELECT id FROM ledger.entry WHERE kind = 'payment' ORDER BY id LIMIT 1`);
  await forge(
    ['payments.event', 'ledger.entry'],
    [
      `UPDATE payments.event SET occurred_at = occurred_at + interval '1 microsecond' WHERE payment_id = ${payment.id} AND sequence = 2`,
      `UPDATE ledger.entry SET occurred_at = occurred_at - interval '1 microsecond' WHERE id = ${id}`,
    ],
  );
  expect(await findings()).toEqual([
    expect.stringMatching(`^entry ${id} was changed after it was sealed`),
    expect.stringMatching(`^event ${payment.id}/2 was changed after it was sealed`),
  ]);
});

test('security H4: from when on entries are tied to banks, moved until after a forged one', async () => {
  const table = ['audit_log.tied_since'];
  await forge(table, [`INSERT INTO audit_log.tied_since VALUES (1, 'top-up', 1)`]);
  expect(await findings()).toEqual(['tied-since 1 was written past the log']);
  await forge(table, [
    `INSERT INTO system.arrival (source, ids, sequences) VALUES ('tied-since', '{1}', '{}')`,
    `UPDATE audit_log.tied_since SET entry_id = 4000000000000000000`,
  ]);
  expect(await findings()).toEqual([]);
  await forge(table, ['UPDATE audit_log.tied_since SET entry_id = 1']);
  expect(await findings()).toEqual([expect.stringMatching('^tied-since 1 was changed after it was sealed')]);
});

test('security H4: two entries that lean on one answer of a bank', async () => {
  // The owner makes an entry of its own, and says that the top-up's answer is about it too.
  await forge(
    [],
    [
      `INSERT INTO wallet.deposit SELECT 99, 'CCB', 'TOPUP-' || id, account_id, currency, amount, 77, now()
       FROM wallet.card_transfer WHERE kind = 'top-up'`,
    ],
  );
  expect((await findings()).join()).toMatch(/entries \d+ and \d+ lean on the bank’s one answer to TOPUP-\d+/);
});

test('security H4: an answer of a bank, the other way round', async () => {
  const [{ id }] = await query('SELECT id FROM wallet.bank_answer LIMIT 1');
  await forge(
    ['wallet.bank_answer'],
    [`UPDATE wallet.bank_answer SET outcome = 'declined' WHERE id = ${id}`],
  );
  expect(await findings()).toContainEqual(
    expect.stringMatching(`^answer ${id} was changed after it was sealed`),
  );
});

test('security H4: rows and their leaves rewritten together, as if it had always been so', async () => {
  const [{ id }] = await query(`SELECT id FROM ledger.entry WHERE kind = 'payment' ORDER BY id LIMIT 1`);
  await forge(
    ['ledger.entry', 'audit_log.batch'],
    [
      `UPDATE ledger.entry SET payer_id = payer_id + 1 WHERE id = ${id}`,
      `UPDATE audit_log.batch b SET hashes = (
       SELECT string_agg(sha256('\\x00'::bytea || convert_to(l.text, 'UTF8')), ''::bytea ORDER BY k.place)
       FROM unnest(b.ids) WITH ORDINALITY k(id, place) JOIN audit_log.entry_leaf l ON l.id = k.id)
     WHERE b.source = 'entry'`,
    ],
  );
  expect(await findings()).toContainEqual(
    `the log was rewritten: its first ${kept.size} leaves do not make the checkpoint that was kept`,
  );
});

test('security H4: the whole log begun anew over falsified books', async () => {
  const tables = ['batch', 'place', 'subtree', 'head', 'checkpoint'].map((table) => `audit_log.${table}`);
  const [{ id }] = await query(`SELECT id FROM ledger.entry WHERE kind = 'payment' ORDER BY id LIMIT 1`);
  await forge(
    ['ledger.entry', ...tables],
    [
      `UPDATE ledger.entry SET payer_id = payer_id + 1 WHERE id = ${id}`,
      'DELETE FROM audit_log.checkpoint',
      'DELETE FROM audit_log.place',
      'DELETE FROM audit_log.batch',
      'DELETE FROM audit_log.subtree',
      'DELETE FROM audit_log.head',
      `INSERT INTO system.arrival (source, ids, sequences) SELECT 'entry', array_agg(id), '{}' FROM ledger.entry`,
      `INSERT INTO system.arrival (source, ids, sequences) SELECT 'event', array_agg(payment_id), array_agg(sequence::bigint)
     FROM payments.event`,
    ],
  );
  expect((await findings()).join('\n')).toMatch(/the log was rewritten|the checkpoint that was kept has/);
});
