// The inbox: what happened to the money and to the account, in one order. Nothing is written for it in the money path:
// payments, refunds and transfers are told from their own rows.
import { accountOperations, type Inbox, type MessageView } from '@tongbao/protocol/wallet';
import type { AccountEvent } from '../../customers/index.ts';
import { browserOf, systemOf } from '../shopper/device-name.ts';
import type { AddRoute } from '../shopper/routes.ts';
import { type BillLine, latestBills } from './bills.ts';
import { cursorOf, type WalletHttpOptions } from './view.ts';

const pageSize = 20;
const countedAtMost = 20;
const newest = 2n ** 63n - 1n;

export function inboxRoutes(route: AddRoute, options: WalletHttpOptions): void {
  route(accountOperations.listMessages, ({ query, customer }) =>
    inboxPage(options, customer.id, cursorOf(query.cursor)),
  );
  route(accountOperations.seeMessages, async ({ customer }) => {
    await options.customers.seeInbox(customer.id);
    return {};
  });
}

async function inboxPage(options: WalletHttpOptions, customerId: bigint, before: bigint): Promise<Inbox> {
  const page = { before, limit: pageSize + 1 };
  const [bills, events, seenAt] = await Promise.all([
    latestBills(options, customerId, page),
    options.customers.eventsOf({ ...page, customerId }),
    options.customers.inboxSeenAt(customerId),
  ]);
  const all = [
    ...bills.map((bill) => ({ id: bill.id, view: () => ofBill(bill, seenAt) })),
    ...events.map((event) => ({ id: event.id, view: async () => ofEvent(event, seenAt) })),
  ].sort((a, b) => (a.id < b.id ? 1 : -1));
  const shown = all.slice(0, pageSize);
  return {
    messages: await Promise.all(shown.map((each) => each.view())),
    nextCursor: all.length > pageSize ? shown.at(-1)!.id.toString() : null,
  };
}

const isNew = (at: Date, seenAt: Date | null): boolean => seenAt === null || at > seenAt;

async function ofBill(bill: BillLine, seenAt: Date | null): Promise<MessageView> {
  const view = await bill.view();
  return {
    messageId: view.billId,
    kind: view.kind,
    detail: view.title,
    amount: view.payerAmount,
    status: view.status,
    billId: view.billId,
    at: view.at,
    isNew: isNew(new Date(view.at), seenAt),
  };
}

const ofEvent = (event: AccountEvent, seenAt: Date | null): MessageView => ({
  messageId: `E${event.id}`,
  kind: event.kind,
  detail:
    event.kind === 'signed-in' || event.kind === 'wallet-opened'
      ? [browserOf(event.detail), systemOf(event.detail)].filter((word) => word !== '').join(' · ')
      : event.detail,
  amount: null,
  status: null,
  billId: null,
  at: event.occurredAt.toISOString(),
  isNew: isNew(event.occurredAt, seenAt),
});

/** How many messages came since the inbox was last looked at; at most 20. */
export async function unreadCount(options: WalletHttpOptions, customerId: bigint): Promise<number> {
  const page = { before: newest, limit: countedAtMost };
  const [bills, events, seenAt] = await Promise.all([
    latestBills(options, customerId, page),
    options.customers.eventsOf({ ...page, customerId }),
    options.customers.inboxSeenAt(customerId),
  ]);
  const fresh =
    bills.filter(({ at }) => isNew(at, seenAt)).length +
    events.filter(({ occurredAt }) => isNew(occurredAt, seenAt)).length;
  return Math.min(fresh, countedAtMost);
}
