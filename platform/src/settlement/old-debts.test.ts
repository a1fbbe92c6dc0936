// A database of a release before debts had accounts of their own: what stood below zero becomes what it is, and refunds that a
// bank was being asked about have their money put aside. Migrations alone, on rows as that release left them.
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blankDatabase } from '../testing/index.ts';

const folder = new URL('../database/migrations/', import.meta.url);
const firstOfDebts = '0085';
let blank: Awaited<ReturnType<typeof blankDatabase>>;
let client: pg.Client;

async function migrate(which: (name: string) => boolean): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  for (const name of names.filter(which)) {
    await client.query('BEGIN');
    await client.query(await readFile(new URL(name, folder), 'utf8'));
    await client.query('COMMIT');
  }
}

const at = '2014-11-11T02:00:00Z';
// Three shops: one that owes 1,200,000, one whose card refund of 59,000 is in progress and has 58,115 pending, one that is fine.
const shops = [
  { id: 11, pending: 900_001_410n, balance: -1_200_000n },
  { id: 12, pending: 900_002_410n, balance: 58_115n },
  { id: 13, pending: 900_003_410n, balance: 7_000n },
];
const position = 900_009_410n;

async function oldWorld(): Promise<void> {
  const sum = shops.reduce((all, shop) => all + shop.balance, 0n);
  const account = (id: bigint, code: string, kind: string, owner: number | null, balance: bigint) =>
    client
      .query(
        `INSERT INTO ledger.account (id, code, kind, currency, owner_id, created_at) VALUES ($1, $2, $3, 'KRW', $4, $5)`,
        [id, code, kind, owner, at],
      )
      .then(() =>
        client.query('INSERT INTO ledger.balance (account_id, balance) VALUES ($1, $2)', [id, balance]),
      );
  await account(position, 'fx-position:KRW', 'fx-position', null, -sum);
  for (const { id, pending, balance } of shops) {
    await account(pending, `merchant-pending:${id}:KRW`, 'merchant-pending', id, balance);
    await client.query(
      `INSERT INTO merchants.merchant (id, client_id, partner, classic_md5_key, name, display_name, region, status, created_at)
       VALUES ($1, $3, $3, 'k', 'S', 'S', 'KR', 'active', $2)`,
      [id, at, `20885014100000${id}`],
    );
    await client.query(
      `INSERT INTO merchants.contract (merchant_id, settlement_currency, payment_currencies, fee_bps, spread_bps, returns_fee,
         regions, calendar, time_zone, min_amount, max_amount, refund_window_days, live_from, pending_account)
       VALUES ($1, 'KRW', '{KRW}', 150, 50, false, '{CN}', 'KR', 'Asia/Seoul', 100, 1000000, 365, $2, $3)`,
      [id, at, pending],
    );
    await client.query(
      `INSERT INTO ledger.entry (id, kind, payer_id, subject_id, occurred_at, accounts, amounts)
       VALUES ($1, 'payment', 0, 0, $2, $3, $4)`,
      [5_000 + id, at, [pending, position], [balance, -balance]],
    );
  }
  await client.query('SELECT nextval($1)', ['system.id_block']);
  await client.query("SELECT setval('system.id_block', 100)");
  await client.query(
    `INSERT INTO payments.payment (id, merchant_id, payer_id, status, currency, amount, payer_currency, payer_amount, mid_amount,
       fee, created_at, expires_at, paid_at, card_id, funding_account, refunding, refunding_to_payer, events, request_id,
       conditions_id, quote_id, locked_at, order_facts)
     VALUES (70, 12, 7, 'paid', 'KRW', 59000, 'CNY', 33556, 33389, 885, $1, $1, $1, 3, 9156, 59000, 33556, 4, 'r', 1, 0, $1, '{}')`,
    [at],
  );
  // One in progress at the bank, one that waits for funds and was never asked about.
  for (const [id, amount] of [
    [80, 50_000],
    [81, 9_000],
  ])
    await client.query(
      `INSERT INTO payments.refund (id, payment_id, merchant_id, payer_id, request_id, status, amount, payer_amount,
         fee_returned, created_at) VALUES ($1, 70, 12, 7, $4, 'processing', $2, 100, 0, $3)`,
      [id, amount, at, `back-${id}`],
    );
  await client.query('INSERT INTO payments.refund_queue VALUES (81, 70, $1, $1)', [at]);
}

beforeAll(async () => {
  blank = await blankDatabase();
  client = new pg.Client({ connectionString: blank.url });
  await client.connect();
  await migrate((name) => name < firstOfDebts);
  await oldWorld();
  await migrate((name) => name >= firstOfDebts);
}, 120_000);
afterAll(async () => {
  await client?.end();
  await blank?.drop();
});

const rows = async <Row extends pg.QueryResultRow>(text: string): Promise<Row[]> =>
  (await client.query<Row>(text)).rows;

test('security C2: debts and money of refunds in progress stand on accounts of their own, and every balance is its postings', async () => {
  const balances = await rows<{ code: string; balance: string; lowest: string | null }>(
    `SELECT a.code, b.balance, b.lowest FROM ledger.account a JOIN ledger.balance b ON b.account_id = a.id
     WHERE a.owner_id IS NOT NULL AND (b.balance <> 0 OR b.lowest <> 0) ORDER BY a.code`,
  );
  expect(balances).toEqual([
    { code: 'merchant-pending:12:KRW', balance: '8115', lowest: '0' },
    { code: 'merchant-pending:13:KRW', balance: '7000', lowest: '0' },
    { code: 'merchant-receivable:11:KRW', balance: '-1200000', lowest: '-1200000' },
    { code: 'merchant-refunding:12:KRW', balance: '50000', lowest: '0' },
  ]);
  const folded = await rows(
    `SELECT b.account_id FROM ledger.balance b LEFT JOIN (
       SELECT p.account, sum(p.amount) AS sum FROM ledger.entry e, LATERAL unnest(e.accounts, e.amounts) AS p(account, amount)
       GROUP BY 1) f ON f.account = b.account_id
     WHERE b.balance <> coalesce(f.sum, 0)`,
  );
  expect(folded).toEqual([]);
  const kinds = await rows<{ kind: string }>('SELECT kind FROM ledger.entry WHERE id >= 400000 ORDER BY id');
  expect(kinds.map(({ kind }) => kind)).toEqual(['debt', 'refund-funding']);
});

test('the refund that a bank is asked about knows its money; the one that waits has none yet', async () => {
  const refunds = await rows(
    'SELECT id::int, put_aside, owed::int, owed_fee::int FROM payments.refund ORDER BY id',
  );
  expect(refunds).toEqual([
    { id: 80, put_aside: true, owed: 0, owed_fee: 0 },
    { id: 81, put_aside: false, owed: 0, owed_fee: 0 },
  ]);
  const [event] = await rows<{ kind: string; sequence: number; refund_id: string; is_named: boolean }>(
    `SELECT kind, sequence, refund_id, entry_id = (SELECT max(id) FROM ledger.entry) AS is_named FROM payments.event`,
  );
  expect(event).toEqual({ kind: 'refund-funded', sequence: 5, refund_id: '80', is_named: true });
  expect(await rows('SELECT events FROM payments.payment')).toEqual([{ events: 5 }]);
});

test('an old debt cannot grow, and its bound follows it when it is paid', async () => {
  const change = (amount: number) =>
    client.query(
      `UPDATE ledger.balance SET balance = balance + $1 FROM ledger.account a
       WHERE a.id = account_id AND a.code = 'merchant-receivable:11:KRW'`,
      [amount],
    );
  await expect(change(-1)).rejects.toMatchObject({ constraint: 'balance_within_bounds' });
  expect(
    await rows(`SELECT agreed_lowest FROM ledger.balance WHERE balance = -1200000 AND lowest = balance`),
  ).toEqual([{ agreed_lowest: '0' }]);
});
