// The payment method that an administrator chooses in Vendure: what its API calls, handed on to the service.
import { inquire, withdraw } from '@tongbao/sdk';
import {
  type Injector,
  LanguageCode,
  type Payment,
  type PaymentMethod,
  PaymentMethodHandler,
} from '@vendure/core';
import { paymentFacts } from './facts.ts';
import { TongbaoRefunds } from './refunds.ts';
import { type Located, methodCode, TongbaoService, valuesOf } from './service.ts';
import { clientFor, readSettings, settingArgs } from './settings.ts';

let service: TongbaoService;
let refunds: TongbaoRefunds;

async function locate(payment: Payment): Promise<Located> {
  const found = await service.locate(payment.id);
  if (found === null) throw new Error(`the payment ${payment.id} was not made by this plugin`);
  return found;
}

export const tongbaoPaymentMethod = new PaymentMethodHandler({
  code: methodCode,
  description: [{ languageCode: LanguageCode.en, value: 'Tongbao: pay from a Chinese wallet' }],
  args: settingArgs,

  init(injector: Injector) {
    service = injector.get(TongbaoService);
    refunds = injector.get(TongbaoRefunds);
  },

  createPayment: (ctx, order, _amount, _args, metadata, method: PaymentMethod) =>
    service.begin(ctx, order, method, metadata.terminal === 'WAP' ? 'WAP' : 'WEB'),

  async settlePayment(ctx, _order, payment, _args, method) {
    const facts = paymentFacts(payment.metadata);
    if (facts === null) return { success: false, errorMessage: 'this payment was not made by this plugin' };
    const outcome =
      service.proved(ctx) ?? (await inquire(clientFor(readSettings(valuesOf(method))), facts.requestId));
    // Not paid is no error: the payment goes on waiting for its shopper.
    return outcome.kind === 'paid'
      ? { success: true }
      : { success: false, state: payment.state as never, errorMessage: 'the shopper has not paid' };
  },

  async cancelPayment(ctx, _order, payment, _args, method) {
    const facts = paymentFacts(payment.metadata);
    if (facts === null || service.proved(ctx)?.kind === 'cancelled') return { success: true };
    const answer = await withdraw(clientFor(readSettings(valuesOf(method))), facts.requestId);
    return answer === 'withdrawn'
      ? { success: true }
      : {
          success: false,
          state: payment.state as never,
          errorMessage: 'the gateway did not withdraw the payment',
        };
  },

  createRefund: async (ctx, input, amount, _order, payment) =>
    refunds.create(ctx, {
      located: await locate(payment),
      amount,
      reason: input.reason ?? undefined,
    }),
});
