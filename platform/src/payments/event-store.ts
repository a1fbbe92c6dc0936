// SQL of payments' events: written by COPY with their entries, never changed.
import { type Connection, copyInto, integers, microsecondText, statement } from '../database/index.ts';
import type { PaymentEventKind } from './payment.ts';

export interface PaymentEvent {
  readonly paymentId: bigint;
  readonly sequence: number;
  readonly kind: PaymentEventKind;
  readonly occurredAt: Date;
  readonly entryId: bigint;
  readonly refundId: bigint;
}

export const eventRows = copyInto<PaymentEvent>('payments.event', {
  payment_id: ['int8', (event) => event.paymentId],
  sequence: ['int2', (event) => event.sequence],
  kind: ['text', (event) => event.kind],
  occurred_at: ['timestamptz', (event) => event.occurredAt],
  entry_id: ['int8', (event) => event.entryId],
  refund_id: ['int8', (event) => event.refundId],
});

interface EventRow {
  readonly payment_id: bigint;
  readonly sequence: number;
  readonly kind: PaymentEventKind;
  readonly occurred_at: Date;
  readonly entry_id: bigint;
  readonly refund_id: bigint;
}
const eventColumns = 'payment_id, sequence, kind, occurred_at, entry_id, refund_id';
const ofPayments = 'FROM payments.event WHERE payment_id = ANY($1::bigint[]) ORDER BY payment_id, sequence';
const eventOf = (row: EventRow): PaymentEvent => ({
  paymentId: row.payment_id,
  sequence: row.sequence,
  kind: row.kind,
  occurredAt: row.occurred_at,
  entryId: row.entry_id,
  refundId: row.refund_id,
});

const eventsOfPayments = statement('payments.events-of', `SELECT ${eventColumns} ${ofPayments}`);
export const readEvents = async (
  connection: Connection,
  paymentIds: readonly bigint[],
): Promise<PaymentEvent[]> =>
  (await connection.query<EventRow>(eventsOfPayments, [integers(paymentIds)])).map(eventOf);

const exportedEvents = statement(
  'payments.exported-events-of',
  `SELECT ${eventColumns}, ${microsecondText('occurred_at')} AS occurred_text ${ofPayments}`,
);
/** Events for an export: the instant as the database has it, to the microsecond. */
export const readExportedEvents = async (
  connection: Connection,
  paymentIds: readonly bigint[],
): Promise<(Omit<PaymentEvent, 'occurredAt'> & { readonly occurredAt: string })[]> =>
  (await connection.query<EventRow & { occurred_text: string }>(exportedEvents, [integers(paymentIds)])).map(
    (row) => ({ ...eventOf(row), occurredAt: row.occurred_text }),
  );
