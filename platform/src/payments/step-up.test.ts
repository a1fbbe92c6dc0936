// A bank asks the shopper before it charges their card: the code, the bank's page, and all that can come between, at the cashier's
// own routes and with the timer that asks banks. After each of them the books are proved.
import { money } from '@tongbao/money';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audit } from '../audit/index.ts';
import { createIsolation } from '../database/index.ts';
import { HouseAccounts } from '../ledger/index.ts';
import { sandboxBankBooks } from '../sandbox/bank-books.ts';
import { type ShopperWorld, shopperWorld } from '../testing/shopper-world.ts';
import { type Card, readReturns, type StepUp } from '../wallet/index.ts';
import { askBank, bankQuestionsTimer, type Payment, readQuestionsOf } from './index.ts';

let world: ShopperWorld;
let session: string;
const second = 1_000;
const minute = 60 * second;
const has = 500_000n;

beforeEach(async () => {
  world = await shopperWorld(true);
  session = await world.signIn(world.people[0]!.phone);
});
afterEach(() => world.close());

/** A card of the first shopper whose bank asks for an answer in this way. */
async function askingCard(kind: StepUp['kind'], above = 0n): Promise<Card> {
  const { customerId, phone: holderPhone } = world.people[0]!;
  const [bank, last4, token] = ['PINE', kind === 'redirect' ? '7003' : '7002', `PINE-${kind}`];
  const issued = { bank, token, balance: money('CNY', has), creditLimit: 0n, blocked: false };
  await world.bank.issueCard({ ...issued, holderPhone, stepUp: { kind, above } });
  const bankName = { zh: '松涛银行', en: 'Pine Bank' };
  const about = { customerId, bank, bankName, last4, token, kind: 'debit', currency: 'CNY' } as const;
  await world.wallet.addCard({ ...about, status: 'active' });
  return (await world.wallet.cardsOf(customerId)).find((card) => card.token === token)!;
}

const api = (order: Payment, path: string, body: object = {}, by = session) =>
  world.call('POST', `${world.cashierUrl(order)}${path}`, { body, session: by });
const view = async (order: Payment, by = session) =>
  (await world.call('GET', world.cashierUrl(order), { session: by })).body;
const give = async (order: Payment, code: string, more: object = {}) => {
  const { stepUp } = await view(order);
  return api(order, '/step-up/code', { stepUpId: stepUp?.stepUpId ?? 'none', code, ...more });
};
const sentCode = () => /\d{6}/.exec(world.bankMessages.at(-1)!.text)![0];
const other = (code: string) => code.replace(/\d/g, (digit) => `${(Number(digit) + 1) % 10}`);
const onCard = async (card: Card) => (await world.bank.findCard(card))!.balance.amount;
const behave = (behaviour: 'normal' | 'down' | 'answer-lost') =>
  world.bank.setBehaviour({ code: 'PINE', behaviour, slowMs: null });

/** An order that the shopper has confirmed with the card; its bank has been asked once. */
async function confirmed(card: Card, { won = 59_000n, lifetimeMs = 14 * minute } = {}): Promise<Payment> {
  const order = await world.order(won, lifetimeMs);
  await confirm(order, card);
  return order;
}
async function confirm(order: Payment, card: Card): Promise<void> {
  const method = { kind: 'card', cardId: card.id.toString() };
  const answer = await api(order, '/authorizations', { method, pin: world.people[0]!.pin });
  expect(answer).toMatchObject({ status: 200, body: { status: 'pending' } });
  await askBank(world.askParts, world.jobs.at(-1)!.reference);
}

const timer = () => {
  const { database } = world.test;
  const isolation = createIsolation({ database, clock: world.clock });
  return bankQuestionsTimer({ ...world.askParts, isolation });
};
async function pass(ms: number): Promise<void> {
  world.clock.advance(ms);
  await timer().run(world.clock.now());
}

async function proven(): Promise<void> {
  const { database } = world.test;
  const house = new HouseAccounts(database);
  const report = await audit({ database, clock: world.clock, house, bankBooks: sandboxBankBooks });
  expect(report.proofs.filter((proof) => !proof.ok)).toEqual([]);
}

describe('a code', () => {
  it('is asked of the payer alone; a wrong one costs a try, the right one pays; it is kept nowhere', async () => {
    const card = await askingCard('one-time-code');
    const order = await confirmed(card);
    const { status, stepUp } = await view(order);
    expect({ status, stepUp }).toMatchObject({
      status: 'pending',
      stepUp: { kind: 'one-time-code', phone: '138****0001', length: 6, triesLeft: 3 },
    });
    expect(await onCard(card)).toBe(has);
    const stranger = await world.signIn(world.people[1]!.phone);
    expect((await view(order, stranger)).stepUp).toBeNull();

    const code = sentCode();
    expect(await give(order, other(code))).toMatchObject({
      status: 403,
      body: { error: { code: 'CODE_WRONG', attemptsLeft: 2 } },
    });
    expect((await view(order)).stepUp).toMatchObject({ triesLeft: 2 });
    const paid = await give(order, code);
    expect(paid).toMatchObject({ status: 200, body: { status: 'paid', stepUp: null } });
    expect(await onCard(card)).toBe(has - order.payerAmount.amount);
    // Given again, by a second device: nothing more happens.
    const again = await api(order, '/step-up/code', { stepUpId: stepUp.stepUpId, code });
    expect(again).toMatchObject({ status: 200, body: { status: 'paid' } });
    expect(await onCard(card)).toBe(has - order.payerAmount.amount);
    expect(world.log.join()).not.toContain(code);
    const { rows } = await world.test.owner.pool.query('SELECT s::text AS row FROM wallet.step_up s');
    expect(rows.length).toBe(1);
    expect(JSON.stringify(rows)).not.toContain(code);
    await proven();
  });

  it('has three tries; then the order is open for another way', async () => {
    const card = await askingCard('one-time-code');
    const order = await confirmed(card);
    const wrong = other(sentCode());
    const { stepUpId } = (await view(order)).stepUp;
    for (const left of [2, 1])
      expect((await give(order, wrong)).body.error).toMatchObject({ attemptsLeft: left });
    expect((await give(order, wrong)).body).toMatchObject({
      status: 'created',
      lastRefusal: 'step-up-failed',
    });
    const late = await api(order, '/step-up/code', { stepUpId, code: sentCode() });
    expect(late.body.status).toBe('created');
    const { pin } = world.people[0]!;
    const paid = await api(order, '/authorizations', { method: { kind: 'balance' }, pin });
    expect(paid.body.status).toBe('paid');
    expect(await onCard(card)).toBe(has);
    await proven();
  });

  it('of another debit, or of nobody’s, does nothing', async () => {
    const card = await askingCard('one-time-code');
    const order = await confirmed(card);
    const code = sentCode();
    const otherOrder = await confirmed(card);
    const foreign = (await view(otherOrder)).stepUp.stepUpId;
    expect(await give(order, code, { stepUpId: foreign })).toMatchObject({
      status: 410,
      body: { error: { code: 'CODE_EXPIRED' } },
    });
    const { stepUpId } = (await view(order)).stepUp;
    const thief = await world.signIn(world.people[1]!.phone);
    expect(await api(order, '/step-up/code', { stepUpId, code }, thief)).toMatchObject({
      status: 409,
      body: { error: { code: 'PAYMENT_IN_PROGRESS' } },
    });
    expect((await api(order, '/step-up/code', { stepUpId, code: '12a456' })).status).toBe(400);
    expect((await give(order, '1234')).body.error).toMatchObject({ code: 'CODE_WRONG', attemptsLeft: 3 });
    expect(await onCard(card)).toBe(has);
    expect((await give(order, code)).body.status).toBe('paid');
  });

  it('is sent again only when the bank would, and the new one counts', async () => {
    const card = await askingCard('one-time-code');
    const order = await confirmed(card);
    const first = sentCode();
    const resend = async () =>
      api(order, '/step-up/resend', { stepUpId: (await view(order)).stepUp.stepUpId });
    expect(await resend()).toMatchObject({ status: 429, body: { error: { code: 'CODE_TOO_MANY' } } });
    world.clock.advance(minute);
    expect((await resend()).status).toBe(200);
    expect(sentCode()).not.toBe(first);
    expect((await give(order, first)).status).toBe(403);
    expect((await give(order, sentCode())).body.status).toBe('paid');
  });

  it('whose answer is lost is found by the timer, and charges once', async () => {
    const card = await askingCard('one-time-code');
    const order = await confirmed(card);
    await behave('answer-lost');
    expect(await give(order, sentCode())).toMatchObject({
      status: 503,
      body: { error: { code: 'UNAVAILABLE' } },
    });
    await behave('normal');
    await pass(10 * second);
    expect((await view(order)).status).toBe('paid');
    expect(await onCard(card)).toBe(has - order.payerAmount.amount);
    await proven();
  });

  it('that nobody gives ends with the order’s own time, if that comes first', async () => {
    const card = await askingCard('one-time-code');
    const order = await confirmed(card, { lifetimeMs: 2 * minute });
    expect((await view(order)).stepUp.expiresAt).toBe(order.expiresAt.toISOString());
    expect(await timer().nextDueAt()).toEqual(order.expiresAt);
    const code = sentCode();
    const { stepUpId } = (await view(order)).stepUp;
    world.clock.advance(2 * minute);
    expect(await api(order, '/step-up/code', { stepUpId, code })).toMatchObject({ status: 410 });
    await timer().run(world.clock.now());
    expect(await view(order)).toMatchObject({ status: 'expired', lastRefusal: 'step-up-abandoned' });
    await world.payments.expiry.run(world.clock.now());
    expect((await world.payments.findById(order.id))!.status).toBe('expired');
    expect(await onCard(card)).toBe(has);
    await proven();
  });

  it('that was right, its answer lost, its bank away until the time was over: it goes back to the card', async () => {
    const card = await askingCard('one-time-code');
    const order = await confirmed(card);
    await behave('answer-lost');
    expect((await give(order, sentCode())).status).toBe(503);
    await behave('down');
    await pass(10 * second);
    expect((await view(order)).status).toBe('pending');
    await pass(5 * minute);
    expect(await view(order)).toMatchObject({ status: 'created', lastRefusal: 'step-up-expired' });
    const { pin } = world.people[0]!;
    const paid = await api(order, '/authorizations', { method: { kind: 'balance' }, pin });
    expect(paid.body.status).toBe('paid');
    await behave('normal');
    await pass(10 * minute);
    expect(await readReturns(world.test.database, 10)).toHaveLength(1);
    await world.wallet.asking.run(world.clock.now());
    expect(await onCard(card)).toBe(has);
    await proven();
  });
});

describe('the bank’s page', () => {
  const idOf = ({ url }: { url: string }) => url.split('/').at(-1)!;

  it('a yes there is found when the shopper is back, and also if they never come back', async () => {
    const card = await askingCard('redirect');
    const order = await confirmed(card);
    const { stepUp } = await view(order);
    expect(stepUp).toMatchObject({
      kind: 'redirect',
      url: expect.stringContaining('/sandbox/bank/confirm/'),
    });
    const page = await world.bank.page(idOf(stepUp));
    expect(new URL(page!.returnUrl).pathname).toMatch(/^\/cashier\/\d{30}\.[\w-]{22}$/);
    expect((await api(order, '/step-up/look')).body.status).toBe('pending');
    await world.bank.sayOnPage({ id: idOf(stepUp), agrees: true });
    world.clock.advance(2 * second);
    expect((await api(order, '/step-up/look')).body.status).toBe('paid');

    const closed = await confirmed(card);
    await world.bank.sayOnPage({ id: idOf((await view(closed)).stepUp), agrees: true });
    await pass(15 * second);
    expect((await view(closed)).status).toBe('paid');
    expect(await onCard(card)).toBe(has - 2n * order.payerAmount.amount);
    await proven();
  });

  it('a no there opens the order again; a look of somebody else asks nobody', async () => {
    const card = await askingCard('redirect');
    const order = await confirmed(card);
    await world.bank.sayOnPage({ id: idOf((await view(order)).stepUp), agrees: false });
    world.clock.advance(2 * second);
    const thief = await world.signIn(world.people[1]!.phone);
    expect((await api(order, '/step-up/look', {}, thief)).body).toMatchObject({
      status: 'pending',
      stepUp: null,
    });
    expect((await api(order, '/step-up/look')).body).toMatchObject({
      status: 'created',
      lastRefusal: 'step-up-failed',
    });
    // The same card once more is another debit, and another question.
    await confirm(order, card);
    await world.bank.sayOnPage({ id: idOf((await view(order)).stepUp), agrees: true });
    await pass(15 * second);
    expect((await view(order)).status).toBe('paid');
  });

  it('a yes after the time is over charges nothing', async () => {
    const card = await askingCard('redirect');
    const order = await confirmed(card);
    const id = idOf((await view(order)).stepUp);
    await pass(5 * minute);
    await world.bank.sayOnPage({ id, agrees: true });
    expect(await view(order)).toMatchObject({ status: 'created', lastRefusal: 'step-up-expired' });
    await pass(10 * minute);
    expect(await onCard(card)).toBe(has);
    expect((await readQuestionsOf(world.test.database, order.id))[0]!.nextAskAt).toBeNull();
    await proven();
  });
});

describe('somebody does something else meanwhile', () => {
  it('the shopper gives up: the order is open at once, and what they were asked is worth nothing any more', async () => {
    const card = await askingCard('one-time-code');
    const order = await confirmed(card);
    const { stepUpId } = (await view(order)).stepUp;
    const code = sentCode();
    const open = await api(order, '/step-up/abandon', { stepUpId });
    expect(open.body).toMatchObject({ status: 'created', lastRefusal: 'step-up-abandoned' });
    await api(order, '/step-up/code', { stepUpId, code });
    expect(await onCard(card)).toBe(has);
    await pass(10 * minute);
    await proven();
  });

  it('they give up while their bank is away: open all the same, and what the bank charged goes back', async () => {
    const card = await askingCard('redirect');
    const order = await confirmed(card);
    const { stepUpId, url } = (await view(order)).stepUp;
    await world.bank.sayOnPage({ id: url.split('/').at(-1), agrees: true });
    await behave('down');
    const open = await api(order, '/step-up/abandon', { stepUpId });
    expect(open.body).toMatchObject({ status: 'created', lastRefusal: 'step-up-abandoned' });
    await behave('normal');
    await pass(10 * minute);
    await world.wallet.asking.run(world.clock.now());
    expect(await onCard(card)).toBe(has);
    await proven();
  });

  it('the shop cancels: not while the bank asks; afterwards it may', async () => {
    const card = await askingCard('one-time-code');
    const order = await confirmed(card);
    const cancel = () => world.payments.cancel({ merchantId: order.merchantId, paymentId: order.id });
    await expect(cancel()).rejects.toMatchObject({ code: 'payment-in-progress' });
    await pass(5 * minute);
    expect((await cancel()).status).toBe('cancelled');
  });

  it('a till cannot have the shopper asked: the bank declines, and nothing waits', async () => {
    const card = await askingCard('one-time-code', 100_000n);
    const small = await confirmed(card, { won: 1_000n });
    expect((await view(small)).status).toBe('paid');
    const order = await world.order(590_000n);
    const { customerId } = world.people[0]!;
    const { clearingAccount } = await world.wallet.cardForPayment(customerId, card.id);
    await world.payments.authorize({
      ...{ paymentId: order.id, payer: { customerId, kycClass: 3, status: 'active' }, clearingAccount },
      payerAccount: (await world.wallet.accountOf(customerId, 'CNY'))!,
      funding: { kind: 'card', cardId: card.id },
    });
    await askBank(world.askParts, world.jobs.at(-1)!.reference);
    expect(await view(order)).toMatchObject({ status: 'created', lastRefusal: 'step-up-needed' });
  });
});

describe('a top-up', () => {
  const topUps = '/api/wallet/top-ups';
  async function begun(card: Card) {
    const { pin } = world.people[0]!;
    const amount = { currency: 'CNY', value: '20000' };
    const body = { requestId: `step-up-${card.id}`, cardId: card.id.toString(), amount, pin };
    const { topUpId } = (await world.call('POST', topUps, { body, session })).body;
    await world.wallet.askBank(world.asks.at(-1)!);
    const path = `${topUps}/${topUpId}`;
    const post = (what: string, more: object) =>
      world.call('POST', `${path}/step-up/${what}`, { body: more, session });
    return { post, look: async () => (await world.call('GET', path, { session })).body };
  }

  it('waits for the code, and is credited once', async () => {
    const card = await askingCard('one-time-code');
    const { post, look } = await begun(card);
    const { stepUp } = await look();
    expect(stepUp).toMatchObject({ kind: 'one-time-code', triesLeft: 3 });
    const given = { stepUpId: stepUp.stepUpId, code: sentCode() };
    expect((await post('code', { ...given, code: other(given.code) })).body.error.code).toBe('CODE_WRONG');
    const done = await Promise.all([post('code', given), post('code', given)]);
    expect(done.map(({ body }) => body.status)).toEqual(['succeeded', 'succeeded']);
    expect(await onCard(card)).toBe(has - 20_000n);
    await proven();
  });

  it('by the bank’s page, given up, or not answered', async () => {
    const card = await askingCard('redirect');
    const { post, look } = await begun(card);
    const { stepUp } = await look();
    const page = await world.bank.page(stepUp.url.split('/').at(-1));
    expect(page!.returnUrl).toMatch(/\/wallet#\/top-up\/\d+$/);
    await behave('down');
    expect((await post('abandon', { stepUpId: stepUp.stepUpId })).status).toBe(503);
    expect((await look()).status).toBe('pending');
    await behave('normal');
    expect((await post('abandon', { stepUpId: stepUp.stepUpId })).body.status).toBe('failed');
    const code = await begun(await askingCard('one-time-code'));
    world.clock.advance(5 * minute);
    await world.wallet.asking.run(world.clock.now());
    expect(await code.look()).toMatchObject({ status: 'failed', stepUp: null });
    await proven();
  });
});
