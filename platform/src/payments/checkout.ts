// checkout: a merchant has announced an order by sending a shopper. It is no payment before somebody signs in (or, on
// a phone, confirms): then it becomes one, under the same id, at the rate of that moment.
import { Rejection } from '../rejection.ts';
import {
  endCheckout,
  endCheckoutOfRequest,
  insertCheckout,
  readCheckout,
  readPaymentOfRequest,
} from './checkout-store.ts';
import type { Checkout, CreateAnswer, CreatePayment, NewCheckout, Payments } from './commands.ts';
import { decideCreate } from './create.ts';
import type { Payment } from './payment.ts';
import type { PaymentsOptions } from './payments.ts';

type Checkouts = Pick<Payments, 'announce' | 'findCheckout' | 'preview' | 'begin' | 'abandon' | 'withdraw'>;

export function checkouts(
  parts: PaymentsOptions,
  create: (command: CreatePayment) => Promise<CreateAnswer>,
): Checkouts {
  const { database, clock, ids } = parts;
  return {
    async announce(asked) {
      const payment = await readPaymentOfRequest(database, asked.command);
      if (payment !== null && !isSameInput(payment.inputHash, asked)) throw new Rejection('request-reused');
      const offered: Checkout = { ...asked, id: await ids.one(), createdAt: clock.now() };
      // What could never become a payment is refused now, while the shop is listening.
      if (payment === null) await preview(parts, offered);
      const kept = await insertCheckout(database, offered);
      if (!isSameInput(kept.command.inputHash, asked)) throw new Rejection('request-reused');
      return kept;
    },
    findCheckout: (id) => readCheckout(database, id),
    preview: (checkout) => preview(parts, checkout),
    async begin(checkout) {
      if (checkout.expiresAt <= clock.now()) throw new Rejection('payment-expired');
      return (await create(commandOf(checkout))).payment;
    },
    abandon: (id) => endCheckout(database, id, clock.now()),
    withdraw: (key) => endCheckoutOfRequest(database, key, clock.now()),
  };
}

const isSameInput = (kept: Buffer, asked: NewCheckout): boolean =>
  kept.equals(asked.command.inputHash) ||
  (asked.olderInputHash !== undefined && kept.equals(asked.olderInputHash));

const commandOf = (checkout: NewCheckout & { id: bigint }): CreatePayment => ({
  ...checkout.command,
  paymentId: checkout.id,
  quoteId: null,
});

/** The same decision as create's, over the facts of the moment, recorded nowhere. */
async function preview(parts: PaymentsOptions, checkout: Checkout): Promise<Payment> {
  const command = commandOf(checkout);
  const now = parts.clock.now();
  const decision = decideCreate(
    {
      now,
      ids: [],
      merchants: new Map([[command.merchantId, await parts.merchants.get(command.merchantId)]]),
      rates: await parts.fx.rateTableAt(now),
      quotes: new Map(),
      answered: new Map(),
    },
    command,
  );
  if (decision.refused !== undefined)
    throw new Rejection(decision.refused.code, undefined, decision.refused.detail);
  return { ...decision.answer!.payment, createdAt: checkout.createdAt, expiresAt: checkout.expiresAt };
}
