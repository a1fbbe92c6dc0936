// The wallet over HTTP: sign-in and its cookie, the fences against other sites, top-ups, bills.
import cookies from '@fastify/cookie';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyReceipt } from '../../audit/verify-receipt.ts';
import { createLog } from '../../log.ts';
import { type ShopperWorld, shopperWorld } from '../../testing/shopper-world.ts';
import { createServer } from '../server.ts';
import { keepTokens } from '../shopper/session.ts';

let world: ShopperWorld;
beforeAll(async () => {
  world = await shopperWorld(true);
});
afterAll(() => world.close());

const phone = '+8613800000001';
const codeOf = async (): Promise<string> =>
  (await world.call('POST', '/api/wallet/session/code', { body: { phone } })).body.sandboxCode;

describe('signing in', () => {
  it('goes from phone to code to wallet', async () => {
    const asked = await world.call('POST', '/api/wallet/session/code', { body: { phone: '13800000001' } });
    expect(asked).toMatchObject({ status: 200, body: { maskedPhone: '+86 138****0001' } });
    expect(asked.body.sandboxCode).toMatch(/^\d{6}$/);
    const answer = await world.call('POST', '/api/wallet/session', {
      body: { phone: '13800000001', code: asked.body.sandboxCode },
    });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        customer: { name: '李伟', maskedPhone: '+86 138****0001', region: 'CN', pinLockedUntil: null },
        balance: { currency: 'CNY', value: '500000' },
        available: { currency: 'CNY', value: '500000' },
        cards: [
          { bankName: { zh: '翡翠银行', en: 'Jade Bank' }, last4: '0018', kind: 'debit' },
          { last4: '0026' },
        ],
      },
    });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.cookie).toMatch(
      /^tongbao_session=[A-Za-z0-9_-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict,/,
    );
  });

  it.each([
    ['https://pay.example', true],
    ['http://localhost:8080', false],
    [undefined, false],
  ])(
    'security M9: where browsers come by %s, the cookies are Secure and __Host-: %s',
    async (publicUrl, secure) => {
      const server = await createServer({
        logger: createLog('silent'),
        ...(publicUrl === undefined ? {} : { site: { publicUrl, isOnlyThere: true } }),
        healthy: async () => true,
        adapters: [
          async (app) => {
            await app.register(cookies);
            app.get('/sign-in', async (request, reply) => {
              keepTokens(request, reply, { token: 'token', device: 'device' });
              return {};
            });
          },
        ],
      });
      const { headers } = await server.inject('/sign-in');
      const [session, device] = headers['set-cookie'] as unknown as [string, string];
      expect([session, device].map((cookie) => cookie.split('=')[0])).toEqual(
        secure ? ['__Host-tongbao_session', '__Host-tongbao_device'] : ['tongbao_session', 'tongbao_device'],
      );
      for (const cookie of [session, device]) {
        expect(cookie).toContain('; HttpOnly');
        expect(cookie).toContain('; SameSite=Strict');
        expect(/; Secure/.test(cookie)).toBe(secure);
        if (secure) expect(cookie).toContain('; Path=/;');
      }
      expect(headers['strict-transport-security'] !== undefined).toBe(secure);
      await server.close();
    },
  );

  it('security M3: who sends no challenge but keeps cookies has tries of their own as well', async () => {
    const person = '+8613800000003';
    const asked = await world.call('POST', '/api/wallet/session/code', { body: { phone: person } });
    const jar = asked.cookie!.split(';')[0]!;
    expect(jar).toBe(`tongbao_challenge=${asked.body.challenge}`);
    const code = asked.body.sandboxCode as string;
    const wrong = { phone: person, code: code === '111111' ? '222222' : '111111' };
    for (let number = 0; number < 8; number++)
      await world.call('POST', '/api/wallet/session', { body: wrong });
    const body = { phone: person, code };
    expect((await world.call('POST', '/api/wallet/session', { body })).status).toBe(429);
    const entered = await world.call('POST', '/api/wallet/session', { body, session: jar });
    expect(entered.status).toBe(200);
    // The answer was lost: the same call has it again, whatever else the browser has by now.
    const again = await world.call('POST', '/api/wallet/session', { body, session: jar });
    expect(again.cookie!.split(';')[0]).toBe(entered.cookie!.split(';')[0]);
  });

  it('gives a new session at each sign-in, whatever cookie was planted before', async () => {
    const planted = `tongbao_session=${'A'.repeat(43)}`;
    const first = await world.call('POST', '/api/wallet/session', {
      body: { phone, code: await codeOf() },
      session: planted,
    });
    const session = first.cookie!.split(';')[0]!;
    expect(session).not.toBe(planted);
    expect((await world.call('GET', '/api/wallet', { session: planted })).status).toBe(401);
    const second = await world.call('POST', '/api/wallet/session', {
      body: { phone, code: await codeOf() },
      session,
    });
    expect((await world.call('GET', '/api/wallet', { session })).body.error.code).toBe('NOT_SIGNED_IN');
    expect((await world.call('GET', '/api/wallet', { session: second.cookie!.split(';')[0]! })).status).toBe(
      200,
    );
  });

  it('ends with signing out, on the server and in the browser', async () => {
    const session = await world.signIn(phone);
    const out = await world.call('POST', '/api/wallet/session/end', { body: {}, session });
    expect(out).toMatchObject({ status: 200, body: {} });
    expect(out.cookie).toMatch(/^tongbao_session=;.*(Max-Age=0|Expires=Thu, 01 Jan 1970)/);
    expect((await world.call('GET', '/api/wallet', { session })).status).toBe(401);
  });

  it('says what is wrong: code, expiry, number, form', async () => {
    const code = await codeOf();
    const wrong = code === '111111' ? '222222' : '111111';
    expect(await world.call('POST', '/api/wallet/session', { body: { phone, code: wrong } })).toMatchObject({
      status: 403,
      body: { error: { code: 'CODE_WRONG', attemptsLeft: 4 } },
    });
    const early = await world.call('POST', '/api/wallet/session/code', { body: { phone } });
    expect(early).toMatchObject({ status: 429, body: { error: { code: 'CODE_TOO_MANY' } } });
    expect(early.body.error.retryAt).toBe(new Date(world.clock.now().getTime() + 60_000).toISOString());
    world.clock.advance(5 * 60_000);
    expect(await world.call('POST', '/api/wallet/session', { body: { phone, code } })).toMatchObject({
      status: 410,
      body: { error: { code: 'CODE_EXPIRED' } },
    });
    expect(
      await world.call('POST', '/api/wallet/session/code', { body: { phone: '+8613800000099' } }),
    ).toMatchObject({
      status: 404,
      body: { error: { code: 'PHONE_UNKNOWN' } },
    });
    for (const body of [{ phone: 'abc' }, { phone: '123456' }, {}, [], 'not json', '{"phone":']) {
      expect(await world.call('POST', '/api/wallet/session/code', { body })).toMatchObject({
        status: 400,
        body: { error: { code: 'INVALID_REQUEST' } },
      });
    }
  });
});

describe('calls from elsewhere', () => {
  it.each([
    ['no header', { 'x-tongbao-csrf': undefined }, 403],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['plain text', { 'content-type': 'text/plain' }, 415],
    ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a neighbour site', { 'sec-fetch-site': 'same-site' }, 403],
    ['another origin', { origin: 'https://evil.example' }, 403],
    ['another port', { origin: 'http://localhost:8081', host: 'localhost:8080' }, 403],
    ['a hidden origin', { origin: 'null' }, 403],
  ])('are refused: %s', async (_name, headers, status) => {
    const session = await world.signIn(phone);
    const answer = await world.call('POST', '/api/wallet/session/end', { body: {}, session, headers });
    expect(answer.status).toBe(status);
    expect(answer.body.error.code).toBe(status === 403 ? 'FORBIDDEN' : 'INVALID_REQUEST');
    expect((await world.call('GET', '/api/wallet', { session })).status).toBe(200);
  });

  it('are welcome from the own pages', async () => {
    const session = await world.signIn(phone);
    const headers = {
      origin: 'http://localhost:8080',
      host: 'localhost:8080',
      'sec-fetch-site': 'same-origin',
    };
    expect((await world.call('POST', '/api/wallet/session/end', { body: {}, session, headers })).status).toBe(
      200,
    );
  });
});

describe('top-ups', () => {
  const topUp = (session: string, more: object = {}) =>
    world.call('POST', '/api/wallet/top-ups', {
      session,
      body: {
        requestId: 'request-1',
        cardId: '0',
        amount: { currency: 'CNY', value: '10000' },
        pin: '314159',
        ...more,
      },
    });

  it('need a session, the PIN and an own card, and are made once', async () => {
    const session = await world.signIn('+8613800000002');
    const { body: view } = await world.call('GET', '/api/wallet', { session });
    const { cardId } = view.cards[0];
    expect((await world.call('POST', '/api/wallet/top-ups', { body: {} })).status).toBe(401);
    expect(await topUp(session, { cardId, pin: '000001' })).toMatchObject({
      status: 403,
      body: { error: { code: 'PIN_WRONG', attemptsLeft: 4 } },
    });
    expect((await topUp(session)).body.error.code).toBe('CARD_NOT_FOUND');
    expect((await topUp(session, { cardId: 'x' })).body.error.code).toBe('CARD_NOT_FOUND');
    for (const value of ['0', '-5', '5000001']) {
      const answer = await topUp(session, { cardId, amount: { currency: 'CNY', value } });
      expect(answer).toMatchObject({ status: 422, body: { error: { code: 'AMOUNT_LIMIT' } } });
    }
    expect((await topUp(session, { cardId, amount: { currency: 'CNY', value: '1.5' } })).status).toBe(400);
    expect(world.asks).toEqual([]);

    const asked = await topUp(session, { cardId });
    expect(asked).toMatchObject({
      status: 200,
      body: { status: 'pending', card: { last4: '0034' }, finishedAt: null },
    });
    expect((await topUp(session, { cardId })).body).toEqual(asked.body);
    expect(await topUp(session, { cardId, amount: { currency: 'CNY', value: '10001' } })).toMatchObject({
      status: 409,
      body: { error: { code: 'REQUEST_REUSED' } },
    });
    expect(world.asks).toHaveLength(1);
    await world.wallet.askBank(world.asks[0]!);
    const url = `/api/wallet/top-ups/${asked.body.topUpId}`;
    expect((await world.call('GET', url, { session })).body).toMatchObject({ status: 'succeeded' });
    expect((await world.call('GET', '/api/wallet', { session })).body.balance.value).toBe('18800');
    const stranger = await world.signIn(phone);
    expect((await world.call('GET', url, { session: stranger })).status).toBe(404);
    expect((await world.call('GET', '/api/wallet/top-ups/9999999999999999999', { session })).status).toBe(
      404,
    );
    const { body } = await world.call('GET', '/api/wallet/bills', { session });
    expect(body.bills).toMatchObject([
      { kind: 'top-up', title: '翡翠银行', status: 'succeeded', payerAmount: { value: '10000' } },
    ]);
  });

  it('lock the PIN after five wrong ones, say until when, and never write a PIN down', async () => {
    const session = await world.signIn('+8613800000003');
    const answers = await Promise.all(Array.from({ length: 8 }, () => topUp(session, { pin: '909091' })));
    expect(answers.filter((answer) => answer.body.error.code === 'PIN_WRONG')).toHaveLength(4);
    const locked = answers.filter((answer) => answer.body.error.code === 'PIN_LOCKED');
    expect(locked).toHaveLength(4);
    const retryAt = new Date(world.clock.now().getTime() + 3 * 3_600_000).toISOString();
    expect(locked[0]).toMatchObject({ status: 423, body: { error: { retryAt } } });
    const { body } = await world.call('GET', '/api/wallet', { session });
    expect(body.customer.pinLockedUntil).toBe(retryAt);
    expect(world.log.join('')).not.toContain('909091');
  });
});

describe('bills', () => {
  it('list payments, refunds and top-ups newest first, page by page, each to be looked at', async () => {
    const [liWei] = world.people;
    const session = await world.signIn(phone);
    const account = (await world.wallet.accountOf(liWei!.customerId, 'CNY'))!;
    const made: string[] = [];
    for (let n = 0; n < 25; n++) {
      const payment = await world.order(1_000n);
      await world.payments.authorize({
        paymentId: payment.id,
        payer: { customerId: liWei!.customerId, kycClass: 3, status: 'active' },
        payerAccount: account,
        funding: { kind: 'balance' },
        clearingAccount: null,
      });
      made.unshift(`P${payment.id}`);
    }
    const { refund } = await world.payments.refund({
      merchantId: (await world.payments.findById(BigInt(made[0]!.slice(1))))!.merchantId,
      paymentId: BigInt(made[0]!.slice(1)),
      requestId: 'refund-1',
      inputHash: Buffer.from('1'),
      amount: { currency: 'KRW', amount: 400n },
      reason: null,
      notifyUrl: null,
      metadata: null,
      funds: 'now',
    });
    made.unshift(`R${refund.id}`);
    const first = (await world.call('GET', '/api/wallet/bills', { session })).body;
    expect(first.bills).toHaveLength(20);
    const second = (await world.call('GET', `/api/wallet/bills?cursor=${first.nextCursor}`, { session }))
      .body;
    expect(second.nextCursor).toBeNull();
    const bills = [...first.bills, ...second.bills];
    expect(bills.map((bill: { billId: string }) => bill.billId)).toEqual(made);
    expect(bills[0]).toMatchObject({ kind: 'refund', amount: { currency: 'KRW', value: '400' } });
    expect(bills[1]).toMatchObject({
      kind: 'payment',
      title: '韩光百货 Hanbit Mall',
      status: 'partly-refunded',
      amount: { currency: 'KRW', value: '1000' },
      rate: { base: 'KRW', quote: 'CNY', spreadBps: 50 },
    });
    expect(bills[1].payerAmount.value).toMatch(/^-\d+$/);
    for (const index of [0, 1]) {
      const { body } = await world.call('GET', `/api/wallet/bills/${bills[index].billId}`, { session });
      expect(body).toMatchObject(bills[index]);
    }
    const stranger = await world.signIn('+8613800000004');
    for (const billId of [made[0], made[1], 'P1', 'X1', 'P', 'T1', 'P99999999999999999999']) {
      expect((await world.call('GET', `/api/wallet/bills/${billId}`, { session: stranger })).status).toBe(
        404,
      );
    }
    expect((await world.call('GET', '/api/wallet/bills?cursor=x', { session })).status).toBe(400);
  });
});

it('answers what it does not know in the shopper’s own words', async () => {
  for (const url of ['/api/wallet/nothing', '/api/cashier/nothing']) {
    expect(await world.call('GET', url)).toMatchObject({
      status: 404,
      body: { error: { code: 'NOT_FOUND' } },
    });
  }
});

it('security H1: one network may ask for so many codes, another for its own', async () => {
  const production = await shopperWorld(false);
  try {
    const statuses: number[] = [];
    for (let n = 0; n < 62; n++) {
      const body = { phone: `+86138000001${String(n).padStart(2, '0')}` };
      const answer = await production.call('POST', '/api/wallet/session/code', { body });
      statuses.push(answer.status);
      if (answer.status === 429) {
        expect(answer.body.error.code).toBe('CODE_TOO_MANY');
        expect(answer.headers['retry-after']).toBeDefined();
      } else expect(answer.body.sandboxCode).toBeUndefined();
    }
    expect(statuses).toEqual([...Array(60).fill(200), 429, 429]);
    const elsewhere = await production.app.inject({
      ...{ method: 'POST', url: '/api/wallet/session/code', remoteAddress: '198.51.100.7' },
      headers: { 'content-type': 'application/json', 'x-tongbao-csrf': '1' },
      payload: { phone },
    });
    expect(elsewhere.statusCode).toBe(200);
  } finally {
    await production.close();
  }
});

describe('receipts', () => {
  it('prove that a payment’s events are in the log, and nothing of the merchant’s; for its payer alone', async () => {
    const [liWei] = world.people;
    const session = await world.signIn(phone);
    const payment = await world.payments.authorize({
      paymentId: (await world.order(59_000n)).id,
      payer: { customerId: liWei!.customerId, kycClass: 3, status: 'active' },
      payerAccount: (await world.wallet.accountOf(liWei!.customerId, 'CNY'))!,
      funding: { kind: 'balance' },
      clearingAccount: null,
    });
    const at = `/api/wallet/bills/P${payment.id}/receipt`;
    const early = (await world.call('GET', at, { session })).body;
    expect(early.parts).toMatchObject([{ kind: 'paid', leaf: 'event', proof: null }]);
    await world.auditLog.sealAll();
    const { status, body } = await world.call('GET', at, { session });
    expect(status).toBe(200);
    expect(body.parts).toHaveLength(1);
    const { verifierKey } = (await world.auditLog.checkpoint())!;
    expect(verifyReceipt(JSON.stringify(body), { verifierKey, kept: null })).toMatchObject({
      findings: [],
      facts: [
        expect.stringMatching(
          `^\\["event/1",${payment.id},2,"paid",.* is leaf \\d+ of \\d+ of tongbao.test/log$`,
        ),
      ],
    });
    const stranger = await world.signIn('+8613800000002');
    for (const [url, asked] of [
      [at, { session: stranger }],
      [at, {}],
      ['/api/wallet/bills/T1/receipt', { session }],
      ['/api/wallet/bills/Px/receipt', { session }],
    ] as const)
      expect((await world.call('GET', url, asked)).status, url).toBe('session' in asked ? 404 : 401);
  });
});
