// The door of the room, put together: every verb runs in the lanes; reading does not touch them.

import { type Database, gather, type Isolation, type Lanes } from '../database/index.ts';
import { type Fx, RatesUnavailable } from '../fx/index.ts';
import { type HouseAccounts, nothingSpent, readBalances } from '../ledger/index.ts';
import type { Merchants } from '../merchants/index.ts';
import type { Rule } from '../risk/index.ts';
import type { Clock, Ids, Timer } from '../system/index.ts';
import { type AnswerEffect, isOver, type OpenStepUp, readStepUps } from '../wallet/index.ts';
import { authorizeVerb } from './authorize.ts';
import { debitReference } from './bank-question.ts';
import { cancelVerb } from './cancel.ts';
import { checkouts } from './checkout.ts';
import { declineVerb, expireVerb } from './close.ts';
import type { CreatePayment, Payments } from './commands.ts';
import { ConditionsBook } from './conditions-store.ts';
import { createVerb } from './create.ts';
import { declarations } from './customs.ts';
import { type EnqueueQuestions, runVerb } from './decision.ts';
import { type PaymentEvent, readEvents } from './event-store.ts';
import { type HearBank, hearBankVerb } from './hear-bank.ts';
import { type HearStepUp, hearStepUpVerb } from './hear-step-up.ts';
import { payVerb } from './pay.ts';
import type { Payment, Refund } from './payment.ts';
import { putAwayTimer } from './put-away.ts';
import { refundVerb } from './refund.ts';
import { readRefunds, readRefundsOfEach, readRefundsOfPayer } from './refund-store.ts';
import { needsQuote, requoteVerb } from './requote.ts';
import { refundQueueTimer } from './retry-refund.ts';
import { shareAccountOf } from './share-receiver-store.ts';
import { usageAt } from './spending.ts';
import {
  findRequests,
  type PayerPage,
  readDue,
  readLatestPayments,
  readNextDue,
  readPayments,
  readPaymentsByRequests,
  readPaymentsOfPayer,
  requestKinds,
} from './store.ts';

export interface PaymentsOptions {
  readonly database: Database;
  readonly lanes: Lanes;
  readonly isolation: Isolation;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly house: HouseAccounts;
  readonly merchants: Merchants;
  readonly fx: Fx;
  /** Puts bank jobs into the queue inside the verb's own transaction. */
  readonly enqueue: EnqueueQuestions;
  readonly onNotifiable?: () => void;
  /** The rules that payments are held against; absent: those of risk/rules.ts. */
  readonly rules?: readonly Rule[];
}

/** What only the platform itself uses: bank answers, the expiry timer, lists. */
export interface PaymentsRoom extends Payments {
  /** Applies an answer to the question that it names, once; answers what became of it. */
  hearBank(command: HearBank): Promise<AnswerEffect>;
  /** Keeps what a bank asks the shopper; null when its debit is not waited for any more. */
  hearStepUp(command: HearStepUp): Promise<OpenStepUp | null>;
  /** What the payer's bank asks them about the debit that the payment waits for; null: nothing, or not any more. */
  stepUpOf(payment: Payment): Promise<OpenStepUp | null>;
  eventsOf(paymentId: bigint): Promise<PaymentEvent[]>;
  latest(limit: number): Promise<Payment[]>;
  /** A payer's paid payments and refunds with ids below `before`, newest first, `limit` of each. */
  activityOf(payer: PayerPage): Promise<{ payments: Payment[]; refunds: Refund[] }>;
  /** What the owner of a wallet's account has paid, as the limits of wallets count it, now. */
  usageOf(payerAccount: bigint): Promise<ReturnType<typeof usageAt>>;
  findRefundById(refundId: bigint): Promise<Refund | null>;
  readonly expiry: Timer;
  readonly refundQueue: Timer;
  readonly housekeeping: Timer;
}

const expiryBatch = 1_000;

/**
 * Outside the transaction: on a new business day the source may have to be asked. Afterwards it is in memory. Without rates
 * no order gets a price, but one that has its price is answered again.
 */
async function priced(
  { fx, clock }: PaymentsOptions,
  request: CreatePayment,
  findByRequest: (request: CreatePayment) => Promise<Payment | null>,
): Promise<void> {
  try {
    await fx.rateTableAt(clock.now());
  } catch (error) {
    if (!(error instanceof RatesUnavailable) || (await findByRequest(request)) === null) throw error;
  }
}

export function createPayments(given: PaymentsOptions): PaymentsRoom {
  const options = { ...given, conditions: new ConditionsBook() };
  const { database, lanes } = options;
  const create = createVerb(options);
  const authorize = authorizeVerb(options);
  const pay = payVerb(options);
  const cancel = cancelVerb(options);
  const refund = refundVerb(options);
  const expire = expireVerb(options);
  const decline = declineVerb(options);
  const requote = requoteVerb(options);
  const hearBank = hearBankVerb(options);
  const hearStepUp = hearStepUpVerb(options);

  const findById = gather<bigint, Payment | null>(async (ids) => {
    const found = await readPayments(database, ids);
    return ids.map((id) => found.get(id) ?? null);
  });
  const findByRequest = gather<{ merchantId: bigint; requestId: string }, Payment | null>((keys) =>
    readPaymentsByRequests(database, keys),
  );
  const refundsOf = gather<bigint, Refund[]>((ids) => readRefundsOfEach(database, ids));

  async function refundIdOf(merchantId: bigint, requestId: string): Promise<bigint | null> {
    const [request] = await findRequests(database, requestKinds.refund, [{ merchantId, requestId }]);
    return request?.subjectId ?? null;
  }

  const room: PaymentsRoom = {
    async create(command) {
      await priced(options, command, findByRequest);
      return runVerb(lanes, create, command);
    },
    shareAccount: (of) => shareAccountOf(database, { ...of, at: options.clock.now() }),
    ...checkouts(options, (command) => room.create(command)),
    ...declarations(options),
    authorize: (command) => runVerb(lanes, authorize, command),
    async pay(command) {
      await priced(options, command.create, findByRequest);
      return runVerb(lanes, pay, command);
    },
    cancel: (command) => runVerb(lanes, cancel, command),
    decline: (command) => runVerb(lanes, decline, command),
    async requote(payment) {
      const { clock } = options;
      if (!needsQuote(payment, clock.now())) return payment;
      await options.fx.rateTableAt(clock.now());
      return runVerb(lanes, requote, { paymentId: payment.id });
    },
    refund: (command) => runVerb(lanes, refund, command),
    hearBank: (command) => runVerb(lanes, hearBank, command),
    hearStepUp: (command) => runVerb(lanes, hearStepUp, command),
    stepUpOf: (payment) => stepUpOf(options, payment),
    findById,
    async find(key) {
      const payment = await ('paymentId' in key ? findById(key.paymentId) : findByRequest(key));
      return payment !== null && payment.merchantId === key.merchantId ? payment : null;
    },
    async findRefund(key) {
      const id = 'refundId' in key ? key.refundId : await refundIdOf(key.merchantId, key.requestId);
      if (id === null) return null;
      const found = (await readRefunds(database, [id])).get(id);
      return found !== undefined && found.merchantId === key.merchantId ? found : null;
    },
    findRefundById: async (refundId) => (await readRefunds(database, [refundId])).get(refundId) ?? null,
    refundsOf,
    async usageOf(payerAccount) {
      const balance = (await readBalances(database, [payerAccount])).get(payerAccount);
      return usageAt(balance?.spending ?? nothingSpent, options.clock.now());
    },
    eventsOf: (paymentId) => readEvents(database, [paymentId]),
    latest: (limit) => readLatestPayments(database, limit),
    async activityOf(payer) {
      const [payments, refunds] = await Promise.all([
        readPaymentsOfPayer(database, payer),
        readRefundsOfPayer(database, payer),
      ]);
      return { payments, refunds };
    },
    refundQueue: refundQueueTimer(options),
    housekeeping: putAwayTimer(database),
    expiry: expiryTimer(options, (paymentId) => runVerb(lanes, expire, { paymentId })),
  };
  return room;
}

async function stepUpOf({ database, clock }: PaymentsOptions, payment: Payment): Promise<OpenStepUp | null> {
  if (payment.status !== 'pending') return null;
  const reference = debitReference(payment);
  const open = (await readStepUps(database, [reference])).get(reference);
  return open === undefined || isOver(open, clock.now()) ? null : open;
}

function expiryTimer(
  { database, isolation }: PaymentsOptions,
  expire: (paymentId: bigint) => Promise<Payment | null>,
): Timer {
  const name = 'payment expiry';
  return {
    name,
    nextDueAt: async () => readNextDue(database, await isolation.held(name)),
    async run(now) {
      const except = await isolation.held(name);
      const due = await readDue(database, { by: now, limit: expiryBatch, except });
      let closed = 0;
      await isolation.each(name, due, {
        key: (paymentId) => paymentId.toString(),
        work: async (paymentId) => {
          if ((await expire(paymentId)) !== null) closed += 1;
        },
        parallel: expiryBatch,
      });
      return closed;
    },
  };
}
