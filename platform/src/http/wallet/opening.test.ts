// A wallet from nothing, over HTTP: the phone, the real name, the PIN, a card, money, limits, devices, passkeys' fences.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkCharacterOf } from '../../customers/index.ts';
import { type ShopperWorld, shopperWorld } from '../../testing/shopper-world.ts';

let world: ShopperWorld;
beforeAll(async () => {
  world = await shopperWorld(true);
});
afterAll(() => world.close());

let people = 0;
/** A resident number that nobody has used in this file. */
const freshId = (): string => {
  const digits = `31010119900307${String(100 + ++people)}`;
  return digits + checkCharacterOf(digits);
};
const freshPhone = (): string => `139000${String(10_000 + ++people)}`;

const post = (session: string, path: string, body: object = {}) =>
  world.call('POST', `/api/wallet${path}`, { session, body });
const get = (session: string, path: string) => world.call('GET', `/api/wallet${path}`, { session });

async function signUp(phone = freshPhone()): Promise<string> {
  const asked = await world.call('POST', '/api/wallet/sign-up/code', { body: { phone, language: 'ko' } });
  const answer = await world.call('POST', '/api/wallet/sign-up', {
    body: { phone, language: 'ko', code: asked.body.sandboxCode },
  });
  expect(answer.status).toBe(200);
  return answer.cookie!.split(';')[0]!;
}

async function known(name = '赵敏'): Promise<string> {
  const session = await signUp();
  await post(session, '/identity', { name, residentId: freshId() });
  await post(session, '/pin', { newPin: '735126' });
  return session;
}

const addCard = async (session: string, number: string) =>
  post(session, '/cards', { offer: (await world.issuers.offer(number)).offer });

describe('opening a wallet', () => {
  it('goes from a phone that nobody knows to a card and a payment', async () => {
    const session = await signUp('13900000777');
    expect(world.sentCode('+8613900000777')).toMatch(/^\d{6}$/);
    expect((await get(session, '')).body).toMatchObject({
      walletClass: 0,
      hasPin: false,
      available: { value: '0' },
      cards: [],
    });
    const named = await post(session, '/identity', { name: ' 赵  敏 ', residentId: freshId() });
    expect(named.body).toMatchObject({ walletClass: 1, customer: { name: '赵敏' } });
    expect((await post(session, '/pin', { newPin: '123456' })).body.error.code).toBe('PIN_WEAK');
    expect((await post(session, '/pin', { newPin: '735126' })).body.hasPin).toBe(true);
    const number = world.issuers.sampleNumber('629901');
    const withCard = await addCard(session, number);
    // The registry, the mobile operator, a bank: three sources.
    expect(withCard.body).toMatchObject({ walletClass: 2, cards: [{ isDefault: true, status: 'active' }] });
    expect(withCard.body.cards[0].last4).toBe(number.slice(-4));
    const payment = await world.order(59_000n);
    const paid = await world.call('POST', `${world.cashierUrl(payment)}/authorizations`, {
      session,
      body: { method: { kind: 'card', cardId: withCard.body.cards[0].cardId }, pin: '735126' },
    });
    expect(paid).toMatchObject({ status: 200, body: { status: 'pending' } });
  });

  it('keeps no card number and no resident number anywhere', async () => {
    const session = await signUp();
    const residentId = freshId();
    await post(session, '/identity', { name: '钱多多', residentId });
    const number = world.issuers.sampleNumber('629911');
    await addCard(session, number);
    const { rows } = await world.test.database.pool.query<{ text: string }>(
      `SELECT string_agg(t::text, ' ') AS text FROM (
         SELECT to_jsonb(c) AS t FROM wallet.card c UNION ALL SELECT to_jsonb(c) FROM sandbox_bank.card c
         UNION ALL SELECT to_jsonb(i) FROM customers.identity i UNION ALL SELECT to_jsonb(c) FROM customers.customer c
         UNION ALL SELECT to_jsonb(e) FROM customers.event e UNION ALL SELECT to_jsonb(k) FROM customers.identity_check k) a`,
    );
    expect(rows[0]!.text).toContain('钱多多');
    expect(rows[0]!.text).not.toContain(number);
    expect(rows[0]!.text).not.toContain(residentId);
    expect(world.log.join('')).not.toContain(number);
    expect(world.log.join('')).not.toContain(residentId);
  });

  it('signs in who has a wallet, and refuses numbers of elsewhere', async () => {
    const phone = freshPhone();
    const first = await signUp(phone);
    await post(first, '/identity', { name: '孙丽', residentId: freshId() });
    const second = await signUp(phone);
    expect((await get(second, '')).body.customer.name).toBe('孙丽');
    const abroad = await world.call('POST', '/api/wallet/sign-up/code', {
      body: { phone: '+821012345678', language: 'ko' },
    });
    expect(abroad.body.error.code).toBe('PHONE_NOT_SUPPORTED');
  });

  it('moves no money for somebody whom nobody knows', async () => {
    const session = await signUp();
    const payment = await world.order(1_000n);
    const body = { method: { kind: 'balance' }, pin: '735126' };
    const url = `${world.cashierUrl(payment)}/authorizations`;
    expect((await world.call('POST', url, { session, body })).body.error.code).toBe('REAL_NAME_NEEDED');
    expect((await world.call('GET', world.cashierUrl(payment), { session })).body.needsRealName).toBe(true);
    expect((await post(session, '/cards', { offer: 'whatever1' })).body.error.code).toBe('REAL_NAME_NEEDED');
    const topUp = {
      requestId: 'request-9',
      cardId: '1',
      amount: { currency: 'CNY', value: '1' },
      pin: '735126',
    };
    for (const path of ['/top-ups', '/withdrawals'])
      expect((await post(session, path, topUp)).body.error.code).toBe('REAL_NAME_NEEDED');
  });
});

describe('the real-name check', () => {
  it('says what is wrong, counts the tries, and knows each person once', async () => {
    const session = await signUp();
    const check = (name: string, residentId: string) => post(session, '/identity', { name, residentId });
    const id = freshId();
    const slipped = `${id.slice(0, 17)}${id[17] === '1' ? '2' : '1'}`;
    expect((await check('李雷', slipped)).body.error.code).toBe('IDENTITY_INVALID');
    expect((await check('7', id)).body.error.code).toBe('IDENTITY_INVALID');
    const child = `31010120100307${'001'}`;
    expect((await check('李雷', child + checkCharacterOf(child))).body.error.code).toBe('IDENTITY_INVALID');
    expect((await check('查无此人', id)).body.error).toMatchObject({
      code: 'IDENTITY_REFUSED',
      attemptsLeft: 4,
    });
    expect((await check('李雷', id)).body.walletClass).toBe(1);
    expect((await check('李雷', id)).body.error.code).toBe('IDENTITY_KNOWN');
    const other = await signUp();
    for (let tries = 0; tries < 5; tries++)
      expect((await post(other, '/identity', { name: '李雷', residentId: id })).body.error.code).toBe(
        'IDENTITY_IN_USE',
      );
    const sixth = await post(other, '/identity', { name: '韩梅梅', residentId: freshId() });
    expect(sixth.body.error.code).toBe('CODE_TOO_MANY');
    expect(sixth.body.error.retryAt).toBe(new Date(world.clock.now().getTime() + 86_400_000).toISOString());
  });

  it('makes the class by the number of sources: five for the third', async () => {
    const session = await known('周迅');
    const classes = [];
    for (const bin of ['629901', '629902', '629911', '629921'])
      classes.push((await addCard(session, world.issuers.sampleNumber(bin))).body.walletClass);
    // Two cards of one bank are one source.
    expect(classes).toEqual([2, 2, 2, 3]);
    const { body } = await get(session, '/limits');
    expect(body).toMatchObject({ walletClass: 3, own: { payment: null, day: null } });
    expect(body.identity.checks.map((check: { source: string }) => check.source).sort()).toEqual([
      'bank:BAMBOO',
      'bank:JADE',
      'bank:PINE',
      'mobile-operator',
      'resident-registry',
    ]);
    const second = body.classes.find((each: { walletClass: number }) => each.walletClass === 2);
    expect(second.limits).toContainEqual(
      expect.objectContaining({
        rule: 'pboc-class-2-year',
        atMost: '10000000',
        measure: 'year-from-balance',
      }),
    );
  });
});

describe('bank cards', () => {
  it('are told by their first digits, and refused with the reason', async () => {
    const session = await known('吴京');
    expect((await get(session, '/card-bins/629912')).body).toEqual({
      bankName: { zh: '青竹银行', en: 'Bamboo Bank' },
      kind: 'credit',
      digits: 16,
    });
    expect((await get(session, '/card-bins/622202')).status).toBe(404);
    await expect(world.issuers.offer('6299010000000000001')).rejects.toMatchObject({ code: 'card-refused' });
    const number = world.issuers.sampleNumber('629901');
    const { offer } = await world.issuers.offer(number);
    expect((await post(session, '/cards', { offer })).status).toBe(200);
    expect((await post(session, '/cards', { offer })).body.error.code).toBe('CARD_EXPIRED');
    const stranger = await known('郑爽');
    expect((await addCard(stranger, number)).body.error.code).toBe('CARD_REFUSED');
  });

  it('have a default, and can be taken out and put back', async () => {
    const session = await known('冯绍峰');
    const numbers = ['629901', '629911'].map((bin) => world.issuers.sampleNumber(bin));
    for (const number of numbers) await addCard(session, number);
    const { cards } = (await get(session, '')).body;
    const [first, second] = cards;
    expect([first.isDefault, second.isDefault]).toEqual([true, false]);
    const chosen = await post(session, `/cards/${second.cardId}/default`);
    expect(chosen.body.cards.map((card: { cardId: string }) => card.cardId)).toEqual([
      second.cardId,
      first.cardId,
    ]);
    const wrong = await post(session, `/cards/${second.cardId}/removal`, { pin: '999998' });
    expect(wrong.body.error.code).toBe('PIN_WRONG');
    const left = await post(session, `/cards/${second.cardId}/removal`, { pin: '735126' });
    expect(left.body.cards).toMatchObject([{ cardId: first.cardId, isDefault: true }]);
    const back = await addCard(session, numbers[1]!);
    expect(back.body.cards.map((card: { cardId: string }) => card.cardId)).toContain(second.cardId);
    expect((await post(session, '/cards/1/removal', { pin: '735126' })).body.error.code).toBe(
      'CARD_NOT_FOUND',
    );
  });
});

describe('limits', () => {
  it('of the shopper refuse what is above them, by payment and by day', async () => {
    const [liWei] = world.people;
    let session = await world.signIn(liWei!.phone);
    const pay = async (won: bigint) =>
      world.call('POST', `${world.cashierUrl(await world.order(won))}/authorizations`, {
        session,
        body: { method: { kind: 'balance' }, pin: liWei!.pin },
      });
    const refused = { status: 422, body: { error: { code: 'RISK_REJECTED' } } };
    const set = (payment: string | null, day: string | null, pin = liWei!.pin) =>
      post(session, '/limits', { payment, day, pin });
    expect((await set('1', '1', '000001')).body.error.code).toBe('PIN_WRONG');
    await set('10000', null);
    expect(await pay(59_000n)).toMatchObject({ ...refused, body: { error: { rule: 'own-payment' } } });
    const { body } = await set(null, '60000');
    expect(body.own).toEqual({ payment: null, day: { currency: 'CNY', value: '60000' } });
    expect((await pay(59_000n)).body.status).toBe('paid');
    expect(await pay(59_000n)).toMatchObject({ ...refused, body: { error: { rule: 'own-day' } } });
    expect((await get(session, '/limits')).body.used).toMatchObject({
      todayCount: 1,
      today: { value: '33556' },
      everFromBalance: { value: '33556' },
    });
    // The next day in Shanghai.
    world.clock.advance(86_400_000);
    session = await world.signIn(liWei!.phone);
    expect((await pay(59_000n)).body.status).toBe('paid');
    await set(null, null);
    expect((await pay(59_000n)).body.status).toBe('paid');
  });
});

describe('the PIN', () => {
  it('is changed with the old one, and set anew with a code and the resident number', async () => {
    const session = await signUp();
    const residentId = freshId();
    await post(session, '/identity', { name: '陈红', residentId });
    await post(session, '/pin', { newPin: '735126' });
    expect((await post(session, '/pin', { newPin: '846237' })).body.error.code).toBe('PIN_WRONG');
    expect((await post(session, '/pin/change', { pin: '735127', newPin: '846237' })).body.error.code).toBe(
      'PIN_WRONG',
    );
    expect((await post(session, '/pin/change', { pin: '735126', newPin: '846237' })).status).toBe(200);
    const { sandboxCode: code } = (await post(session, '/pin/code')).body;
    const reset = (more: object) =>
      post(session, '/pin/reset', { code, residentId, newPin: '951736', ...more });
    expect((await reset({ residentId: freshId() })).body.error).toMatchObject({ code: 'IDENTITY_REFUSED' });
    expect((await reset({ code: code === '111111' ? '222222' : '111111' })).body.error.code).toBe(
      'CODE_WRONG',
    );
    expect((await reset({})).status).toBe(200);
    expect((await reset({})).body.error.code).toBe('CODE_EXPIRED');
    expect((await post(session, '/pin/change', { pin: '951736', newPin: '846237' })).status).toBe(200);
  });
});

describe('devices and messages', () => {
  it('one is signed out alone, or all together; the inbox tells it', async () => {
    const [, , , chenJie] = world.people;
    const sessions = [];
    for (const agent of ['Mozilla/5.0 (iPhone) Safari/604.1', 'Mozilla/5.0 (Windows NT) Chrome/140']) {
      const asked = await world.call('POST', '/api/wallet/session/code', { body: { phone: chenJie!.phone } });
      const answer = await world.call('POST', '/api/wallet/session', {
        body: { phone: chenJie!.phone, code: asked.body.sandboxCode },
        headers: { 'user-agent': agent },
      });
      sessions.push(answer.cookie!.split(';')[0]!);
    }
    const [phone, desk] = sessions as [string, string];
    const { devices } = (await get(phone, '/devices')).body;
    expect(devices.map((each: Record<string, unknown>) => [each.browser, each.system, each.isThis])).toEqual(
      expect.arrayContaining([
        ['Safari', 'iPhone', true],
        ['Chrome', 'Windows', false],
      ]),
    );
    const other = devices.find((each: { isThis: boolean }) => !each.isThis);
    expect((await post(phone, `/devices/${other.deviceId}/end`)).status).toBe(200);
    expect((await get(desk, '')).status).toBe(401);
    expect((await post(phone, '/devices/0000000000000000/end')).status).toBe(404);
    expect((await get(phone, '')).body.unread).toBeGreaterThan(0);
    const { messages } = (await get(phone, '/messages')).body;
    expect(messages[0]).toMatchObject({ kind: 'signed-out-elsewhere', isNew: true });
    expect(messages).toContainEqual(
      expect.objectContaining({ kind: 'signed-in', detail: 'Chrome · Windows' }),
    );
    await post(phone, '/messages/seen');
    expect((await get(phone, '')).body.unread).toBe(0);
    expect((await post(phone, '/devices/end')).cookie).toMatch(/^tongbao_session=;/);
    expect((await get(phone, '')).status).toBe(401);
  });
});

describe('withdrawals and bills', () => {
  it('security H9: a credit card neither tops up the balance nor takes money from it, whatever a page sends', async () => {
    const [liWei] = world.people;
    const session = await world.signIn(liWei!.phone);
    const view = (await get(session, '')).body;
    const credit = view.cards.find((card: { kind: string }) => card.kind === 'credit');
    const body = { cardId: credit.cardId, amount: { currency: 'CNY', value: '100' }, pin: liWei!.pin };
    for (const path of ['/top-ups', '/withdrawals'])
      expect(await post(session, path, { ...body, requestId: `credit-${path.slice(1)}` })).toMatchObject({
        status: 422,
        body: { error: { code: 'DEBIT_CARD_NEEDED' } },
      });
    expect((await get(session, '')).body.balance).toEqual(view.balance);
  });

  it('hold the money, are a bill of their own, and bills can be chosen by kind and month', async () => {
    const [, wangFang] = world.people;
    const session = await world.signIn(wangFang!.phone);
    const { cards } = (await get(session, '')).body;
    const body = {
      requestId: 'withdraw-1',
      cardId: cards[0].cardId,
      amount: { currency: 'CNY', value: '5000' },
      pin: wangFang!.pin,
    };
    const asked = await post(session, '/withdrawals', body);
    expect(asked.body).toMatchObject({ status: 'pending', amount: { value: '5000' } });
    expect((await get(session, '')).body).toMatchObject({
      balance: { value: '8800' },
      available: { value: '3800' },
    });
    await world.wallet.askBank(BigInt(asked.body.withdrawalId));
    expect((await get(session, `/withdrawals/${asked.body.withdrawalId}`)).body.status).toBe('succeeded');
    expect((await get(session, '')).body.balance).toMatchObject({ value: '3800' });
    expect((await post(session, '/withdrawals', { ...body, requestId: 'withdraw-2' })).body.error.code).toBe(
      'BALANCE_NOT_ENOUGH',
    );
    const kinds = async (query: string) =>
      (await get(session, `/bills${query}`)).body.bills.map((bill: { kind: string }) => bill.kind);
    expect(await kinds('')).toEqual(['withdrawal']);
    expect(await kinds('?kind=payment,refund')).toEqual([]);
    expect(await kinds('?month=2014-11&kind=withdrawal')).toEqual(['withdrawal']);
    expect(await kinds('?month=2014-10')).toEqual([]);
    expect((await get(session, '/bills?month=2014-13')).status).toBe(400);
    expect((await get(session, '/bills?kind=gift')).status).toBe(400);
    const bill = (await get(session, `/bills/W${asked.body.withdrawalId}`)).body;
    expect(bill).toMatchObject({ payerAmount: { value: '-5000' }, method: { kind: 'card' }, refunds: [] });
  });
});

describe('passkeys', () => {
  it('are offered after the PIN, and nothing that is not one is taken for one', async () => {
    const session = await known('许晴');
    expect((await post(session, '/passkeys/offer', { pin: '111112' })).body.error.code).toBe('PIN_WRONG');
    const { options } = (await post(session, '/passkeys/offer', { pin: '735126' })).body;
    expect(options).toMatchObject({
      rp: { id: 'localhost', name: 'Tongbao' },
      attestation: 'none',
      authenticatorSelection: { userVerification: 'required' },
    });
    // case 22: a passkey belongs to a name; no browser makes one for an address.
    for (const host of ['127.0.0.1:8080', '[::1]:8080']) {
      const body = { pin: '735126' };
      const there = await world.call('POST', '/api/wallet/passkeys/offer', {
        session,
        body,
        headers: { host },
      });
      expect(there).toMatchObject({ status: 403, body: { error: { code: 'PASSKEY_REFUSED' } } });
    }
    const clientDataJSON = Buffer.from(JSON.stringify({ challenge: options.challenge })).toString(
      'base64url',
    );
    for (const response of [
      {},
      { response: null },
      { response: { clientDataJSON } },
      { id: 'x', response: 7 },
    ]) {
      const answer = await post(session, '/passkeys', { name: 'mine', response });
      expect(answer).toMatchObject({ status: 403, body: { error: { code: 'PASSKEY_REFUSED' } } });
    }
    const url = world.cashierUrl(await world.order(1_000n));
    const asked = await world.call('POST', `${url}/passkey`, { session, body: {} });
    expect(asked).toMatchObject({ status: 200, body: { options: null } });
    for (const body of [{}, { pin: '735126', passkey: {} }])
      expect(
        (
          await world.call('POST', `${url}/authorizations`, {
            session,
            body: { method: { kind: 'balance' }, ...body },
          })
        ).status,
      ).toBe(400);
  });
});
