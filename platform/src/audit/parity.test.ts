// staff E1: the verifier sees everything that the standing proofs see. For each proof of /audit.json there is a falsification
// here that turns it red, and that the verifier finds in an export. A proof without one makes the list differ.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MerchantAccess } from '../merchants/index.ts';
import { settlementWorld } from '../testing/settlement-world.ts';
import { bankTies } from './bank-ties.ts';
import { audit, exportLines } from './index.ts';
import { verifyExport } from './verify.ts';
import { inOurBooks, words } from './verify-ties.ts';

let world: Awaited<ReturnType<typeof settlementWorld>>;
let shop: MerchantAccess;

const hour = 3_600_000;

const wallet = `(SELECT account_id FROM wallet.account LIMIT 1)`;
const paid = `(SELECT id FROM payments.payment ORDER BY id LIMIT 1)`;
const arrives = (id: number) =>
  `INSERT INTO system.arrival (source, ids, sequences) VALUES ('entry', ARRAY[${id}]::bigint[], '{}')`;
const entry = (id: number, kind: string, [from, to]: readonly [string, string]) => [
  `INSERT INTO ledger.entry VALUES (${id}, '${kind}', 0, 1, now(), ARRAY[${from}, ${to}], '{-1,1}')`,
  `UPDATE ledger.balance SET balance = balance - 1 WHERE account_id = ${from}`,
  `UPDATE ledger.balance SET balance = balance + 1 WHERE account_id = ${to}`,
];
const account = (code: string) => `(SELECT id FROM ledger.account WHERE code = '${code}')`;
const merchant = (kind: string) =>
  `(SELECT id FROM ledger.account WHERE kind = 'merchant-${kind}' AND currency = 'KRW' LIMIT 1)`;
const suspense = [
  `INSERT INTO ledger.account VALUES (9990156, 'suspense:CNY', 'suspense', 'CNY', NULL, now()) ON CONFLICT DO NOTHING`,
  'INSERT INTO ledger.balance (account_id) VALUES (9990156) ON CONFLICT DO NOTHING',
];

/** What the owner of the database does, triggers off; the words that the verifier has for it. */
const falsified: Readonly<Record<string, { statements: readonly string[]; says: RegExp }>> = {
  'each-currency-sums-to-zero': {
    statements: [`UPDATE ledger.balance SET balance = balance + 1 WHERE account_id = ${wallet}`],
    says: /CNY sums to 1, not to zero/,
  },
  'balances-equal-their-postings': {
    statements: [
      `UPDATE ledger.balance SET balance = balance + 1 WHERE account_id = ${wallet}`,
      `UPDATE ledger.balance SET balance = balance - 1 WHERE account_id = ${account('fx-spread:CNY')}`,
    ],
    says: /stands at \d+, its postings sum to/,
  },
  'holds-equal-what-is-held': {
    statements: [`UPDATE ledger.balance SET held = held + 1 WHERE account_id = ${wallet}`],
    says: /what is held and its holds differ by 1/,
  },
  'nobody-below-the-floor': {
    statements: [
      'ALTER TABLE ledger.balance DROP CONSTRAINT balance_above_floor',
      `UPDATE ledger.balance SET floor = balance + 1 WHERE account_id = ${wallet}`,
    ],
    says: /is below its floor/,
  },
  // A line that somebody wrote onto a bank's statement, accepted and booked where its owner is looked for.
  'client-money-is-covered': {
    statements: [
      ...suspense,
      ...entry(78, 'reconciliation', [account('safeguarding-bank:CNY'), '9990156']),
      arrives(78),
    ],
    says: /CNY: 1 in suspense/,
  },
  'payments-equal-their-events': {
    statements: [`UPDATE payments.payment SET status = 'expired' WHERE id = ${paid}`],
    says: /is expired, its events lead to paid/,
  },
  'payments-have-exactly-their-entries': {
    statements: [
      `UPDATE ledger.entry SET amounts[1] = amounts[1] - 1, amounts[2] = amounts[2] + 1
       WHERE subject_id = ${paid} AND kind = 'payment'`,
    ],
    says: /does not do what event paid asks for/,
  },
  'payments-stay-in-their-bounds': {
    statements: ['UPDATE payments.refund SET fee_returned = fee_returned + 5'],
    says: /its refunds return 5 of a fee/,
  },
  'merchants-get-what-the-rate-says': {
    statements: ['UPDATE payments.payment SET settlement_amount = settlement_amount + 1'],
    says: /at its settlement rate it is worth \d+, it states \d+/,
  },
  'refunds-add-up': {
    statements: ['UPDATE payments.payment SET refunded = refunded - 1 WHERE refunded > 0'],
    says: /refunds sum to/,
  },
  'spent-sums-equal-their-payments': {
    statements: [
      `UPDATE ledger.balance SET spent_ever_amount = spent_ever_amount - 1 WHERE account_id = ${wallet}`,
    ],
    says: /kept as spent/,
  },
  'batches-equal-their-lines': {
    statements: [`UPDATE settlement.batch SET gross = gross + 1, net = net + 1 WHERE status <> 'OPEN'`],
    says: /batch \d+: gross \d+, its lines come to/,
  },
  'lines-are-exactly-what-happened': {
    statements: [`UPDATE settlement.line SET gross = gross + 1, fee = fee - 1 WHERE kind = 'PAYMENT'`],
    says: /settles \d+ less -\d+, the payment says/,
  },
  'payouts-equal-their-batches': {
    statements: ['UPDATE settlement.payout SET amount = amount + 1'],
    says: /a payout of/,
  },
  'merchants-are-owed-what-is-unsettled': {
    statements: [...entry(79, 'settlement', [merchant('pending'), merchant('payable')]), arrives(79)],
    says: /stands at -?\d+, -?\d+ is owed/,
  },
  'conversions-are-worth-their-rate': {
    statements: [`UPDATE settlement.deal SET rate = '1' || rate`],
    says: /at its rate it is worth/,
  },
  'unwanted-debits-are-owed-to-their-cards': {
    statements: [
      `INSERT INTO wallet.card VALUES (5, 1, 'CCB', '建', 'CCB', '0001', 'debit', 'CNY', 't', 'active', now())`,
      `INSERT INTO wallet.card_transfer (id, kind, customer_id, request_id, input_hash, card_id, account_id, currency,
         amount, status, hold_id, next_ask_at, created_at)
       VALUES (80, 'return', 1, 'P1-1', '', 5, ${wallet}, 'CNY', 7, 'pending', 0, now(), now())`,
    ],
    says: /0 booked as owed to cards, 7 to give back/,
  },
  'bank-money-is-what-banks-answered': {
    statements: [...entry(81, 'top-up', [account('safeguarding-bank:CNY'), wallet]), arrives(81)],
    says: /entry 81 \(top-up, 1\) has no bank’s word \(approved\) of its reference and amount/,
  },
  'rows-are-as-they-were-sealed': {
    statements: [
      `UPDATE payments.event SET occurred_at = occurred_at - interval '1 minute' WHERE payment_id = ${paid} AND sequence = 1`,
    ],
    says: /event \d+\/1 was changed after it was sealed/,
  },
  'every-row-is-sealed-once': {
    statements: entry(82, 'transfer', [account('fx-spread:CNY'), account('rounding:CNY')]),
    says: /entry 82 was written past the log/,
  },
  'the-log-only-grows': {
    statements: [
      `UPDATE audit_log.batch SET hashes = set_byte(hashes, 0, 255 - get_byte(hashes, 0)) WHERE first = 0`,
    ],
    says: /the log was rewritten/,
  },
};

beforeEach(async () => {
  world = await settlementWorld('2014-11-11T02:00:00Z');
  shop = await world.shop('KR');
  const account = { accountName: 'Hanbit', accountNumber: 'KR123456', bankBic: 'TBSMKRKR' };
  await world.platform.settlement.changeTerms(shop.merchant.id, account);
  await world.pay(shop, 59_000n);
  await world.refund(await world.pay(shop, 10_000n), 4_000n);
  const inDollars = { ...shop.contract, settlementCurrency: 'USD', paymentCurrencies: ['USD', 'KRW'] };
  const abroad = await world.shop('KR', { contract: { ...inDollars, settlementSpreadBps: 40 } });
  await world.refund(await world.pay(abroad, 59_000n, { currency: 'KRW' }), 1_000n);
  // Closed at midnight, converted, and told to be paid on the next working day.
  await world.mover.advance(25 * hour);
  await world.pay(shop, 3_000n);
  await world.platform.auditLog.sealAll();
});
afterEach(() => world.close());

async function verified(): Promise<string[]> {
  const { database, clock, auditLog } = world.platform;
  await auditLog.sealAll();
  const lines: string[] = [];
  await exportLines({ database, exportedAt: clock.now() }, async (line) => void lines.push(line));
  async function* read() {
    yield* lines;
  }
  return (await verifyExport(read())).findings;
}

async function forge(statements: readonly string[]): Promise<void> {
  const client = await world.test.owner.pool.connect();
  try {
    await client.query('BEGIN');
    const tables = [
      'ledger.entry',
      'payments.event',
      'settlement.line',
      'settlement.batch',
      'audit_log.batch',
    ];
    for (const table of tables) await client.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
    for (const text of statements) await client.query(text);
    for (const table of tables) await client.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

/** An entry of each kind that moves one unit at a bank, with no word of a bank about it. */
const movers: Readonly<Record<string, readonly [from: string, to: string]>> = {
  opening: [account('safeguarding-bank:CNY'), wallet],
  'top-up': [account('safeguarding-bank:CNY'), wallet],
  withdrawal: [wallet, account('safeguarding-bank:CNY')],
  'house-funding': [account('settlement-bank:KRW'), '9990410'],
  'payout-paid': [account('settlement-bank:KRW'), merchant('in-transit')],
  'payout-rejected': [account('fx-position:KRW'), merchant('in-transit')],
};
/** What both sides of any other kind are taken from, so that its client's money seems to be there. */
const anyMover = [account('safeguarding-bank:CNY'), account('fx-spread:CNY')] as const;

test('staff E1: the verifier’s table of bank’s words is the server’s', () => {
  const banks = ['safeguarding-bank', 'settlement-bank', 'card-clearing'];
  for (const [kind, { on, word }] of Object.entries(bankTies)) {
    expect(on.slice(0, 3), kind).toEqual(banks);
    if (word === null) expect(inOurBooks, kind).toContain(kind);
    else expect(words[kind], kind).toEqual([word, ...on.slice(3)]);
  }
  expect([...Object.keys(words), ...inOurBooks].sort()).toEqual(Object.keys(bankTies).sort());
});

const kinds = [...Object.keys(bankTies), 'of no known kind'];
test.each([0, 8, 16])(
  'entries of every kind that move money at a bank without the bank’s word: red in the audit, found by the verifier (from %i)',
  async (from) => {
    const some = kinds.slice(from, from + 8);
    await forge([
      `INSERT INTO ledger.account VALUES (9990410, 'house-funds:KRW', 'house-funds', 'KRW', NULL, now()) ON CONFLICT DO NOTHING`,
      'INSERT INTO ledger.balance (account_id) VALUES (9990410) ON CONFLICT DO NOTHING',
      ...some.flatMap((kind, place) => [
        ...entry(90 + place, kind, movers[kind] ?? anyMover),
        arrives(90 + place),
      ]),
    ]);
    const found = (await verified()).join('\n');
    const { proofs } = await audit(world.platform.audit);
    const { ok, detail } = proofs.find(({ name }) => name === 'bank-money-is-what-banks-answered')!;
    expect(ok).toBe(false);
    for (const [place, kind] of some.entries()) {
      const entryNamed = `entry ${90 + place} \\(${kind}`;
      const says = new RegExp(
        bankTies[kind as keyof typeof bankTies]?.word
          ? `${entryNamed}, -?1\\) has no bank.s word`
          : `${entryNamed}\\) moves -1 at a bank, which such an entry never does`,
      );
      expect(found).toMatch(says);
      if (place < 5) expect(detail).toMatch(says);
    }
  },
);

test('staff E1: every standing proof has a falsification that the verifier is tried with', async () => {
  const { proofs } = await audit(world.platform.audit);
  expect(proofs.filter((proof) => !proof.ok)).toEqual([]);
  expect(await verified()).toEqual([]);
  expect(Object.keys(falsified).sort()).toEqual(proofs.map((proof) => proof.name).sort());
});

test.each(Object.entries(falsified))(
  'staff E1: %s: red in the audit, found by the verifier',
  async (name, of) => {
    await forge(of.statements);
    const found = await verified();
    const { proofs } = await audit(world.platform.audit);
    expect(proofs.find((proof) => proof.name === name)?.ok, JSON.stringify(proofs)).toBe(false);
    expect(found.join('\n')).toMatch(of.says);
  },
);
