// A payment's receipt: the inclusion proofs of what moved its money. A shopper's names the payment's events only: an entry has
// the merchant's fee in it, and that is between the merchant and the network.
import { type Receipt, receiptFormat } from '@tongbao/protocol/receipt';
import type { AuditLog } from '../../audit-log/index.ts';
import type { Payment, PaymentsRoom } from '../../payments/index.ts';
import { paymentIdToWire } from '../payment-ids.ts';

export interface ReceiptSources {
  readonly payments: Pick<PaymentsRoom, 'eventsOf'>;
  readonly auditLog: Pick<AuditLog, 'proof' | 'checkpoint'>;
}

/** `withEntries`: for who sees the payment's entries anyhow. */
export async function receiptOf(
  { payments, auditLog }: ReceiptSources,
  payment: Payment,
  { withEntries }: { withEntries: boolean },
): Promise<Receipt> {
  const parts: Receipt['parts'] = [];
  for (const { kind, occurredAt, sequence, entryId } of await payments.eventsOf(payment.id)) {
    if (entryId === 0n) continue;
    const said = { kind, at: occurredAt.toISOString() };
    const event = { source: 'event', id: payment.id, sequence } as const;
    parts.push({ ...said, leaf: 'event', proof: await auditLog.proof(event) });
    if (!withEntries) continue;
    const entry = { source: 'entry', id: entryId, sequence: 0 } as const;
    parts.push({ ...said, leaf: 'entry', proof: await auditLog.proof(entry) });
  }
  const checkpoint = await auditLog.checkpoint();
  return {
    ...{ format: receiptFormat, paymentId: paymentIdToWire(payment) },
    verifierKey: checkpoint?.verifierKey ?? null,
    parts,
  };
}
