// Security, "what held (keep it so)", over HTTP against a sandbox: many at once after the same money, through every door that
// leads to it; and what strangers, recorders and other merchants send. races.test.ts has the same races at the rooms' doors.
import type { AuditAnswer } from '@tongbao/protocol/sandbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { classicShop, shopperOf } from '../classic-shop.ts';
import { signedPost } from '../signed-post.ts';
import { type Sandbox, startSandbox } from '../start-sandbox.ts';

type Shopper = Awaited<ReturnType<typeof shopperOf>>;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(async () => {
  const { proofs } = await sandbox.get<AuditAnswer>('/audit.json');
  const log = sandbox.log();
  await sandbox.stop();
  expect(proofs.filter(({ ok }) => !ok)).toEqual([]);
  expect(log).not.toContain('unexpected error');
});

let counter = 0;
const next = () => `held-${++counter}`;
const times = <Made>(count: number, make: (index: number) => Made): Made[] =>
  Array.from({ length: count }, (_, index) => make(index));
const person = (index: number) => sandbox.credentials.customers[index]!;
const signedIn = (index: number) => shopperOf(sandbox, person(index).phone, person(index).pin);

/** How often each answer was given. */
function tally(answers: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1;
  return counts;
}

const ams = async (resource: string, body: object, merchant = 0) =>
  (await signedPost(sandbox, sandbox.credentials.merchants[merchant]!, { resource, body })).body;
const order = async (won: string) =>
  await sandbox.post<{ paymentId: string; cashierUrl: string }>('/sandbox/test-payment', {
    amount: { currency: 'KRW', value: won },
  });
const wallet = async (shopper: Shopper) => {
  const { balance } = await shopper.get('/api/wallet');
  return BigInt(balance.value);
};
const confirm = async (shopper: Shopper, cashierUrl: string, pin: string) => {
  const { status, body } = await shopper.post(`${shopper.path(cashierUrl)}/authorizations`, {
    ...{ method: { kind: 'balance' }, pin },
  });
  return status === 200 ? (body.status as string) : (body.error.code as string);
};

/** A till of one protocol or the other scans a code. */
async function till(index: number, code: string, won: string): Promise<string> {
  if (index % 2 === 1) {
    const { xml } = await classicShop(sandbox, 0).call({
      ...{ service: 'alipay.acquire.overseas.spot.pay', trans_name: '香水', partner_trans_id: next() },
      ...{ currency: 'KRW', trans_amount: won, buyer_identity_code: code, identity_code_type: 'barcode' },
      ...{ trans_create_time: '20141111103000', biz_product: 'OVERSEAS_MBARCODE_PAY' },
      alipay_seller_id: sandbox.credentials.merchants[0]!.classic.partner,
      extend_info: JSON.stringify({ secondary_merchant_name: 'C', store_id: 'S', terminal_id: 'T' }),
    });
    return xml.leaves.result_code === 'SUCCESS' ? 'paid' : xml.leaves.error!;
  }
  const { result } = await ams('payments/pay', {
    ...{ productCode: 'IN_STORE_PAYMENT', paymentRequestId: next() },
    paymentAmount: { currency: 'KRW', value: won },
    order: { referenceOrderId: 'POS', orderDescription: '香水', merchant: { referenceMerchantId: 'S1' } },
    paymentMethod: { paymentMethodType: 'CONNECT_WALLET', paymentMethodId: code },
    paymentFactor: { inStorePaymentScenario: 'PaymentCode' },
  });
  return result.resultStatus === 'S' ? 'paid' : result.resultCode;
}
const codeOf = async (index: number) =>
  (await sandbox.post<{ code: string }>('/sandbox/payment-code', { customer: person(index).phone })).code;

describe('security held: races on one order, one balance, one code', () => {
  test('24 confirmations of one payment by three people: one pays, once', async () => {
    const people = await Promise.all(
      [0, 1, 2].map(async (index) => ({ index, shopper: await signedIn(index) })),
    );
    const had = await Promise.all(people.map(({ shopper }) => wallet(shopper)));
    const { cashierUrl } = await order('1000');
    const { payerAmount } = await people[0]!.shopper.look(cashierUrl);
    const answers = await Promise.all(
      times(24, (index) => {
        const { shopper, index: who } = people[index % 3]!;
        return confirm(shopper, cashierUrl, person(who).pin);
      }),
    );
    expect(tally(answers)).toEqual({ paid: 1, PAYMENT_ALREADY_PAID: 23 });
    const spent = await Promise.all(
      people.map(async ({ shopper }, index) => had[index]! - (await wallet(shopper))),
    );
    expect(spent.filter((each) => each !== 0n)).toEqual([BigInt(payerAmount.value)]);
  });

  test('14 spends of one balance over the cashier, two tills’ protocols and withdrawals: one wins', async () => {
    // Wang Fang's balance is enough for any one of them, and not for two.
    const shopper = await signedIn(1);
    const { pin } = person(1);
    const has = await wallet(shopper);
    const won = ((has * 160n) / 100n).toString();
    const orders = await Promise.all(times(5, () => order(won)));
    const cost = BigInt((await shopper.look(orders[0]!.cashierUrl)).payerAmount.value);
    expect(cost <= has && cost * 2n > has).toBe(true);
    const codes = [await codeOf(1), await codeOf(1), await codeOf(1), await codeOf(1)];
    const { cards } = await shopper.get('/api/wallet');
    const answers = await Promise.all([
      ...orders.map(({ cashierUrl }) => confirm(shopper, cashierUrl, pin)),
      ...codes.map((code, index) => till(index, code, won)),
      ...times(5, async () => {
        const { status, body } = await shopper.post('/api/wallet/withdrawals', {
          ...{ requestId: `${next()}-0000`, cardId: cards[0].cardId, pin },
          amount: { currency: 'CNY', value: cost.toString() },
        });
        return status === 200 ? 'paid' : body.error.code;
      }),
    ]);
    const counts = tally(answers);
    expect(counts.paid).toBe(1);
    expect(
      Object.keys(counts).every((answer) => /^paid$|BALANCE/.test(answer)),
      JSON.stringify(counts),
    ).toBe(true);
    expect(await wallet(shopper)).toBe(has - cost);
  });

  test('one code at fourteen tills over two protocols pays one of them', async () => {
    const shopper = await signedIn(0);
    const has = await wallet(shopper);
    const code = await codeOf(0);
    const answers = await Promise.all(times(14, (index) => till(index, code, '1000')));
    expect(answers.filter((answer) => answer === 'paid')).toHaveLength(1);
    expect(new Set(answers)).toEqual(new Set(['paid', 'INVALID_CODE', 'SOUNDWAVE_PARSER_FAIL']));
    const { payerAmount } = await shopper.look((await order('1000')).cashierUrl);
    expect(await wallet(shopper)).toBe(has - BigInt(payerAmount.value));
  });

  test('16 refunds and 4 cancellations of one payment over both gateways return no more than was paid', async () => {
    const shopper = await signedIn(0);
    const has = await wallet(shopper);
    const shop = classicShop(sandbox, 0);
    const number = next();
    const announced = await shop.call({
      ...{
        service: 'create_forex_trade',
        subject: '香水',
        out_trade_no: number,
        currency: 'KRW',
        total_fee: '59000',
      },
    });
    const paid = await sandbox.post<{ paymentId: string }>('/sandbox/pay', {
      cashierUrl: announced.location!,
    });
    const cost = has - (await wallet(shopper));
    const classicRefund = async () =>
      (
        await shop.call({
          ...{ service: 'forex_refund', out_return_no: next(), out_trade_no: number, currency: 'KRW' },
          ...{ return_amount: '10000', gmt_return: '20141111103000', reason: 'size' },
        })
      ).xml.isSuccess;
    const amsRefund = async () => {
      const { result } = await ams('payments/refund', {
        ...{ refundRequestId: next(), paymentId: paid.paymentId },
        refundAmount: { currency: 'KRW', value: '10000' },
      });
      return result.resultStatus === 'S';
    };
    const amsCancel = async () => {
      const { result } = await ams('payments/cancel', { paymentId: paid.paymentId });
      return result.resultStatus === 'S';
    };
    const classicCancel = async () =>
      (await shop.call({ service: 'alipay.acquire.cancel', out_trade_no: number })).xml.leaves.result_code ===
      'SUCCESS';
    const refunds = times(16, (index) => (index % 2 === 0 ? amsRefund() : classicRefund()));
    const cancels = times(4, (index) => (index % 2 === 0 ? amsCancel() : classicCancel()));
    const [refunded, cancelled] = [await Promise.all(refunds), await Promise.all(cancels)];
    const back = (await wallet(shopper)) - (has - cost);
    const won = refunded.filter(Boolean).length;
    if (cancelled.some(Boolean)) expect([won, back]).toEqual([0, cost]);
    else {
      expect(won).toBe(5);
      expect(back * 59n >= cost * 50n - 59n && back * 59n <= cost * 50n + 59n).toBe(true);
    }
  });
});

describe('security held: guesses', () => {
  test('30 wrong PINs at once through six doors are five, and the right one is locked with them at each', async () => {
    const shopper = await signedIn(3);
    const { pin } = person(3);
    const wrong = pin === '000000' ? '000001' : '000000';
    const { cashierUrl } = await order('1000');
    const { cards } = await (await signedIn(0)).get('/api/wallet');
    const doors: readonly ((pin: string) => ReturnType<Shopper['post']>)[] = [
      (typed) =>
        shopper.post(`${shopper.path(cashierUrl)}/authorizations`, {
          method: { kind: 'balance' },
          pin: typed,
        }),
      (typed) => shopper.post('/api/wallet/pin/check', { pin: typed }),
      (typed) => shopper.post('/api/wallet/pin/change', { pin: typed, newPin: '582047' }),
      (typed) => shopper.post('/api/wallet/limits', { payment: null, day: null, pin: typed }),
      (typed) => shopper.post('/api/wallet/passkeys/offer', { pin: typed }),
      (typed) =>
        shopper.post('/api/wallet/withdrawals', {
          ...{ requestId: `${next()}-0000`, cardId: cards[0].cardId, pin: typed },
          amount: { currency: 'CNY', value: '1' },
        }),
    ];
    const answers = await Promise.all(times(30, (index) => doors[index % 6]!(wrong)));
    const counts = tally(answers.map(({ body }) => body.error.code));
    expect(counts.PIN_WRONG).toBeLessThanOrEqual(5);
    expect(counts.PIN_LOCKED).toBeGreaterThanOrEqual(20);
    for (const door of doors.slice(0, 5)) expect((await door(pin)).body.error.code).toBe('PIN_LOCKED');
  });

  test('40 guesses of payment codes at tills pay nothing', async () => {
    const real = BigInt(await codeOf(0));
    const near = (index: number) => (real + BigInt(index + 1)).toString();
    const answers = await Promise.all(times(40, (index) => till(index, near(index), '1000')));
    expect(new Set(answers)).toEqual(new Set(['INVALID_CODE', 'SOUNDWAVE_PARSER_FAIL']));
  });
});

describe('security held: recorded and changed requests', () => {
  const pay = (number: string, won = '1000') => ({
    ...{ productCode: 'CASHIER_PAYMENT', paymentRequestId: number },
    paymentAmount: { currency: 'KRW', value: won },
    order: { referenceOrderId: number, orderDescription: 'x' },
    paymentMethod: { paymentMethodType: 'ALIPAY_CN' },
    paymentRedirectUrl: 'https://shop.example/return',
  });

  test('a signed payment and refund replayed twenty times at once are one payment and one refund', async () => {
    const merchant = sandbox.credentials.merchants[0]!;
    const time = String(Date.now());
    const replayed = async (resource: string, body: object) => {
      const recorded = { resource, body, time };
      return Promise.all(times(20, async () => (await signedPost(sandbox, merchant, recorded)).body));
    };
    const payments = await replayed('payments/pay', pay(next()));
    expect(new Set(payments.map(({ paymentId }) => paymentId)).size).toBe(1);
    const { paymentId } = payments[0]!;
    await sandbox.post('/sandbox/pay', { paymentId });
    const shopper = await signedIn(0);
    const before = await wallet(shopper);
    const refunds = await replayed('payments/refund', {
      ...{ refundRequestId: next(), paymentId, refundAmount: { currency: 'KRW', value: '400' } },
    });
    expect(new Set(refunds.map(({ refundId, result }) => `${refundId} ${result.resultCode}`)).size).toBe(1);
    const once = (await wallet(shopper)) - before;
    const more = await ams('payments/inquiryPayment', { paymentId });
    expect(more.transactions?.length ?? 1).toBe(1);
    expect(once > 0n && once < 300n).toBe(true);
  });

  test('a replayed id with other contents is refused, and a body changed by one byte is no one’s', async () => {
    const merchant = sandbox.credentials.merchants[0]!;
    const number = next();
    expect((await ams('payments/pay', pay(number))).result.resultCode).toBe('PAYMENT_IN_PROCESS');
    expect((await ams('payments/pay', pay(number, '999'))).result.resultStatus).toBe('F');
    const signedBody = JSON.stringify(pay(next(), '59000'));
    for (const raw of [
      signedBody.replace('59000', '59001'),
      `${signedBody} `,
      signedBody.replace('x', 'y'),
    ]) {
      const { body } = await signedPost(sandbox, merchant, { resource: 'payments/pay', raw, signedBody });
      expect(body.result.resultCode).toBe('INVALID_SIGNATURE');
    }
    const shop = classicShop(sandbox, 0);
    const honest = shop.sign({
      ...{
        service: 'create_forex_trade',
        subject: 'x',
        out_trade_no: next(),
        currency: 'KRW',
        total_fee: '59000',
      },
    });
    const changes: Record<string, string>[] = [
      { total_fee: '100' },
      { out_trade_no: next() },
      { notify_url: 'https://evil.example/' },
    ];
    for (const change of changes) {
      const answer = await shop.call({ ...honest, ...change }, { raw: true });
      expect([answer.location, answer.text]).toEqual([null, expect.stringContaining('ILLEGAL_SIGN')]);
    }
  });

  test('another merchant’s payment and refund do not exist over either gateway, by whatever id', async () => {
    const number = next();
    const { paymentId } = await ams('payments/pay', pay(number));
    await sandbox.post('/sandbox/pay', { paymentId });
    const amount = { currency: 'KRW', value: '100' };
    const code = async (resource: string, body: object) => (await ams(resource, body, 1)).result.resultCode;
    expect(await code('payments/inquiryPayment', { paymentId })).toBe('ORDER_NOT_EXIST');
    expect(await code('payments/inquiryPayment', { paymentRequestId: number })).toBe('ORDER_NOT_EXIST');
    expect(await code('payments/cancel', { paymentId })).toBe('ORDER_NOT_EXIST');
    expect(await code('payments/refund', { paymentId, refundRequestId: next(), refundAmount: amount })).toBe(
      'ORDER_NOT_EXIST',
    );
    const refundRequestId = next();
    await ams('payments/refund', { paymentId, refundRequestId, refundAmount: amount });
    expect(await code('payments/inquiryRefund', { refundRequestId })).toBe('ORDER_NOT_EXIST');
    const other = classicShop(sandbox, 1);
    for (const [service, name, value] of [
      ['single_trade_query', 'trade_no', paymentId],
      ['single_trade_query', 'out_trade_no', number],
      ['close_trade', 'trade_no', paymentId],
      ['alipay.acquire.query', 'trade_no', paymentId],
      ['alipay.acquire.cancel', 'trade_no', paymentId],
    ] as const) {
      const { text } = await other.call({ service, [name]: value });
      expect(text, `${service} ${name}`).toContain('TRADE_NOT_EXIST');
    }
    expect((await ams('payments/inquiryPayment', { paymentId })).paymentStatus).toBe('SUCCESS');
  });
});

describe('security held: pages and sessions', () => {
  test('cookies: not readable by scripts, this site only, and a planted one opens nothing', async () => {
    const { phone } = person(0);
    const headers = { 'content-type': 'application/json', 'x-tongbao-csrf': '1' };
    const post = (path: string, body: object, more: Record<string, string> = {}) =>
      fetch(`${sandbox.http}${path}`, {
        method: 'POST',
        headers: { ...headers, ...more },
        body: JSON.stringify(body),
      });
    const { sandboxCode } = (await (await post('/api/wallet/session/code', { phone })).json()) as {
      sandboxCode: string;
    };
    const planted = `tongbao_session=${'A'.repeat(43)}`;
    const answer = await post('/api/wallet/session', { phone, code: sandboxCode }, { cookie: planted });
    const cookies = answer.headers.getSetCookie();
    expect(cookies.length).toBeGreaterThan(0);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/; HttpOnly/i);
      expect(cookie).toMatch(/; SameSite=Strict/i);
      expect(cookie).not.toMatch(/; Domain=/i);
      expect(cookie).not.toContain('A'.repeat(43));
    }
  });

  test.each(['/api/console/session', '/api/console/session/end', '/api/console/password'])(
    'CSRF: %s takes nothing from another site’s page, nor from a form',
    async (path) => {
      const foreign: Record<string, string>[] = [
        { 'content-type': 'application/json' },
        { 'content-type': 'application/x-www-form-urlencoded', 'x-tongbao-csrf': '1' },
        { 'content-type': 'application/json', 'x-tongbao-csrf': '1', origin: 'https://evil.example' },
        { 'content-type': 'application/json', 'x-tongbao-csrf': '1', 'sec-fetch-site': 'cross-site' },
      ];
      for (const headers of foreign) {
        const { status } = await fetch(`${sandbox.http}${path}`, { method: 'POST', headers, body: '{}' });
        expect([403, 415], JSON.stringify(headers)).toContain(status);
      }
    },
  );

  test.each(['/', '/wallet', '/cashier/x', '/console', '/audit'])(
    '%s cannot be framed, runs no foreign script, and no browser keeps it',
    async (path) => {
      const { headers } = await fetch(`${sandbox.http}${path}`);
      expect(headers.get('content-security-policy')).toMatch(/script-src 'self'.*frame-ancestors 'none'/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toMatch(/no-store|no-cache/);
    },
  );

  test('header injection: a client id with a line break comes back in no header', async () => {
    const merchant = sandbox.credentials.merchants[0]!;
    for (const id of ['a%0d%0aset-cookie: x=1', 'ü', 'a'.repeat(500)]) {
      const { status, body } = await signedPost(sandbox, merchant, { headers: { 'client-id': id } });
      expect([status, body.result.resultStatus]).toEqual([200, 'F']);
    }
    const answer = await classicShop(sandbox, 0).call({
      ...{
        service: 'create_forex_trade',
        subject: 'x',
        out_trade_no: next(),
        currency: 'KRW',
        total_fee: '100',
      },
      return_url: 'https://shop.example/?a=%0d%0aset-cookie:%20x=1',
    });
    expect(answer.location ?? '').not.toMatch(/[\r\n]/);
  });
});

describe('security held: 45 notations of addresses that notifications are never sent to', () => {
  const notations = [
    '10.0.0.1',
    '10.1',
    '0xa.0.0.1',
    '012.0.0.1',
    '167772161',
    '0x0a000001',
    '10.0.0.1.',
    '１０.0.0.1',
    '172.16.0.1',
    '172.31.255.254',
    '192.168.0.1',
    '192.168.1',
    '0300.0250.0.1',
    '3232235521',
    '169.254.169.254',
    '169.254.43518',
    '0xa9fea9fe',
    '2852039166',
    '0251.0376.0251.0376',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '[::a9fe:a9fe]',
    '[64:ff9b::a9fe:a9fe]',
    '[2002:a9fe:a9fe::1]',
    '[::ffff:0:a9fe:a9fe]',
    '100.64.0.1',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.1',
    '192.0.2.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '0.0.0.0',
    '0',
    '[::]',
    '[fe80::1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[ff02::1]',
    'metadata.google.internal',
    'router.local',
    'db.home.arpa',
  ];
  test('there are at least 45 of them', () => expect(new Set(notations).size).toBeGreaterThanOrEqual(45));

  test.each(notations)('http://%s/ is refused over both gateways', async (host) => {
    const url = `http://${host}/notify`;
    const number = next();
    const { result } = await ams('payments/pay', {
      ...{ productCode: 'CASHIER_PAYMENT', paymentRequestId: number, paymentNotifyUrl: url },
      paymentAmount: { currency: 'KRW', value: '1000' },
      order: { referenceOrderId: number, orderDescription: 'x' },
      paymentMethod: { paymentMethodType: 'ALIPAY_CN' },
      paymentRedirectUrl: 'https://shop.example/return',
    });
    expect(result.resultCode).toBe('PARAM_ILLEGAL');
    const classic = await classicShop(sandbox, 0).call({
      ...{
        service: 'create_forex_trade',
        subject: 'x',
        out_trade_no: number,
        currency: 'KRW',
        total_fee: '1000',
      },
      notify_url: url,
    });
    expect([classic.location, classic.text]).toEqual([null, expect.stringContaining('ILLEGAL_ARGUMENT')]);
  });
});
