// A card bank's clearing statements against the clearing account: top-ups, withdrawals, card payments, refunds to the
// card, reversals. A clean month has no break, as camt.053 and as CSV; what the bank books otherwise is named.
import { money } from '@tongbao/money';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { audit } from '../audit/index.ts';
import type { MerchantAccess } from '../merchants/index.ts';
import { askBank, type Payment, readQuestionsOf } from '../payments/index.ts';
import { clearingStatement, createSandboxBank, type SandboxBank } from '../sandbox/bank/index.ts';
import { settlementWorld } from '../testing/settlement-world.ts';

let world: Awaited<ReturnType<typeof settlementWorld>>;
let bank: SandboxBank;
let shop: MerchantAccess;
let customerId: bigint;
let cardId: bigint;
let payerAccount: bigint;
const account = 'CLEARING-ICBC-CNY';

beforeAll(async () => {
  world = await settlementWorld('2014-11-01T02:00:00Z');
  const { customers, wallet, database, clock } = world.platform;
  bank = createSandboxBank({ database, clock, pause: async () => undefined });
  await bank.openBank({ code: 'ICBC', name: { zh: '工', en: 'ICBC' } });
  const card = { bank: 'ICBC', token: 'ICBC-1' };
  await bank.issueCard({ ...card, balance: money('CNY', 10n ** 9n), creditLimit: 0n, blocked: false });
  const who = { name: '李娜', region: 'CN', language: 'zh-CN', kycClass: 3, pin: '200808' } as const;
  ({ id: customerId } = await customers.signUp({ phone: '+8613900000002', ...who }));
  payerAccount = await wallet.openAccount({ customerId, currency: 'CNY', opening: 0n });
  const face = { bankName: { zh: '工', en: 'ICBC' }, last4: '0001', kind: 'debit', currency: 'CNY' } as const;
  await wallet.addCard({ customerId, ...card, ...face, status: 'active' });
  cardId = (await wallet.cardsOf(customerId))[0]!.id;
  shop = await world.shop('KR');
  for (let day = 1; day <= 30; day++) await businessOf(day);
  await world.mover.moveTo(new Date('2014-12-03T00:00:00Z'));
});
afterAll(() => world?.close());

async function transfer(kind: 'top-up' | 'withdrawal', amount: bigint): Promise<void> {
  const { wallet, ids } = world.platform;
  const asked = {
    kind,
    customerId,
    cardId,
    amount: money('CNY', amount),
    requestId: `${kind}-${await ids.one()}`,
  };
  await wallet.askBank((await wallet.requestTransfer(asked)).id);
}

async function payByCard(amount: bigint): Promise<Payment> {
  const { payments, ids, wallet } = world.platform;
  const requestId = `card-${await ids.one()}`;
  const { payment } = await payments.pay({
    create: {
      ...{ merchantId: shop.merchant.id, requestId, inputHash: Buffer.from('test'), payerCurrency: 'CNY' },
      amount: money('KRW', amount),
      ...{ settlementCurrency: null, quoteId: null, expiresAt: null, lifetimeMs: 600_000 },
      order: {
        ...{ reference: requestId, description: 'Order', merchantName: null, goods: [], redirectUrl: '' },
        ...{ notifyUrl: null, metadata: null, channel: 'ams-pay', channelData: {} },
      },
    },
    authorize: {
      payer: { customerId, kycClass: 3, status: 'active' },
      payerAccount,
      funding: { kind: 'card', cardId },
      clearingAccount: (await wallet.cardForPayment(customerId, cardId)).clearingAccount,
    },
  });
  await askAll(payment);
  return payment;
}

async function askAll(payment: Payment): Promise<void> {
  const { database, payments, clock } = world.platform;
  const onBankFailed = (error: unknown) => {
    throw error;
  };
  for (const { reference } of await readQuestionsOf(database, payment.id))
    await askBank({ database, clock, bank, payments, onBankFailed }, reference);
}

/** Each day a top-up and a card payment; on some a withdrawal, a refund to the card, a reversal. */
async function businessOf(day: number): Promise<void> {
  await world.mover.moveTo(new Date(Date.UTC(2014, 10, day, 5)));
  const { payments } = world.platform;
  await transfer('top-up', 10_000n + BigInt(day));
  const payment = await payByCard(59_000n + BigInt(day));
  if (day % 3 === 0) await transfer('withdrawal', 5_000n);
  if (day % 5 === 0) {
    await world.refund(payment, 9_000n);
    await askAll(payment);
  }
  if (day % 7 === 0) {
    const undone = await payByCard(10_000n);
    await payments.cancel({ merchantId: shop.merchant.id, paymentId: undone.id });
    await askAll(undone);
  }
}

const dayOf = (day: number): string => `2014-11-${day.toString().padStart(2, '0')}`;
const issued = (day: string, format: 'camt.053' | 'csv' = 'camt.053') =>
  clearingStatement(world.platform.database, { bank: 'ICBC', currency: 'CNY', day, format });

const send = (file: string, statementId: string) =>
  world.platform.reconciliation.importFile(Buffer.from(file), {
    ...{ operator: 'mei', format: null, encoding: null },
    csv: { account, statementId, currency: 'CNY' },
  });

test('a clean month of the bank’s statements has no break: odd days as camt.053, even days as CSV', async () => {
  let lines = 0;
  for (let day = 1; day <= 28; day++) {
    const format = day % 2 === 1 ? 'camt.053' : 'csv';
    const [imported] = await send(await issued(dayOf(day), format), dayOf(day));
    expect(imported).toMatchObject({ account, known: false, breaks: [], matched: imported!.lines });
    lines += imported!.lines;
  }
  // 28 top-ups and payments, 9 withdrawals, 5 refunds, 4 payments that were reversed.
  expect(lines).toBe(28 * 2 + 9 + 5 + 4 * 2);
  expect((await audit(world.platform.audit)).proofs.filter((proof) => !proof.ok)).toEqual([]);
});

test('what the bank books otherwise is named with field and values, and goes to suspense from the clearing account', async () => {
  const room = world.platform.reconciliation;
  const xml = await issued(dayOf(29));
  const tampered = xml
    .replace(/<Amt Ccy="CNY">100\.29</g, '<Amt Ccy="CNY">100.92<')
    .replace(/<EndToEndId>P\d+-\d+</, '<EndToEndId>P1-1<');
  const [{ breaks }] = (await send(tampered, '')) as [Awaited<ReturnType<typeof send>>[0]];
  expect(breaks.map(({ kind, field, expected, actual }) => [kind, field, expected, actual])).toEqual([
    ['amount', 'amount', '100.29', '100.92'],
    ['reference', 'reference', expect.stringMatching(/^P\d+-2$/), 'P1-1'],
    ['balance', 'closingBalance', expect.any(String), expect.any(String)],
  ]);
  const csv = (await issued(dayOf(30), 'csv')).replace(/^.*,TOPUP-.*\r\n/m, '');
  expect((await send(csv, 'S30'))[0]!.breaks).toMatchObject([
    { kind: 'missing', field: 'entry', expected: `100.30 on ${dayOf(30)}`, actual: 'not on the statement' },
  ]);
  const open = await room.breaks({ statuses: ['open'], limit: 10 });
  const amount = open.find((found) => found.kind === 'amount')!;
  const { house, clock, database } = world.platform;
  const balanceOf = async (kind: 'card-clearing' | 'suspense', part?: string) => {
    const id = await house.open(kind, 'CNY', clock.now(), part);
    const text = 'SELECT balance FROM ledger.balance WHERE account_id = $1';
    return BigInt((await database.pool.query(text, [id.toString()])).rows[0]?.balance ?? 0);
  };
  const before = await balanceOf('card-clearing', 'ICBC');
  const act = { breakId: amount.id, reason: 'the bank is asked' };
  await world.platform.database.transaction((tx) =>
    room.propose(tx, { ...act, action: 'suspense', operator: 'mei' }),
  );
  await world.platform.database.transaction((tx) => room.approve(tx, { ...act, operator: 'li' }));
  expect([await balanceOf('card-clearing', 'ICBC'), await balanceOf('suspense')]).toEqual([
    before - 63n,
    63n,
  ]);
});
