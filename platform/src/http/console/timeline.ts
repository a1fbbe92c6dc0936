// One payment from its creation to the bank's line: what each room knows of it, in the order in which it happened.
import { formatMajor, type Money, money } from '@tongbao/money';
import type { Step } from '@tongbao/protocol/console';
import type { Database } from '../../database/index.ts';
import { type Entry, readEntries } from '../../ledger/index.ts';
import type { Merchants } from '../../merchants/index.ts';
import type { Notifications } from '../../notifications/index.ts';
import type { Payment, PaymentsRoom } from '../../payments/index.ts';
import type { Reconciliation } from '../../reconciliation/index.ts';
import { readPaymentLines, type Settlement } from '../../settlement/index.ts';
import { paymentIdToWire, refundIdToWire } from '../payment-ids.ts';
import { rateView } from './rate-view.ts';

export interface TimelineParts {
  readonly database: Database;
  readonly merchants: Merchants;
  readonly payments: PaymentsRoom;
  readonly notifications: Pick<Notifications, 'list'>;
  readonly settlement: Settlement;
  readonly reconciliation: Reconciliation;
}

type Facts = readonly (readonly [name: string, value: string | null])[];

const said = ({ currency, amount }: Money): string => `${currency} ${formatMajor({ currency, amount })}`;
const step = (at: Date, kind: Step['kind'], facts: Facts): Step => ({
  at: at.toISOString(),
  kind,
  facts: facts.flatMap(([name, value]) => (value === null || value === '' ? [] : [{ name, value }])),
});

export async function timelineOf(parts: TimelineParts, payment: Payment) {
  const { merchant } = await parts.merchants.get(payment.merchantId);
  const steps = [
    ...creation(payment),
    ...(await events(parts, payment)),
    ...(await notifications(parts, payment)),
    ...(await settled(parts, payment)),
  ];
  // Sorting keeps what happened at one instant in the order of the rooms.
  steps.sort((left, right) => left.at.localeCompare(right.at));
  return {
    paymentId: paymentIdToWire(payment),
    requestId: payment.requestId,
    clientId: merchant.clientId,
    status: payment.status,
    amount: { currency: payment.amount.currency, value: payment.amount.amount.toString() },
    payerAmount: { currency: payment.payerAmount.currency, value: payment.payerAmount.amount.toString() },
    settlementAmount: {
      currency: payment.settlementAmount.currency,
      value: payment.settlementAmount.amount.toString(),
    },
    payerRate: rateView(payment.quote),
    settlementRate: rateView(payment.settlementQuote),
    description: payment.order.description,
    steps,
  };
}

function creation(payment: Payment): Step[] {
  const { quote, order, createdAt } = payment;
  return [
    step(createdAt, 'created', [
      ['request', payment.requestId],
      ['channel', order.channel],
      ['amount', said(payment.amount)],
      ['reference', order.reference],
      ['expires', payment.expiresAt.toISOString()],
    ]),
    step(new Date(Math.max(quote.lockedAt.getTime(), createdAt.getTime())), 'quoted', [
      ['payerAmount', said(payment.payerAmount)],
      ['spread', `${said(payment.spreadAmount)} (${quote.spreadBps} bp)`],
      ...settlementFacts(payment),
      ['rateDate', quote.rateDate],
      ['source', quote.source],
    ]),
  ];
}

/** What the merchant gets, where it is paid in another currency than the order's. */
const settlementFacts = ({ settlementAmount, settlementQuote }: Payment): Facts =>
  settlementQuote === null
    ? []
    : [
        ['settlementAmount', said(settlementAmount)],
        ['settlementSpread', `${-settlementQuote.spreadBps} bp`],
      ];

async function events(parts: TimelineParts, payment: Payment): Promise<Step[]> {
  const happened = await parts.payments.eventsOf(payment.id);
  const refunds = new Map((await parts.payments.refundsOf(payment.id)).map((refund) => [refund.id, refund]));
  const entries = await readEntries(
    parts.database,
    happened.flatMap((event) => (event.entryId === 0n ? [] : event.entryId)),
  );
  const steps: Step[] = [];
  for (const { kind, occurredAt, entryId, refundId } of happened) {
    if (kind === 'created') continue;
    const refund = refunds.get(refundId);
    if (kind === 'paid' && payment.funding?.kind !== 'card') steps.push(step(occurredAt, 'risk-passed', []));
    if (kind === 'debit-requested') steps.push(step(occurredAt, 'risk-passed', []));
    steps.push(
      step(occurredAt, kind, [
        ['method', kind === 'paid' ? (payment.funding?.kind ?? null) : null],
        ['refund', refund === undefined ? null : refundIdToWire(refund)],
        ['amount', refund === undefined ? null : said(refund.amount)],
        ['toPayer', refund === undefined ? null : said(refund.payerAmount)],
        [
          'fromMerchant',
          refund === undefined || payment.settlementQuote === null ? null : said(refund.settlementAmount),
        ],
        ['reason', refund?.reason ?? null],
      ]),
    );
    const entry = entries.get(entryId);
    if (entry !== undefined) steps.push(step(occurredAt, 'entry', entryFacts(entry)));
  }
  return steps;
}

const entryFacts = (entry: Entry): Facts => [
  ['entry', entry.id.toString()],
  ...entry.postings.map(({ account, amount }) => [account.toString(), amount.toString()] as const),
];

async function notifications(parts: TimelineParts, payment: Payment): Promise<Step[]> {
  const told = await parts.notifications.list(payment.id);
  return told.flatMap(({ notification, attempts }) =>
    attempts.map((attempt) =>
      step(attempt.startedAt, 'notified', [
        ['about', notification.kind],
        ['attempt', attempt.number.toString()],
        ['answer', attempt.httpStatus === null ? attempt.error : `HTTP ${attempt.httpStatus}`],
        ['status', notification.status],
      ]),
    ),
  );
}

async function settled(parts: TimelineParts, payment: Payment): Promise<Step[]> {
  const lines = await readPaymentLines(parts.database, payment.id);
  const steps: Step[] = [];
  for (const line of lines) {
    const [batch] = await parts.settlement.batchesOf({
      merchantId: payment.merchantId,
      before: line.batch_id + 1n,
      limit: 1,
    });
    if (batch === undefined) continue;
    const amount = (value: bigint) => said(money(batch.currency, value));
    steps.push(
      step(batch.closedAt ?? batch.cutOffAt, 'settled', [
        ['batch', batch.id.toString()],
        ['day', batch.settlementDay],
        ['line', line.kind],
        ['gross', amount(line.gross)],
        ['net', amount(line.net)],
        ['status', batch.status],
      ]),
    );
    for (const payout of batch.payouts) {
      const reference = `${payout.batch_id}-${payout.attempt}`;
      if (payout.answered_at !== null)
        steps.push(
          step(payout.answered_at, 'payout', [
            ['reference', reference],
            ['amount', amount(payout.amount)],
            ['status', payout.status],
            ['reason', payout.reason],
          ]),
        );
      const statement = await parts.reconciliation.statementOf(reference);
      if (statement !== null)
        steps.push(
          step(statement.importedAt, 'statement', [
            ['statement', statement.statementId],
            ['account', statement.account],
            ['days', `${statement.fromDay} – ${statement.toDay}`],
          ]),
        );
    }
  }
  return steps;
}
