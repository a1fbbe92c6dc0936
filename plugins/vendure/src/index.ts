// @tongbao/vendure: a payment method for Vendure 3. Everything that a shop's configuration needs comes from here.
export { settledToWire, wireToSettled } from './amounts.ts';
export { tongbaoEligibility } from './eligibility.ts';
export type { OrderDescription, TongbaoPluginOptions } from './options.ts';
export { tongbaoPaymentMethod } from './payment-method.ts';
export { TongbaoPlugin } from './plugin.ts';
export { TongbaoService } from './service.ts';
