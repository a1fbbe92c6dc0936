// Walks all payments, a page at a time, and compares each with its events, its refunds and its ledger entries.
import type { Transaction } from '../database/index.ts';
import { priceAt } from '../fx/index.ts';
import {
  type Entry,
  type HouseAccounts,
  type OwnedBalance,
  type Posting,
  readEntries,
  readOwnedBalances,
} from '../ledger/index.ts';
import {
  accountsAmong,
  advance,
  fundingPostings,
  type HouseFacts,
  legsOf,
  loadHouse,
  type MerchantAccounts,
  merchantKinds,
  neededFor,
  type Payment,
  type PaymentEvent,
  type PaymentStatus,
  paymentFault,
  paymentPostings,
  type Refund,
  readEvents,
  readPaymentPage,
  readRefundsOfPayments,
  refundFault,
  refundPostings,
  releasePostings,
  reversalPostings,
  settledAt,
  sumsFault,
  total,
} from '../payments/index.ts';
import type { Clock } from '../system/index.ts';

export interface PaymentWalk {
  readonly payments: number;
  readonly refunds: number;
  readonly statesWrong: string[];
  readonly entriesWrong: string[];
  readonly refundsWrong: string[];
  /** Shares, fees, refunds and payers' parts out of their bounds. */
  readonly boundsWrong: string[];
  /** What merchants get in another currency than their prices are in. */
  readonly settlementsWrong: string[];
}

const pageSize = 5_000;
const maxFindings = 20;

export async function walkPayments(
  tx: Transaction,
  options: { house: HouseAccounts; clock: Clock },
): Promise<PaymentWalk> {
  const lists = {
    statesWrong: [],
    entriesWrong: [],
    refundsWrong: [],
    boundsWrong: [],
    settlementsWrong: [],
  };
  const found: Mutable<PaymentWalk> = { payments: 0, refunds: 0, ...lists };
  const balances = await readOwnedBalances(tx, merchantKinds);
  const merchants = merchantAccounts(balances);
  const putAside = new Map<bigint, bigint>();
  for (let after = 0n; ; ) {
    const page = await readPaymentPage(tx, after, pageSize);
    if (page.length === 0) {
      for (const row of balances) note(found.refundsWrong, putAsideFault(row, putAside));
      return found;
    }
    after = page.at(-1)!.id;
    const ids = page.map((payment) => payment.id);
    const events = groupBy(await readEvents(tx, ids), (event) => event.paymentId);
    const refunds = groupBy(await readRefundsOfPayments(tx, ids), (refund) => refund.paymentId);
    const entryIds = [...events.values()]
      .flat()
      .flatMap((event) => (event.entryId === 0n ? [] : event.entryId));
    const entries = await readEntries(tx, entryIds);
    const house = await loadHouse(options.house, page, options.clock.now());
    for (const payment of page) {
      const about = { payment, events: events.get(payment.id) ?? [], refunds: refunds.get(payment.id) ?? [] };
      found.payments += 1;
      found.refunds += about.refunds.length;
      note(found.statesWrong, stateFault(about));
      note(found.refundsWrong, refundsFault(about));
      note(found.boundsWrong, boundsFault(about));
      note(found.settlementsWrong, settlementFault(payment));
      const merchant = merchants.get(keyOf(payment.merchantId, payment.terms.settlementCurrency));
      note(found.entriesWrong, entryFault({ ...about, entries, house, merchant }));
      for (const refund of about.refunds)
        if (merchant !== undefined && refund.putAside && refund.status === 'processing')
          putAside.set(merchant.refunding, (putAside.get(merchant.refunding) ?? 0n) + neededFor(refund));
    }
  }
}

type Mutable<Walk> = { -readonly [Name in keyof Walk]: Walk[Name] };

const keyOf = (merchantId: bigint, currency: string): string => `${merchantId}:${currency}`;

function merchantAccounts(balances: readonly OwnedBalance[]): Map<string, MerchantAccounts> {
  const accounts = new Map<string, MerchantAccounts>();
  for (const [key, own] of groupBy(balances, (row) => keyOf(row.owner_id, row.currency))) {
    const found = accountsAmong(own);
    if (found !== null) accounts.set(key, found);
  }
  return accounts;
}

/** What lies on a merchant's refunding account is what its refunds in progress need. */
function putAsideFault(row: OwnedBalance, putAside: ReadonlyMap<bigint, bigint>): string | null {
  const needed = putAside.get(row.id) ?? 0n;
  if (row.kind !== 'merchant-refunding' || row.balance === needed) return null;
  return `merchant ${row.owner_id}: ${row.balance} is put aside, refunds in progress need ${needed}`;
}

function note(list: string[], fault: string | null): void {
  if (fault !== null && list.length < maxFindings) list.push(fault);
}

function groupBy<Item, Key>(items: readonly Item[], key: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}

interface About {
  readonly payment: Payment;
  readonly events: readonly PaymentEvent[];
  readonly refunds: readonly Refund[];
}

function stateFault({ payment, events }: About): string | null {
  let status: PaymentStatus | 'none' = 'none';
  for (const [index, event] of events.entries()) {
    if (event.sequence !== index + 1) return `payment ${payment.id}: event ${index + 1} is missing`;
    try {
      status = advance(status, event.kind);
    } catch (error) {
      return `payment ${payment.id}: ${(error as Error).message}`;
    }
  }
  if (status !== payment.status)
    return `payment ${payment.id} is ${payment.status}, its events lead to ${status}`;
  return events.length === payment.events
    ? null
    : `payment ${payment.id} counts ${payment.events} events, has ${events.length}`;
}

/** The same bounds that every step was held against when it was recorded. */
function boundsFault({ payment, refunds }: About): string | null {
  const open = refunds.filter((refund) => refund.status !== 'failed');
  const sums = {
    feeReturned: open.reduce((sum, { feeReturned, shares }) => sum + feeReturned.amount - total(shares), 0n),
    settled: open.reduce((sum, { settlementAmount }) => sum + settlementAmount.amount, 0n),
    owedFee: refunds.reduce((sum, refund) => sum + refund.owedFee, 0n),
  };
  const wrong = refunds.map((refund) => refundFault({ payment, refund })).find((fault) => fault !== null);
  return paymentFault(payment) ?? wrong ?? sumsFault({ payment, sums });
}

/** The locked price is the middle rate less the spread, and the amount at it is what the merchant gets. */
function settlementFault({ id, amount, settlementAmount, settlementQuote }: Payment): string | null {
  const worth = settledAt(settlementQuote, amount);
  if (worth.currency !== settlementAmount.currency || worth.amount !== settlementAmount.amount)
    return `payment ${id}: at its settlement rate it is worth ${worth.amount} ${worth.currency}, it states ${settlementAmount.amount} ${settlementAmount.currency}`;
  if (settlementQuote === null) return null;
  const { mid, price, spreadBps } = settlementQuote;
  const right = priceAt(mid, spreadBps);
  const isRight = right.numerator === price.numerator && right.denominator === price.denominator;
  return isRight && spreadBps <= 0
    ? null
    : `payment ${id}: its settlement price is not the middle rate less the spread`;
}

function refundsFault({ payment, refunds }: About): string | null {
  const sum = (status: Refund['status'], of: (refund: Refund) => bigint) =>
    refunds.filter((refund) => refund.status === status).reduce((all, refund) => all + of(refund), 0n);
  const checks: [string, bigint, bigint][] = [
    ['refunded', payment.refunded.amount, sum('succeeded', (refund) => refund.amount.amount)],
    ['in refund', payment.refunding.amount, sum('processing', (refund) => refund.amount.amount)],
    [
      'returned to the payer',
      payment.refundedToPayer.amount,
      sum('succeeded', (refund) => refund.payerAmount.amount),
    ],
  ];
  for (const [what, stated, summed] of checks) {
    if (stated !== summed) return `payment ${payment.id}: ${what} ${stated}, its refunds sum to ${summed}`;
  }
  if (
    payment.refunded.amount === payment.amount.amount &&
    payment.refundedToPayer.amount !== payment.payerAmount.amount
  ) {
    return `payment ${payment.id} is wholly refunded, but ${payment.refundedToPayer.amount} of ${payment.payerAmount.amount} went back`;
  }
  return null;
}

interface Books {
  readonly entries: ReadonlyMap<bigint, Entry>;
  readonly house: HouseFacts;
  readonly merchant: MerchantAccounts | undefined;
}

function entryFault(about: About & Books): string | null {
  const { payment, merchant } = about;
  if (merchant === undefined) return `payment ${payment.id}: its merchant has no accounts for refunds`;
  for (const event of about.events) {
    const expected = expectedPostings({ ...about, merchant }, event);
    // A refund of less than the smallest unit on either side moves nothing.
    if (expected === null || expected.length === 0) {
      if (event.entryId !== 0n) return `payment ${payment.id}: event ${event.kind} should have no entry`;
      continue;
    }
    const entry = about.entries.get(event.entryId);
    if (entry === undefined) return `payment ${payment.id}: the entry of event ${event.kind} is missing`;
    if (entry.subjectId !== payment.id || !samePostings(entry.postings, expected)) {
      return `payment ${payment.id}: entry ${entry.id} does not post what event ${event.kind} asks for`;
    }
  }
  return null;
}

function expectedPostings(
  about: About & Books & { merchant: MerchantAccounts },
  event: PaymentEvent,
): Posting[] | null {
  const { payment, merchant } = about;
  const legs = { house: legsOf(about.house, payment), merchant };
  if (event.kind === 'paid') return paymentPostings(payment, payment.fundingAccount!, legs.house);
  if (event.kind === 'reversed') return reversalPostings(payment, legs, owedFor(about, event));
  const refund = about.refunds.find((candidate) => candidate.id === event.refundId);
  switch (event.kind) {
    case 'refunded':
      return refund === undefined ? [] : refundPostings(payment, refund, legs);
    case 'refund-funded':
      return refund === undefined ? [] : fundingPostings(refund, merchant);
    case 'refund-failed':
      return refund?.putAside ? releasePostings(refund, merchant) : null;
    default:
      return null;
  }
}

/** How much of a cancellation its merchant had no funds for is said by the entry alone; it is part of what was needed. */
function owedFor({ payment, entries, merchant }: About & Books, event: PaymentEvent): bigint {
  const posted = entries.get(event.entryId)?.postings.find(({ account }) => account === merchant?.receivable);
  const owed = -(posted?.amount ?? 0n);
  return owed >= 0n && owed <= payment.settlementAmount.amount - payment.fee.amount ? owed : 0n;
}

function samePostings(left: readonly Posting[], right: readonly Posting[]): boolean {
  if (left.length !== right.length) return false;
  const amounts = new Map(left.map((posting) => [posting.account, posting.amount]));
  return right.every((posting) => amounts.get(posting.account) === posting.amount);
}
