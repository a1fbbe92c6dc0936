// For the adapters' tests: the real rooms on real PostgreSQL behind the real routes, with a clock that stands still.

import { money } from '@tongbao/money';
import fastify, { type FastifyInstance, type InjectOptions } from 'fastify';
import { type AuditLog, createAuditLog, createNoteSigner } from '../audit-log/index.ts';
import { type Customers, createCustomers } from '../customers/index.ts';
import { createIsolation, createLanes, createTally } from '../database/index.ts';
import { createFx, freechangeSource } from '../fx/index.ts';
import { cashierAdapter, createCashierTokens } from '../http/cashier/index.ts';
import { walletAdapter } from '../http/wallet/index.ts';
import { HouseAccounts } from '../ledger/index.ts';
import { createMerchants, type SignUp } from '../merchants/index.ts';
import {
  type AskBankParts,
  type BankQuestion,
  createPayByCode,
  createPayments,
  type PayByCode,
  type Payment,
  type PaymentsRoom,
  paymentStepUps,
} from '../payments/index.ts';
import { rules } from '../risk/index.ts';
import {
  createSandboxBank,
  createSandboxIssuers,
  type SandboxBank,
  type SandboxIssuers,
} from '../sandbox/bank/index.ts';
import { sandboxMerchants } from '../sandbox/merchants.ts';
import { createSandboxRegistry } from '../sandbox/registry.ts';
import { type SeededCustomer, seedCustomers } from '../sandbox/seed-customers.ts';
import { generateRsaKeys, Ids, machineRandomness, StillClock } from '../system/index.ts';
import {
  type AnswerEffect,
  type BankAnswer,
  createPaymentCodes,
  createWallet,
  type PaymentCodes,
  readCards,
  type Wallet,
} from '../wallet/index.ts';
import { type TestDatabase, testDatabase } from './index.ts';
import { secretOf, testKeys } from './keys.ts';

const start = new Date('2014-11-11T02:00:00Z');
const minute = 60_000;
const publicUrl = 'http://localhost:8080';

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  readonly body: any;
  readonly headers: Readonly<Record<string, unknown>>;
  /** The session cookie that came with the answer, whole; null when none did. */
  readonly cookie: string | null;
}

export interface ShopperWorld {
  readonly app: FastifyInstance;
  readonly test: TestDatabase;
  readonly clock: StillClock;
  readonly customers: Customers;
  readonly wallet: Wallet;
  readonly bank: SandboxBank;
  readonly issuers: SandboxIssuers;
  readonly payments: PaymentsRoom;
  readonly codes: PaymentCodes;
  readonly payByCode: PayByCode;
  readonly people: readonly (SeededCustomer & { readonly customerId: bigint })[];
  readonly jobs: BankQuestion[];
  readonly asks: bigint[];
  /** Tells the payments room what a bank answers to the newest question. */
  hearBank(answer: BankAnswer): Promise<AnswerEffect>;
  /** What asks the banks about payments. */
  readonly askParts: AskBankParts;
  /** What the banks have sent to their cards' holders. */
  readonly bankMessages: readonly { readonly phone: string; readonly text: string }[];
  readonly log: string[];
  readonly auditLog: AuditLog;
  call(
    method: 'GET' | 'POST',
    url: string,
    more?: { body?: unknown; session?: string; headers?: object },
  ): Promise<Answer>;
  /** Signs a person in and answers the cookie to send (`name=token`). */
  signIn(phone: string): Promise<string>;
  /** The code that was sent to a phone (E.164) last. */
  sentCode(phone: string): string | undefined;
  /** A payment of so many won at the first shop. */
  order(won: bigint, lifetimeMs?: number): Promise<Payment>;
  /** `/api/cashier/payments/<token>` of a payment. */
  cashierUrl(payment: Payment): string;
  close(): Promise<void>;
}

/** The headers that our own pages send with every call that changes something. */
const ownPage = { 'x-tongbao-csrf': '1', 'content-type': 'application/json' } as const;

const wireIds = {
  toWire: ({ id }: { id: bigint }): string => id.toString().padStart(30, '0'),
  fromWire: (wireId: string): bigint | null => BigInt(wireId),
};

/** `agreed`: what the first shop's contract says otherwise. */
export async function shopperWorld(
  sandbox: boolean,
  agreed: Partial<SignUp['contract']> = {},
): Promise<ShopperWorld> {
  const test = await testDatabase();
  const { database } = test;
  const clock = new StillClock(start);
  let block = 1n;
  const ids = new Ids(() => Promise.resolve(block++));
  const house = new HouseAccounts(database);
  const lanes = createLanes({ database });
  const isolation = createIsolation({ database, clock });
  const merchants = createMerchants({ database, clock, ids, keys: testKeys });
  const { publicKey } = await generateRsaKeys();
  const model = sandboxMerchants[0]!;
  const contract = { ...model.contract, ...agreed };
  const shop = await merchants.signUp({ ...model, contract, publicKey, classicMd5Key: 'test' });
  const fx = createFx({ database, clock, ids, source: freechangeSource() });
  const jobs: BankQuestion[] = [];
  const asks: bigint[] = [];
  const payments = createPayments({
    ...{ database, lanes, clock, ids, house, merchants, fx, isolation },
    enqueue: async (_tx, added) => void jobs.push(...added),
  });
  const codes = new Map<string, string>();
  const bankMessages: { phone: string; text: string }[] = [];
  const tally = createTally({ database, clock, keys: testKeys });
  const secret = Buffer.alloc(32, 9);
  const issuers = createSandboxIssuers({ database, clock, randomness: machineRandomness, secret });
  const registry = createSandboxRegistry(issuers);
  const customers = createCustomers({
    ...{ database, clock, ids, randomness: machineRandomness, sandbox, keys: testKeys, tally },
    sendSms: async (phone, text) => void codes.set(phone, /\d{6}/.exec(text)![0]),
    registry,
  });
  const bank = createSandboxBank({
    ...{ database, clock, pause: async () => undefined },
    stepUp: {
      ...{ randomness: machineRandomness, publicUrl },
      sendSms: async (phone, text) => void bankMessages.push({ phone, text }),
    },
  });
  const wallet = createWallet({
    ...{ database, clock, ids, house, bank, issuers, registry, isolation },
    enqueueAsk: async (_tx, id) => void asks.push(id),
    returnUrl: (transferId) => `${publicUrl}/wallet#/top-up/${transferId}`,
    onBankFailed: () => undefined,
  });
  const people = await seedCustomers({ customers, wallet, bank });
  const paymentCodes = createPaymentCodes({
    ...{ database, clock, ids, randomness: machineRandomness },
    secrets: secretOf(7),
  });
  const payByCode = createPayByCode({ payments, customers, wallet, codes: paymentCodes, clock });
  const tokens = createCashierTokens(secretOf(3));
  const signer = createNoteSigner('tongbao.test/log', testKeys.log);
  const auditLog = createAuditLog({ database, clock, signer });
  const bankFailures: unknown[] = [];
  const askParts: AskBankParts = {
    ...{ database, clock, bank, payments },
    returnUrl: async (id) => `${publicUrl}${tokens.path(id.toString().padStart(30, '0'))}`,
    onBankFailed: (error) => void bankFailures.push(error),
  };
  const log: string[] = [];
  const app = fastify({
    logger: { level: 'trace', stream: { write: (line: string) => void log.push(line) } },
  });
  const findMerchant = async (id: bigint) => (await merchants.get(id)).merchant;
  await app.register(
    walletAdapter({
      ...{ customers, tally, wallet, payments, clock, sandbox, codes: paymentCodes, merchants, tokens },
      ...{ rules, publicUrl, paymentIds: wireIds },
      cardPage: '/sandbox/bank/cards',
      cardCheck: true,
      auditLog,
      merchantName: async (id) => (await findMerchant(id)).displayName,
    }),
  );
  await app.register(
    cashierAdapter({
      customers,
      tally,
      wallet,
      payments,
      stepUps: paymentStepUps(askParts),
      findMerchant,
      tokens,
      paymentIds: wireIds,
      clock,
      publicUrl,
      sandbox,
    }),
  );

  async function call(
    method: 'GET' | 'POST',
    url: string,
    { body, session, headers }: { body?: unknown; session?: string; headers?: object } = {},
  ): Promise<Answer> {
    const sent = {
      ...(method === 'POST' ? ownPage : {}),
      ...(session === undefined ? {} : { cookie: session }),
      ...headers,
    };
    const request: InjectOptions = {
      method,
      url,
      headers: Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined)),
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    };
    const answer = await app.inject(request);
    const cookie = answer.headers['set-cookie'];
    return {
      status: answer.statusCode,
      body: answer.json(),
      headers: answer.headers,
      cookie: cookie === undefined ? null : String(cookie),
    };
  }

  let orders = 0;
  return {
    ...{ app, test, clock, customers, wallet, bank, issuers, payments, people, jobs, asks, log, call },
    ...{ payByCode, codes: paymentCodes, auditLog },
    async signIn(phone) {
      await call('POST', '/api/wallet/session/code', { body: { phone } });
      const answer = await call('POST', '/api/wallet/session', { body: { phone, code: codes.get(phone) } });
      return answer.cookie!.split(';')[0]!;
    },
    async hearBank(answer) {
      const { cardId, reference, paymentId } = jobs.at(-1)!;
      const card = (await readCards(database, [cardId])).get(cardId)!;
      return payments.hearBank({ paymentId, reference, card, answer });
    },
    askParts,
    sentCode: (phone) => codes.get(phone),
    bankMessages,
    async order(won, lifetimeMs = 14 * minute) {
      const { payment } = await payments.create({
        merchantId: shop.merchant.id,
        requestId: `order-${++orders}`,
        inputHash: Buffer.from([orders]),
        amount: money('KRW', won),
        payerCurrency: 'CNY',
        settlementCurrency: null,
        quoteId: null,
        expiresAt: null,
        lifetimeMs,
        order: {
          reference: `LT-${orders}`,
          description: '气垫粉底 Cushion foundation',
          merchantName: null,
          goods: [{ name: '气垫粉底', quantity: '1', unitAmount: money('KRW', won) }],
          redirectUrl: 'https://mall.example/return',
          notifyUrl: null,
          metadata: null,
          channel: 'ams-pay',
          channelData: {},
        },
      });
      return payment;
    },
    cashierUrl: (payment) =>
      `/api/cashier/payments/${tokens.path(wireIds.toWire(payment)).slice('/cashier/'.length)}`,
    async close() {
      await app.close();
      await lanes.close();
      await test.drop();
    },
  };
}
