// What the shopper does at the cashier about their bank's question. Only who pays is asked; for everybody else there is none.
import { type CashierView, cashierOperations } from '@tongbao/protocol/wallet';
import type { FastifyRequest } from 'fastify';
import type { Customer } from '../../customers/index.ts';
import { debitReference, type Payment } from '../../payments/index.ts';
import type { StepUps } from '../../wallet/index.ts';
import { type AddRoute, guessesPerMinute } from '../shopper/routes.ts';

interface Shopper {
  readonly customer: Customer;
  readonly request: FastifyRequest;
}

interface StepUpRoutes {
  readonly stepUps: StepUps;
  readonly sandbox: boolean;
  readonly find: (token: string | undefined, customer: Customer) => Promise<Payment>;
  /** The payment as it stands now. */
  readonly show: (payment: Payment, shopper: Shopper) => Promise<CashierView>;
}

export function stepUpRoutes(route: AddRoute, { stepUps, sandbox, find, show }: StepUpRoutes): void {
  const limits = { perMinute: guessesPerMinute(sandbox) };
  /** Does something about what the bank asks, unless it has ended meanwhile: then the view says how. */
  const about = async (
    token: string | undefined,
    shopper: Shopper,
    act: (of: { reference: string; customerId: bigint }) => Promise<void>,
  ): Promise<CashierView> => {
    const { customer } = shopper;
    const payment = await find(token, customer);
    const of = { reference: debitReference(payment), customerId: customer.id };
    if (payment.status === 'pending') await act(of);
    return show(payment, shopper);
  };
  route(
    cashierOperations.giveCode,
    ({ params, customer, request, body }) =>
      about(params.token, { customer, request }, (of) => stepUps.giveCode({ ...of, ...body })),
    limits,
  );
  route(
    cashierOperations.resendCode,
    ({ params, customer, request, body }) =>
      about(params.token, { customer, request }, (of) => stepUps.resend({ ...of, ...body })),
    limits,
  );
  route(
    cashierOperations.abandonStepUp,
    ({ params, customer, request, body }) =>
      about(params.token, { customer, request }, (of) => stepUps.abandon({ ...of, ...body })),
    limits,
  );
  route(
    cashierOperations.lookAtStepUp,
    ({ params, customer, request }) => about(params.token, { customer, request }, (of) => stepUps.look(of)),
    limits,
  );
}
