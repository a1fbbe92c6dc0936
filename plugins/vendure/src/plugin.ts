// The plugin as Vendure's configuration names it.
import {
  EventBus,
  Logger,
  OrderStateTransitionEvent,
  PluginCommonModule,
  type RuntimeVendureConfig,
  type Type,
  VendurePlugin,
} from '@vendure/core';
import { adminSchema, shopSchema, TongbaoAdminApi, TongbaoShopApi } from './api.ts';
import { __decorate, inject } from './decorate.ts';
import { tongbaoEligibility } from './eligibility.ts';
import { logContext, optionsToken, type TongbaoPluginOptions } from './options.ts';
import { tongbaoPaymentMethod } from './payment-method.ts';
import { tongbaoPaymentProcess, tongbaoRefundProcess } from './payment-process.ts';
import { reconciliationTask, TongbaoReconciliation } from './reconcile.ts';
import { TongbaoRefunds } from './refunds.ts';
import { keepRawBody, TongbaoRoutes } from './routes.ts';
import { TongbaoService } from './service.ts';

let options: TongbaoPluginOptions | null = null;

export class TongbaoPlugin {
  readonly #events: EventBus;
  readonly #service: TongbaoService;

  /** Call this in `plugins: [...]`. Throws when the server's own address is not one. */
  static init(given: TongbaoPluginOptions): Type<TongbaoPlugin> {
    if (!/^https?:\/\/[^?#]*[^/?#]$/.test(given.serverUrl))
      throw new Error(`TongbaoPlugin: serverUrl "${given.serverUrl}" is not like https://shop.example`);
    options = given;
    return TongbaoPlugin;
  }

  constructor(events: EventBus, service: TongbaoService) {
    this.#events = events;
    this.#service = service;
  }

  onApplicationBootstrap(): void {
    this.#events.ofType(OrderStateTransitionEvent).subscribe(({ fromState, toState, order }) => {
      const isLeft = fromState === 'ArrangingPayment' && toState === 'AddingItems';
      if (!isLeft && toState !== 'Cancelled') return;
      // Not awaited: the shopper's own request does not wait for the gateway. What fails here, reconciliation finds.
      this.#service
        .orderChanged(order.id)
        .catch((error: Error) => Logger.error(`${order.code}: ${error.message}`, logContext));
    });
  }
}
inject(TongbaoPlugin, EventBus, TongbaoService);

const everyFiveMinutes = '*/5 * * * *';

__decorate(
  [
    VendurePlugin({
      imports: [PluginCommonModule],
      compatibility: '^3.3.0',
      controllers: [TongbaoRoutes],
      providers: [
        TongbaoService,
        TongbaoRefunds,
        TongbaoReconciliation,
        { provide: optionsToken, useFactory: () => options },
      ],
      exports: [TongbaoService, TongbaoReconciliation],
      configuration(config: RuntimeVendureConfig) {
        if (options === null)
          throw new Error('TongbaoPlugin: call TongbaoPlugin.init({ serverUrl }) in plugins');
        config.paymentOptions.paymentMethodHandlers.push(tongbaoPaymentMethod);
        config.paymentOptions.paymentMethodEligibilityCheckers = [
          ...(config.paymentOptions.paymentMethodEligibilityCheckers ?? []),
          tongbaoEligibility,
        ];
        config.paymentOptions.process = [...(config.paymentOptions.process ?? []), tongbaoPaymentProcess];
        config.paymentOptions.refundProcess = [
          ...(config.paymentOptions.refundProcess ?? []),
          tongbaoRefundProcess,
        ];
        config.apiOptions.middleware.push({
          route: '/tongbao/notify',
          beforeListen: true,
          handler: keepRawBody,
        });
        config.schedulerOptions.tasks = [
          ...(config.schedulerOptions.tasks ?? []),
          reconciliationTask(options.reconcileSchedule ?? everyFiveMinutes),
        ];
        return config;
      },
      shopApiExtensions: { schema: shopSchema, resolvers: [TongbaoShopApi] },
      // Built by the shop's own dashboard, where it has one.
      dashboard: '../dashboard/index.tsx',
      adminApiExtensions: { schema: adminSchema, resolvers: [TongbaoAdminApi] },
    }),
  ],
  TongbaoPlugin,
);
