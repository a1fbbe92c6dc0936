// For settlement's tests: the whole platform on a database of its own, the sandbox's banks, and the clock that walks
// every timer. Shops can be added with terms of their own; shoppers have as much as they need.

import { money } from '@tongbao/money';
import { pino } from 'pino';
import { sandboxConfig } from '../config.ts';
import type { Database } from '../database/index.ts';
import { freechangeSource, type RateSource } from '../fx/index.ts';
import type { MerchantAccess, SignUp } from '../merchants/index.ts';
import type { AuthorizePayment, CreatePayment, Payment, Refund } from '../payments/index.ts';
import { createPlatform, type Platform, type PlatformParts } from '../platform.ts';
import { rules } from '../risk/index.ts';
import {
  createSandboxBank,
  createSandboxSettlementBank,
  type SandboxBank,
  type SandboxSettlementBank,
} from '../sandbox/bank/index.ts';
import { sandboxBankBooks } from '../sandbox/bank-books.ts';
import { type ClockMover, createClockMover } from '../sandbox/clock-mover.ts';
import { sandboxMerchants } from '../sandbox/merchants.ts';
import { createOutbound, generateRsaKeys, MovableClock, machineRandomness } from '../system/index.ts';
import { openingReference } from '../wallet/index.ts';
import { type TestDatabase, testDatabase } from './index.ts';
import { testKeys } from './keys.ts';

interface NewOrder {
  readonly requestId?: string | undefined;
  /** Absent: fourteen minutes. */
  readonly lifetimeMs?: number;
  /** What it is priced in; absent: what the shop is paid in. */
  readonly currency?: string;
  /** Parts of it that are others', by receiver, minor units. */
  readonly shares?: {
    readonly pricedIn: 'order' | 'payer';
    readonly parts: Readonly<Record<string, bigint>>;
  };
}

/** What shops and the one shopper do, on one of the platforms over the books. */
export interface Acts {
  /** A payment of so many minor units that nobody has confirmed. */
  order(shop: MerchantAccess, amount: bigint, more?: string | NewOrder): Promise<Payment>;
  /** The shopper confirms it, from the balance. */
  confirm(payment: Payment): Promise<Payment>;
  /** Both. */
  pay(shop: MerchantAccess, amount: bigint, more?: string | NewOrder): Promise<Payment>;
  /** Both in one transaction, as payment codes do. */
  payAtOnce(shop: MerchantAccess, amount: bigint): Promise<Payment>;
  refund(payment: Payment, amount: bigint, requestId?: string): Promise<Refund>;
}

export interface SettlementWorld extends Acts {
  readonly platform: Platform;
  readonly mover: ClockMover;
  readonly bank: SandboxSettlementBank;
  /** The banks of shoppers' cards, and the shopper who pays. */
  readonly cards: SandboxBank;
  readonly shopper: Omit<AuthorizePayment, 'paymentId'>;
  /** Signs a shop up; it has the sandbox's shop of that region as its model. */
  shop(region: string, changes?: Partial<SignUp>): Promise<MerchantAccess>;
  /** Two operators declare a day on which banks of a calendar are closed. */
  closeDay(calendar: string, day: string): Promise<void>;
  /** The shop may owe so much for refunds, and the house pays in as much. */
  agreeDebt(shop: MerchantAccess, amount: bigint): Promise<void>;
  /** Another process over the same books, with a database of its own, which stays open. */
  beside(database: Database): Promise<Acts & { readonly platform: Platform; close(): Promise<void> }>;
  close(): Promise<void>;
}

/** Another bank than the sandbox's for settlement. */
type Connect = (of: {
  database: Database;
  clock: MovableClock;
}) => Promise<Pick<PlatformParts, 'settlementBank' | 'statements'>>;

const fortune = 10n ** 13n;

export async function settlementWorld(
  begins: string,
  rates?: RateSource,
  connect?: Connect,
): Promise<SettlementWorld & { test: TestDatabase }> {
  const test = await testDatabase();
  const world = await openSettlementWorld(test.database, begins, { rates, connect });
  const close = async () => {
    await world.close();
    await test.drop();
  };
  return { ...world, test, close };
}

/** On a database that is migrated and empty; it stays open. */
export async function openSettlementWorld(
  database: Database,
  begins: string,
  {
    rates = freechangeSource(),
    connect,
  }: { rates?: RateSource | undefined; connect?: Connect | undefined } = {},
): Promise<SettlementWorld> {
  const clock = MovableClock.startingAt(new Date(begins));
  const outbound = createOutbound({ reach: 'public-and-loopback' });
  const bank = createSettlementBanks(database, clock);
  const connected = await connect?.({ database, clock });
  const open = (over: Database) =>
    createPlatform({
      config: {
        mode: 'sandbox',
        lanes: 2,
        maxBatch: 200,
        publicUrl: 'http://localhost:1',
        classic: sandboxConfig({}, {}).classic,
        logName: null,
      },
      // One shopper buys for a whole month's settlement.
      rules: rules.filter(({ measure }) => !/^(day|year)-/.test(measure)),
      database: over,
      clock,
      randomness: machineRandomness,
      keys: testKeys,
      bank: bank.cards,
      settlementBank: bank.settlement,
      ...connected,
      rates,
      outbound,
      sendSms: async () => undefined,
      bankBooks: connected === undefined ? sandboxBankBooks : null,
      log: pino({ level: 'silent' }),
    });
  const platform = await open(database);
  const { publicKey } = await generateRsaKeys();
  const shopper = await openShopper(platform, bank.cards);
  let number = 0;
  return {
    ...actsOn(platform, shopper),
    platform,
    async beside(other) {
      const second = await open(other);
      return { ...actsOn(second, shopper), platform: second, close: () => second.close() };
    },
    bank: bank.settlement,
    cards: bank.cards,
    shopper,
    mover: createClockMover({ database, clock, timers: platform.timers }),
    async shop(region, changes = {}) {
      number += 1;
      const model = sandboxMerchants.find((each) => each.region === region)!;
      return platform.merchants.signUp({
        ...model,
        clientId: `SHOP_${number}`,
        partner: `20885014100010${number.toString().padStart(2, '0')}`,
        publicKey,
        classicMd5Key: 'test',
        ...changes,
      });
    },
    async agreeDebt(shop, amount) {
      const { merchant, contract } = shop;
      await platform.merchants.agreeDebtLimit(merchant.id, { amount, agreedBy: 'test' });
      const own = money(contract.settlementCurrency, amount);
      const received = { reference: `OWN-${await platform.ids.one()}`, amount: own };
      await bank.settlement.receive(received);
      await platform.settlement.bookOwnFunds(received);
    },
    closeDay: (calendar, day) =>
      database.transaction(async (tx) => {
        const asked = { calendar, kind: 'closed', day, reason: 'typhoon', operator: 'maker' } as const;
        const id = await platform.settlement.proposeDeclaration(tx, asked);
        await platform.settlement.decideDeclaration(tx, { id, operator: 'checker', approved: true });
      }),
    async close() {
      await platform.close();
      outbound.close();
    },
  };
}

function actsOn(platform: Platform, shopper: Shopper): Acts {
  const confirm = (payment: Payment) => platform.payments.authorize({ ...shopper, paymentId: payment.id });
  const order: Acts['order'] = (shop, amount, more = {}) =>
    newPayment(platform, shop, { amount, ...(typeof more === 'string' ? { requestId: more } : more) })
      .then((command) => platform.payments.create(command))
      .then(({ payment }) => payment);
  return {
    order,
    confirm,
    pay: async (shop, amount, more) => confirm(await order(shop, amount, more)),
    async payAtOnce(shop, amount) {
      const create = await newPayment(platform, shop, { amount });
      return (await platform.payments.pay({ create, authorize: shopper })).payment;
    },
    async refund(payment, amount, requestId) {
      const answer = await platform.payments.refund({
        merchantId: payment.merchantId,
        paymentId: payment.id,
        requestId: requestId ?? `refund-${await platform.ids.one()}`,
        inputHash: Buffer.from('test'),
        amount: money(payment.amount.currency, amount),
        reason: null,
        notifyUrl: null,
        metadata: null,
        funds: 'now',
      });
      return answer.refund;
    },
  };
}

type Shopper = Awaited<ReturnType<typeof openShopper>>;

function createSettlementBanks(database: Database, clock: MovableClock) {
  const pause = async () => undefined;
  return {
    cards: createSandboxBank({
      ...{ database, clock, pause },
      stepUp: {
        randomness: machineRandomness,
        publicUrl: 'http://localhost:8080',
        sendSms: async () => undefined,
      },
    }),
    settlement: createSandboxSettlementBank({ database, clock, safeguardingBank: 'CCB' }),
  };
}

/** A shopper whose money lies at the safeguarding bank, in the bank's book and in ours. */
async function openShopper(platform: Platform, bank: ReturnType<typeof createSettlementBanks>['cards']) {
  const { customers, wallet } = platform;
  const { id: customerId } = await customers.signUp({
    phone: '+8613900000001',
    name: '周全',
    region: 'CN',
    language: 'zh-CN',
    kycClass: 3,
    pin: '200808',
  });
  await bank.openBank({ code: 'CCB', name: { zh: '建', en: 'CCB' } });
  const reference = openingReference(customerId);
  await bank.receive({ bank: 'CCB', amount: money('CNY', fortune), reference });
  const opening = { currency: 'CNY', opening: fortune, bank: 'CCB' };
  const payerAccount = await wallet.openAccount({ customerId, ...opening });
  return {
    payer: { customerId, kycClass: 3 as const, status: 'active' as const },
    payerAccount,
    funding: { kind: 'balance' as const },
    clearingAccount: null,
  };
}

async function newPayment(
  platform: Platform,
  shop: MerchantAccess,
  of: { amount: bigint } & NewOrder,
): Promise<CreatePayment> {
  const owner = { merchantId: shop.merchant.id, currency: 'CNY' };
  const parts = await Promise.all(
    Object.entries(of.shares?.parts ?? {}).map(async ([receiver, amount]) => {
      const account = (await platform.payments.shareAccount({ ...owner, receiver })).toString();
      return { receiver, account, amount: amount.toString() };
    }),
  );
  const requestId = of.requestId ?? `order-${await platform.ids.one()}`;
  return {
    merchantId: shop.merchant.id,
    requestId,
    inputHash: Buffer.from('test'),
    amount: money(of.currency ?? shop.contract.settlementCurrency, of.amount),
    payerCurrency: 'CNY',
    settlementCurrency: null,
    quoteId: null,
    expiresAt: null,
    lifetimeMs: of.lifetimeMs ?? 14 * 60_000,
    order: {
      reference: requestId,
      description: 'Order',
      merchantName: null,
      goods: [],
      redirectUrl: 'https://mall.example/return',
      notifyUrl: null,
      metadata: null,
      channel: 'ams-pay',
      channelData: {},
      ...(of.shares === undefined ? {} : { shares: { pricedIn: of.shares.pricedIn, parts } }),
    },
  };
}
