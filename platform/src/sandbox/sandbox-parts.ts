// What the sandbox's routes do, through the same verbs that shops and shoppers use.
import { formatMajor, money, toWire } from '@tongbao/money';
import type { Credentials } from '@tongbao/protocol/sandbox';
import type { Config } from '../config.ts';
import { payerOf } from '../customers/index.ts';
import { paymentIdFromWire, paymentIdToWire } from '../http/payment-ids.ts';
import type { SandboxParts, TestPayment } from '../http/sandbox/index.ts';
import type { Platform } from '../platform.ts';
import { Rejection } from '../rejection.ts';
import type { ChaosSwitch } from './chaos.ts';
import type { ClockMover } from './clock-mover.ts';
import type { SandboxMails } from './mails.ts';
import { sandboxMerchants, secretsOf } from './merchants.ts';
import { scorecard } from './scorecard.ts';
import type { SeededCustomer } from './seed-customers.ts';
import { sandboxStaff } from './seed-staff.ts';
import type { SandboxSms } from './sms.ts';
import type { Stores } from './stores.ts';
import { createTill, type Send } from './till.ts';

interface Parts {
  readonly platform: Platform;
  readonly config: Config;
  readonly mover: ClockMover;
  readonly people: readonly (SeededCustomer & { readonly customerId: bigint })[];
  readonly sms: SandboxSms;
  readonly mails: SandboxMails;
  readonly stores: Pick<Stores, 'list'>;
  readonly chaos: ChaosSwitch;
  /** PEM; null without https. */
  readonly certificate: string | null;
  /** To our own gateway, for the till page's shop. */
  readonly send: Send;
}

export function sandboxParts(parts: Parts): SandboxParts {
  const { platform, mover } = parts;
  return {
    credentials: () => credentials(parts),
    clientIds: async () => (await platform.merchants.list()).map(({ merchant }) => merchant.clientId),
    pay: (order) => payForShopper(parts, order),
    paymentCode: (asked) => paymentCode(parts, asked),
    findPaymentId({ paymentId, cashierUrl }) {
      if (paymentId !== undefined) return paymentIdFromWire(paymentId);
      const token = /\/cashier\/([^/?#]+)/.exec(cashierUrl ?? '')?.[1];
      const wireId = token === undefined ? null : platform.tokens.read(token);
      return wireId === null ? null : paymentIdFromWire(wireId);
    },
    till: createTill(platform, parts.send),
    clock: { now: () => platform.clock.now(), moveTo: mover.moveTo, advance: mover.advance },
    outbox: (paymentId) => outbox(platform, paymentId),
    chaos: {
      settings: async (clientId) => parts.chaos.settings(await merchantIdOf(platform, clientId)),
      set: async (clientId, settings) => parts.chaos.set(await merchantIdOf(platform, clientId), settings),
      async setNotificationTarget(clientId, target) {
        const merchantId = await merchantIdOf(platform, clientId);
        await platform.database.transaction((tx) =>
          platform.merchants.setNotificationTarget(tx, merchantId, target),
        );
      },
      async setSignTypes(clientId, signTypes) {
        const merchantId = await merchantIdOf(platform, clientId);
        await platform.database.transaction((tx) =>
          platform.merchants.setClassicSignTypes(tx, merchantId, signTypes),
        );
      },
      scorecard: async (clientId) =>
        scorecard(clientId, parts.chaos.observed(await merchantIdOf(platform, clientId))),
    },
    testPayment: (asked) => testPayment(parts, asked),
    certificate: () => parts.certificate,
    messages: parts.sms.latest,
    mails: parts.mails.latest,
  };
}

async function merchantIdOf(platform: Platform, clientId: string): Promise<bigint> {
  const access = await platform.merchants.findByClientId(clientId);
  if (access === null)
    throw new Rejection('merchant-unknown', `${clientId} is not a merchant of this sandbox`);
  return access.merchant.id;
}

async function credentials({ platform, config, people, stores }: Parts): Promise<Credentials> {
  const merchants = [];
  for (const seed of sandboxMerchants) {
    const access = await platform.merchants.findByClientId(seed.clientId);
    const secrets = await secretsOf(platform, seed.clientId);
    if (access === null || secrets === null) continue;
    merchants.push({
      name: seed.name,
      clientId: seed.clientId,
      merchantPrivateKey: secrets.merchantPrivateKey,
      merchantPrivateKeyPkcs1: secrets.merchantPrivateKeyPkcs1,
      gatewayPublicKey: platform.gatewayKey.publicKey,
      keyVersion: Math.max(...access.keys.map((key) => key.version)),
      settlementCurrency: access.contract.settlementCurrency,
      classic: {
        partner: seed.partner,
        md5Key: secrets.md5Key,
        gatewayUrl: `${config.publicUrl}/gateway.do`,
      },
    });
  }
  const customers = people.map(({ name, phone, pin, region }) => ({ name, phone, pin, region }));
  const listed = stores.list();
  const shops = listed === null ? {} : { stores: [...listed] };
  return { gatewayUrl: config.publicUrl, merchants, customers, staff: [...sandboxStaff], ...shops };
}

/** Acts for a shopper: his PIN is checked and his money moves, exactly as if he had typed it at the cashier. */
async function payForShopper(
  { platform, people }: Parts,
  order: Parameters<SandboxParts['pay']>[0],
): Promise<{ status: string; paymentId: string }> {
  const { payments, customers, wallet } = platform;
  const announced = await payments.findCheckout(order.paymentId);
  const payment =
    (await payments.findById(order.paymentId)) ??
    (announced === null ? null : await payments.begin(announced));
  if (payment === null) throw new Rejection('payment-not-found', 'there is no such payment');
  if (order.decision === 'decline') {
    const declined = await payments.decline({ paymentId: payment.id });
    return { status: declined.status, paymentId: paymentIdToWire(declined) };
  }
  const person = personOf(people, order.customer);
  const customer = (await customers.find(person.customerId))!;
  const payerAccount = (await wallet.accountOf(customer.id, payment.payerAmount.currency))!;
  const card = order.method === 'card' ? (await wallet.cardsOf(customer.id))[0] : undefined;
  if (order.method === 'card' && card === undefined)
    throw new Rejection('card-unknown', `${person.name} has no bank card`);
  const chosen = card === undefined ? null : await wallet.cardForPayment(customer.id, card.id);
  await customers.checkPin(customer.id, person.pin);
  // As the cashier does: who looks after a price has run out sees the new one, and confirms that.
  await payments.requote(payment);
  const authorized = await payments
    .authorize({
      paymentId: payment.id,
      payer: payerOf(customer),
      payerAccount,
      funding: chosen === null ? { kind: 'balance' } : { kind: 'card', cardId: chosen.card.id },
      clearingAccount: chosen?.clearingAccount ?? null,
      mayAsk: true,
    })
    .catch(async (error: unknown) => {
      if (!(error instanceof Rejection) || error.code !== 'balance-insufficient') throw error;
      const { available } = await wallet.balanceOf(customer.id, payment.payerAmount.currency);
      const has = `${person.latinName} has ${available.currency} ${formatMajor(available)}`;
      throw new Rejection(error.code, `${has}, which is not enough: name another customer, or method "card"`);
    });
  return { status: authorized.status, paymentId: paymentIdToWire(authorized) };
}

function personOf(people: Parts['people'], phone: string | null): Parts['people'][number] {
  const wanted = phone?.replace(/[\s-]/g, '') ?? people[0]!.phone;
  const person = people.find(
    ({ phone: own, name, latinName }) =>
      own === wanted || own.endsWith(wanted) || name === phone || latinName === phone,
  );
  if (person === undefined) {
    const known = people.map((each) => `${each.phone} (${each.latinName})`).join(', ');
    throw new Rejection(
      'customer-unknown',
      `${phone} is no phone number of this sandbox's customers: ${known}`,
    );
  }
  return person;
}

async function paymentCode(
  { platform, people }: Parts,
  asked: Parameters<SandboxParts['paymentCode']>[0],
): Promise<{ code: string; expiresAt: string }> {
  const { customerId, name } = personOf(people, asked.customer);
  const card = asked.method === 'card' ? (await platform.wallet.cardsOf(customerId))[0] : undefined;
  if (asked.method === 'card' && card === undefined)
    throw new Rejection('card-unknown', `${name} has no bank card`);
  const { code, issued } = await platform.paymentCodes.issue({ customerId, cardId: card?.id ?? null });
  return { code, expiresAt: issued.expiresAt.toISOString() };
}

async function outbox(platform: Platform, paymentId: bigint | null) {
  const listed = await platform.notifications.list(paymentId);
  const payments = new Map<bigint, string>();
  for (const { notification } of listed) {
    if (payments.has(notification.paymentId)) continue;
    const payment = await platform.payments.findById(notification.paymentId);
    if (payment !== null) payments.set(payment.id, paymentIdToWire(payment));
  }
  return {
    notifications: listed.map(({ notification, attempts }) => ({
      notificationId: notification.id.toString(),
      paymentId: payments.get(notification.paymentId) ?? '',
      kind: notification.kind,
      url: notification.url,
      status: notification.status,
      nextAttemptAt: notification.status === 'due' ? notification.nextAttemptAt.toISOString() : null,
      body: notification.body?.toString('utf8') ?? null,
      attempts: attempts.map((attempt) => ({
        number: attempt.number,
        at: attempt.startedAt.toISOString(),
        httpStatus: attempt.httpStatus,
        latencyMs: attempt.latencyMs,
        answer: attempt.answer,
        error: attempt.error,
        acknowledged: attempt.acknowledged,
      })),
    })),
  };
}

const testLifetimeMs = 14 * 60_000;

/** A payment as a shop would create it, for the start page's button. */
async function testPayment(
  { platform, config }: Parts,
  asked: TestPayment,
): Promise<{ paymentId: string; cashierUrl: string }> {
  const clientId = asked.clientId ?? sandboxMerchants[0]!.clientId;
  const access = await platform.merchants.findByClientId(clientId);
  if (access === null)
    throw new Rejection('merchant-unknown', `${clientId} is not a merchant of this sandbox`);
  const currency = asked.amount?.currency ?? asked.currency ?? access.contract.paymentCurrencies[0]!;
  const sample = samples[currency] ?? samples.KRW!;
  const amount = money(currency, asked.amount === undefined ? sample.amount : BigInt(asked.amount.value));
  const { payment } = await platform.payments.create({
    merchantId: access.merchant.id,
    requestId: `test-${await platform.ids.one()}`,
    inputHash: Buffer.from(JSON.stringify(toWire(amount))),
    amount,
    payerCurrency: 'CNY',
    settlementCurrency: null,
    quoteId: null,
    expiresAt: null,
    lifetimeMs: testLifetimeMs,
    order: {
      reference: null,
      description: asked.description ?? sample.description,
      merchantName: null,
      goods: [{ name: asked.description ?? sample.description, quantity: '1', unitAmount: amount }],
      redirectUrl: asked.redirectUrl ?? `${config.publicUrl}/`,
      notifyUrl: null,
      metadata: null,
      channel: 'ams-pay',
      channelData: {},
    },
  });
  const paymentId = paymentIdToWire(payment);
  return { paymentId, cashierUrl: `${config.publicUrl}${platform.tokens.path(paymentId)}` };
}

const samples: Readonly<Record<string, { amount: bigint; description: string }>> = {
  KRW: { amount: 59_000n, description: '气垫粉底 Cushion foundation' },
  JPY: { amount: 6_800n, description: '抹茶礼盒 Matcha gift box' },
  GBP: { amount: 4_500n, description: 'Wool scarf 羊毛围巾' },
  HKD: { amount: 38_800n, description: '蛋卷礼盒 Egg rolls gift tin' },
  TWD: { amount: 128_000n, description: '凤梨酥 Pineapple cakes' },
  USD: { amount: 5_600n, description: '香水 Perfume' },
  EUR: { amount: 5_200n, description: '马卡龙 Macarons' },
  SGD: { amount: 7_400n, description: '兰花茶 Orchid tea' },
  THB: { amount: 189_000n, description: '芒果干 Dried mango' },
  CNY: { amount: 34_900n, description: '旅行箱 Suitcase' },
};
