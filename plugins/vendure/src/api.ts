// What the plugin adds to Vendure's GraphQL: for storefronts, whether the option is offered and the estimate beside a
// price; for administrators, the test of the connection and the reconciliation.
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { GatewayError } from '@tongbao/sdk';
import {
  Allow,
  Ctx,
  type ID,
  type PaymentMethod,
  PaymentMethodService,
  Permission,
  type RequestContext,
} from '@vendure/core';
import { gql } from 'graphql-tag';
import { decorateMethod, inject } from './decorate.ts';
import { narrowed } from './eligibility.ts';
import { estimateOf, offerOf } from './offer.ts';
import { type Reconciled, TongbaoReconciliation } from './reconcile.ts';
import { methodCode, TongbaoService, valuesOf } from './service.ts';
import { clientFor, readSettings } from './settings.ts';

export const shopSchema = gql`
  type TongbaoOffer {
    "Whether a shopper from this country can pay this amount with the wallet."
    offered: Boolean!
    "Why not, in the gateway's words."
    reason: String
    "For addPaymentToOrder."
    method: String
    "The shopper's currency, and what one whole unit of the channel's currency costs in it: for an estimate only."
    payerCurrency: String
    rate: String
  }
  extend type Query {
    tongbaoOffer(country: String, amount: Money!): TongbaoOffer!
  }
`;

export const adminSchema = gql`
  type TongbaoConnection {
    ok: Boolean!
    message: String!
    latencyMs: Int!
  }
  type TongbaoReconciled {
    asked: Int!
    changed: Int!
    refunds: Int!
  }
  extend type Mutation {
    "Signs a question with the method's keys, asks the gateway, and checks the answer's signature. Moves nothing."
    testTongbaoConnection(paymentMethodId: ID!): TongbaoConnection!
    "Asks the gateway about every payment and refund that still waits."
    reconcileTongbao: TongbaoReconciled!
  }
`;

export class TongbaoShopApi {
  readonly #methods: PaymentMethodService;
  readonly #service: TongbaoService;

  constructor(methods: PaymentMethodService, service: TongbaoService) {
    this.#methods = methods;
    this.#service = service;
  }

  async tongbaoOffer(ctx: RequestContext, args: { country?: string; amount: number }) {
    const methods = await this.#methods.getActivePaymentMethods(ctx);
    const method: PaymentMethod | undefined = methods.find((each) => each.handler.code === methodCode);
    if (method === undefined) return { offered: false, reason: 'NO_PAYMENT_METHOD' };
    const country = args.country?.toUpperCase();
    const currency = ctx.currencyCode;
    const own = narrowed(
      Object.fromEntries((method.checker?.args ?? []).map(({ name, value }) => [name, value])),
      {
        country,
        language: ctx.languageCode,
        currency,
      },
    );
    const { precision } = this.#service;
    const offer =
      own === null
        ? await offerOf(method, { country, currency, amount: args.amount, precision })
        : { isOffered: false, reason: own };
    const estimate = offer.isOffered ? await estimateOf(method, currency) : null;
    return {
      offered: offer.isOffered,
      reason: offer.reason,
      method: method.code,
      payerCurrency: estimate?.currency,
      rate: estimate?.rate,
    };
  }
}
inject(TongbaoShopApi, PaymentMethodService, TongbaoService);
decorateMethod(TongbaoShopApi, 'tongbaoOffer', [Query(), Allow(Permission.Public)], [Ctx(), Args()]);
Resolver()(TongbaoShopApi);

export interface ConnectionTest {
  readonly ok: boolean;
  readonly message: string;
  readonly latencyMs: number;
}

export class TongbaoAdminApi {
  readonly #methods: PaymentMethodService;
  readonly #reconciliation: TongbaoReconciliation;

  constructor(methods: PaymentMethodService, reconciliation: TongbaoReconciliation) {
    this.#methods = methods;
    this.#reconciliation = reconciliation;
  }

  async testTongbaoConnection(ctx: RequestContext, args: { paymentMethodId: ID }): Promise<ConnectionTest> {
    const began = performance.now();
    const answer = (ok: boolean, message: string) => ({
      ok,
      message,
      latencyMs: Math.round(performance.now() - began),
    });
    const method = await this.#methods.findOne(ctx, args.paymentMethodId);
    if (method === undefined || method.handler.code !== methodCode)
      return answer(false, 'this is not a payment method of this plugin');
    try {
      const settings = readSettings(valuesOf(method));
      const { result } = await clientFor(settings).consult({
        productCode: 'CASHIER_PAYMENT',
        paymentAmount: { currency: ctx.currencyCode, value: '10000' },
        env: { terminalType: 'WEB' },
      });
      const trouble = [
        'INVALID_SIGNATURE',
        'INVALID_CLIENT',
        'KEY_NOT_FOUND',
        'CLIENT_INVALID',
        'ACCESS_DENIED',
      ];
      return trouble.includes(result.resultCode)
        ? answer(false, `${result.resultCode}: ${result.resultMessage}`)
        : answer(true, `${settings.clientId} at ${settings.host}: ${result.resultCode}`);
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'answer-not-signed')
        return answer(
          false,
          `${error.message}: the gateway’s public key in the settings is not the one it signs with`,
        );
      return answer(false, (error as Error).message);
    }
  }

  reconcileTongbao(): Promise<Reconciled> {
    return this.#reconciliation.run();
  }
}
inject(TongbaoAdminApi, PaymentMethodService, TongbaoReconciliation);
decorateMethod(
  TongbaoAdminApi,
  'testTongbaoConnection',
  [Mutation(), Allow(Permission.UpdateSettings, Permission.UpdatePaymentMethod)],
  [Ctx(), Args()],
);
decorateMethod(TongbaoAdminApi, 'reconcileTongbao', [Mutation(), Allow(Permission.UpdateOrder)]);
Resolver()(TongbaoAdminApi);
