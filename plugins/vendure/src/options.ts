// What a shop's configuration says once, for all its payment methods; keys and hosts are settings of each method.
import type { Order, RequestContext } from '@vendure/core';

/** How an order is described to the shopper at the cashier. Whatever is left out is taken from the order. */
export interface OrderDescription {
  readonly description?: string;
  /** The real seller, where the shop sells for somebody else: his name stands at the cashier. */
  readonly seller?: { readonly id: string; readonly name: string };
}

export interface TongbaoPluginOptions {
  /** Where this Vendure server is reached from outside, without a trailing slash: https://shop.example/vendure. */
  readonly serverUrl: string;
  /** Cron expression of the reconciliation task; every five minutes when absent. Needs a scheduler plugin. */
  readonly reconcileSchedule?: string;
  /** A payment younger than this is left to its notification. Seconds; 60 when absent. */
  readonly reconcileAfterSeconds?: number;
  /** Tells the cashier more, or other things, than the order itself says. */
  readonly describeOrder?: (
    ctx: RequestContext,
    order: Order,
  ) => OrderDescription | Promise<OrderDescription>;
}

/** Nest's token for the options. */
export const optionsToken = Symbol('tongbao-plugin-options');

/** The name that stands in Vendure's log before every line of ours. */
export const logContext = 'Tongbao';
