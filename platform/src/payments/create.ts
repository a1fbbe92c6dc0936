// create: the merchant asks, the rate is locked, the clock starts. Idempotent on the merchant's request id.
import { convert, divide, invert, type Money, money, subtract } from '@tongbao/money';
import type { Connection, Verb } from '../database/index.ts';
import {
  type Fx,
  type LockedQuote,
  lockQuote,
  type PricedAmount,
  priceOf,
  type QuoteRow,
  type RateTable,
} from '../fx/index.ts';
import type { Contract, MerchantAccess, Merchants } from '../merchants/index.ts';
import type { Clock, Ids } from '../system/index.ts';
import type { CreateAnswer, CreatePayment } from './commands.ts';
import { type Decision, noneBefore, pick, type RecordSources, recordDecisions, refuse } from './decision.ts';
import { type ContractTerms, type Payment, quoteExpiry, settlementQuoteId } from './payment.ts';
import { settledAt } from './settlement-price.ts';
import { sharesOf, total } from './shares.ts';
import { findRequests, readPayments, requestKinds } from './store.ts';

export interface CreateFacts {
  readonly now: Date;
  readonly ids: bigint[];
  readonly merchants: ReadonlyMap<bigint, MerchantAccess>;
  /** Null when every command of the batch was answered before. */
  readonly rates: RateTable | null;
  readonly quotes: ReadonlyMap<string, QuoteRow>;
  /** Requests answered before, by merchant and request id; grows while a batch is decided. */
  readonly answered: Map<string, { inputHash: Buffer; payment: Payment }>;
}

/** The longest that an order stays open: what the classic protocol allows. Its rate is locked for less (quoteExpiry). */
export const maxLifetimeMs = 30 * 24 * 3600 * 1000;

export const keyOf = (request: { merchantId: bigint; requestId: string }) =>
  `${request.merchantId}/${request.requestId}`;

export function decideCreate(facts: CreateFacts, command: CreatePayment): Decision<CreateAnswer> {
  const former = facts.answered.get(keyOf(command));
  if (former !== undefined) {
    if (!former.inputHash.equals(command.inputHash)) return refuse('request-reused');
    return { answer: { payment: former.payment, replayed: true } };
  }
  const access = facts.merchants.get(command.merchantId);
  if (access === undefined) return refuse('merchant-unknown');
  const { merchant, contract } = access;
  if (merchant.status !== 'active' || contract.liveFrom > facts.now) return refuse('merchant-not-active');
  const { currency, amount } = command.amount;
  if (!contract.paymentCurrencies.includes(currency))
    return refuse('currency-not-supported', { field: 'amount' });
  if (command.settlementCurrency !== null && command.settlementCurrency !== contract.settlementCurrency) {
    return refuse('settlement-currency-not-contracted', { field: 'settlementCurrency' });
  }
  const isConverted = currency !== contract.settlementCurrency;
  // Shares are taken from what the merchant gets in the order's own currency.
  if (isConverted && command.order.shares !== undefined)
    return refuse('currency-not-supported', { field: 'shares' });
  const isOutside = (value: bigint) => value < contract.minAmount || value > contract.maxAmount;
  if (!isConverted && command.payerAmount === undefined && isOutside(amount))
    return refuse('amount-out-of-limits', { field: 'amount' });
  const expiresAt = expiryOf(command, facts.now);
  if (expiresAt === null) return refuse('payment-expired', { field: 'expiresAt' });
  const id = command.paymentId ?? facts.ids.pop()!;
  const quote = quoteFor(facts, command, { access, expiresAt, id });
  if (typeof quote === 'string') return refuse(quote, { field: 'quoteId' });
  const settlementQuote = isConverted
    ? settlementQuoteFor(facts, command, { contract, expiresAt, id })
    : null;
  if (settlementQuote === undefined) return refuse('quote-not-available', { field: 'amount' });
  const made = { id, quote, settlementQuote, createdAt: facts.now, expiresAt };
  const fresh = newPayment(command, access, made);
  if (isOutside(fresh.settlementAmount.amount)) return refuse('amount-out-of-limits', { field: 'amount' });
  facts.answered.set(keyOf(command), { inputHash: command.inputHash, payment: fresh });
  return {
    answer: { payment: fresh, replayed: false },
    created: fresh,
    paymentRequest: {
      merchantId: command.merchantId,
      requestId: command.requestId,
      subjectId: id,
      inputHash: command.inputHash,
    },
    events: [
      { paymentId: id, sequence: 1, kind: 'created', occurredAt: facts.now, entryId: 0n, refundId: 0n },
    ],
  };
}

function newPayment(
  command: CreatePayment,
  { merchant, contract }: MerchantAccess,
  made: Pick<Payment, 'id' | 'quote' | 'settlementQuote' | 'createdAt' | 'expiresAt'>,
): Payment {
  const { currency } = command.amount;
  const { payerCurrency } = command;
  const { settlementQuote } = made;
  const priced = pricedAs(command, made.quote);
  const settlementAmount = settledAt(settlementQuote, priced.amount);
  const terms = termsOf(contract);
  const expiresAt = quoteExpiry({ ...made, terms }, made.quote.lockedAt);
  return {
    ...made,
    quote: { ...made.quote, expiresAt },
    settlementQuote: settlementQuote === null ? null : { ...settlementQuote, expiresAt },
    merchantId: command.merchantId,
    requestId: command.requestId,
    status: 'created',
    ...priced,
    settlementAmount,
    fee: feeOf(contract.feeBps, settlementAmount, { ...priced, order: command.order }),
    terms,
    payerId: null,
    funding: null,
    fundingAccount: null,
    paidAt: null,
    closedAt: null,
    refunded: money(currency, 0n),
    refunding: money(currency, 0n),
    refundedToPayer: money(payerCurrency, 0n),
    refundingToPayer: money(payerCurrency, 0n),
    events: 1,
    lastRefusal: null,
    order: {
      ...command.order,
      notifyUrl: command.order.notifyUrl ?? merchant.notifyUrl,
      ...(command.payerAmount === undefined ? {} : { pricedIn: 'payer' as const }),
    },
  };
}

// One object for all payments under a contract as it stands now: what is equal need not be compared again.
const termsOfContracts = new WeakMap<Contract, ContractTerms>();

function termsOf(contract: Contract): ContractTerms {
  let terms = termsOfContracts.get(contract);
  if (terms === undefined) {
    const { pendingAccount, settlementCurrency, feeBps, returnsFee, refundWindowDays, timeZone } = contract;
    const { quoteLifeMs } = contract;
    terms = {
      ...{ pendingAccount, settlementCurrency, feeBps, returnsFee, refundWindowDays, timeZone },
      quoteLifeMs,
    };
    termsOfContracts.set(contract, terms);
  }
  return terms;
}

/** The discount fee on what the merchant gets, and the shares of others. */
export const feeOf = (feeBps: number, settled: Money, priced: Parameters<typeof sharesOf>[0]): Money =>
  money(
    settled.currency,
    divide(settled.amount * BigInt(feeBps), 10_000n, 'half-even') + total(sharesOf(priced)),
  );

/** Priced in the order's currency, or, where the payer's amount is given, backwards from that at the same price. */
export function pricedAs(
  command: Pick<CreatePayment, 'amount' | 'payerAmount'>,
  quote: LockedQuote,
): PricedAmount & { amount: Money } {
  const { payerAmount } = command;
  if (payerAmount === undefined) return { amount: command.amount, ...priceOf(quote, command.amount) };
  const amount = convert(payerAmount, invert(quote.price), 'half-even');
  const atMid = convert(amount, quote.mid, 'half-even');
  const midAmount = atMid.amount > payerAmount.amount ? payerAmount : atMid;
  return { amount, payerAmount, midAmount, spreadAmount: subtract(payerAmount, midAmount) };
}

/** Null when the asked time has passed already. */
function expiryOf(command: CreatePayment, now: Date): Date | null {
  if (command.expiresAt === null)
    return new Date(now.getTime() + Math.min(command.lifetimeMs, maxLifetimeMs));
  if (command.expiresAt <= now) return null;
  return new Date(Math.min(command.expiresAt.getTime(), now.getTime() + maxLifetimeMs));
}

/** The quote that the merchant was given before, or one at the rate of the moment; or why there is none. */
function quoteFor(
  facts: CreateFacts,
  command: CreatePayment,
  at: { access: MerchantAccess; expiresAt: Date; id: bigint },
): LockedQuote | 'quote-not-available' | 'quote-expired' {
  const { currency } = command.amount;
  if (command.quoteId !== null) {
    const row = facts.quotes.get(command.quoteId);
    if (row === undefined || row.merchantId !== command.merchantId) return 'quote-not-available';
    if (row.base !== currency || row.quote !== command.payerCurrency) return 'quote-not-available';
    if (row.locked.expiresAt <= facts.now) return 'quote-expired';
    return { ...row.locked, expiresAt: at.expiresAt };
  }
  return (
    lockQuote({
      table: facts.rates!,
      orderCurrency: currency,
      payerCurrency: command.payerCurrency,
      spreadBps: at.access.contract.spreadBps,
      lockedAt: facts.now,
      expiresAt: at.expiresAt,
      quoteId: at.id.toString(),
    }) ?? 'quote-not-available'
  );
}

/** The rate at which its merchant is paid, of the moment at which the order is made; undefined where there is none. */
const settlementQuoteFor = (
  facts: CreateFacts,
  command: CreatePayment,
  at: { contract: Contract; expiresAt: Date; id: bigint },
): LockedQuote | undefined =>
  lockQuote({
    table: facts.rates!,
    orderCurrency: command.amount.currency,
    payerCurrency: at.contract.settlementCurrency,
    spreadBps: 0 - at.contract.settlementSpreadBps,
    lockedAt: facts.now,
    expiresAt: at.expiresAt,
    quoteId: settlementQuoteId(at.id),
  }) ?? undefined;

export interface CreateSources extends RecordSources {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly merchants: Merchants;
  readonly fx: Fx;
}

export async function loadCreateFacts(
  connection: Connection,
  commands: readonly CreatePayment[],
  sources: CreateSources,
  idsPerCommand = 1,
): Promise<CreateFacts> {
  const now = sources.clock.now();
  const quoteIds = commands.flatMap((command) => command.quoteId ?? []);
  const requests = await findRequests(connection, requestKinds.payment, commands);
  const payments = await readPayments(
    connection,
    requests.map((request) => request.subjectId),
  );
  const answered = requests.map(
    (request) =>
      [keyOf(request), { inputHash: request.inputHash, payment: payments.get(request.subjectId)! }] as const,
  );
  return {
    now,
    // Taken from the end: what is decided first has the lowest number, as lists of a payment's refunds are told in order.
    ids: (await sources.ids.take(commands.length * idsPerCommand)).reverse(),
    merchants: await sources.merchants.getAll(commands.map((command) => command.merchantId)),
    // A repeated request keeps its price: nobody need know today's.
    rates: answered.length === commands.length ? null : await sources.fx.rateTableAt(now),
    quotes: quoteIds.length === 0 ? new Map() : await sources.fx.findQuotes(connection, quoteIds),
    answered: new Map(answered),
  };
}

export const createVerb = (
  sources: CreateSources,
): Verb<CreatePayment, CreateFacts, Decision<CreateAnswer>> => ({
  name: 'payments.create',
  partyOf: (command) => command.merchantId,
  load: (tx, commands) => loadCreateFacts(tx, commands, sources),
  readBeforeTransaction: (connection, commands) => loadCreateFacts(connection, commands, sources),
  decide: decideCreate,
  record: (tx, _facts, decisions) => recordDecisions(tx, { decisions, before: noneBefore }, sources),
  committed: (_facts, decisions) => sources.conditions.committed(pick(decisions, 'created')),
});
