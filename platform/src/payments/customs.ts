// customs: what a merchant declares to customs of a paid payment. Sums of a payment's declarations never exceed what
// was paid (classic gateway reference, sections 5.1 and 5.4).
import { Rejection } from '../rejection.ts';
import type { Payments } from './commands.ts';
import { lockDeclarations, readDeclarations, upsertDeclaration } from './customs-store.ts';
import type { PaymentsOptions } from './payments.ts';
import { lockPayments } from './store.ts';

export const declarations = (parts: PaymentsOptions): Pick<Payments, 'declare' | 'declarations'> => ({
  async declare({ payment, ...claim }) {
    if (payment.status !== 'paid') throw new Rejection('payment-not-paid');
    const id = await parts.ids.one();
    const at = parts.clock.now();
    return parts.database.transaction(async (tx) => {
      // The payment's lock makes declarations of one payment come one after the other.
      await lockPayments(tx, [payment.id]);
      const others = (await lockDeclarations(tx, payment.id)).filter(
        (declared) => declared.requestId !== claim.requestId,
      );
      const declared = others.reduce((sum, other) => sum + other.amount.amount, claim.amount.amount);
      if (declared > payment.payerAmount.amount)
        throw new Rejection('refund-amount-exceeded', 'more would be declared than was paid', {
          field: 'amount',
        });
      const kept = await upsertDeclaration(tx, {
        ...claim,
        id,
        paymentId: payment.id,
        declaredAt: at,
        changedAt: at,
      });
      if (kept === null) throw new Rejection('request-reused');
      return kept;
    });
  },
  declarations: (merchantId, requestIds) => readDeclarations(parts.database, merchantId, requestIds),
});
