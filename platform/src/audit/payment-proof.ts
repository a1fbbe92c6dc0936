// Walks all payments, a page at a time, and compares each with its events, its refunds and its ledger entries.
import type { Transaction } from '../database/index.ts';
import { type Entry, type HouseAccounts, type Posting, readEntries } from '../ledger/index.ts';
import {
  advance,
  type HouseFacts,
  legsOf,
  loadHouse,
  type Payment,
  type PaymentEvent,
  type PaymentStatus,
  paymentPostings,
  type Refund,
  readEvents,
  readPaymentPage,
  readRefundsOfPayments,
  refundPostings,
  reversalPostings,
} from '../payments/index.ts';
import type { Clock } from '../system/index.ts';

export interface PaymentWalk {
  readonly payments: number;
  readonly refunds: number;
  readonly statesWrong: string[];
  readonly entriesWrong: string[];
  readonly refundsWrong: string[];
}

const pageSize = 5_000;
const maxFindings = 20;

export async function walkPayments(
  tx: Transaction,
  options: { house: HouseAccounts; clock: Clock },
): Promise<PaymentWalk> {
  const found = { payments: 0, refunds: 0, statesWrong: [], entriesWrong: [], refundsWrong: [] } as {
    payments: number;
    refunds: number;
    statesWrong: string[];
    entriesWrong: string[];
    refundsWrong: string[];
  };
  for (let after = 0n; ; ) {
    const page = await readPaymentPage(tx, after, pageSize);
    if (page.length === 0) return found;
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
      note(found.refundsWrong, refundFault(about));
      note(found.entriesWrong, entryFault({ ...about, entries, house }));
    }
  }
}

function note(list: string[], fault: string | null): void {
  if (fault !== null && list.length < maxFindings) list.push(fault);
}

function groupBy<Item>(items: readonly Item[], key: (item: Item) => bigint): Map<bigint, Item[]> {
  const groups = new Map<bigint, Item[]>();
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

function refundFault({ payment, refunds }: About): string | null {
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

function entryFault(
  about: About & { entries: ReadonlyMap<bigint, Entry>; house: HouseFacts },
): string | null {
  const { payment } = about;
  for (const event of about.events) {
    const expected = expectedPostings(about, event);
    if (expected === null) {
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

function expectedPostings(about: About & { house: HouseFacts }, event: PaymentEvent): Posting[] | null {
  const { payment } = about;
  const house = legsOf(about.house, payment);
  if (event.kind === 'paid') return paymentPostings(payment, payment.fundingAccount!, house);
  if (event.kind === 'reversed') return reversalPostings(payment, payment.fundingAccount!, house);
  if (event.kind !== 'refunded') return null;
  const refund = about.refunds.find((candidate) => candidate.id === event.refundId);
  return refund === undefined ? [] : refundPostings(payment, refund, house);
}

function samePostings(left: readonly Posting[], right: readonly Posting[]): boolean {
  if (left.length !== right.length) return false;
  const amounts = new Map(left.map((posting) => [posting.account, posting.amount]));
  return right.every((posting) => amounts.get(posting.account) === posting.amount);
}
