// A merchant's contract as its people and operators see it, with the rates of the moment. Nothing of it is changed here.
import { consoleOperations } from '@tongbao/protocol/console';
import { type Fx, lockQuote, type RateTable } from '../../fx/index.ts';
import type { Contract } from '../../merchants/index.ts';
import type { Clock } from '../../system/index.ts';
import { limitsIn, settlementRates } from '../contract-limits.ts';
import { rateView } from './rate-view.ts';
import type { AddRoute } from './routes.ts';
import { type ShopParts, shopFor } from './shops.ts';

const payerCurrency = 'CNY';
const minuteMs = 60_000;

export interface ContractParts extends Pick<ShopParts, 'merchants'> {
  readonly fx: Fx;
  readonly clock: Clock;
}

export function contractRoute(route: AddRoute, parts: ContractParts): void {
  route(consoleOperations.contract, async ({ member, query }) => {
    const { merchant, contract } = await shopFor(parts, member, query.clientId);
    const now = parts.clock.now();
    const table = await parts.fx.rateTableAt(now);
    return {
      ...{ clientId: merchant.clientId, name: merchant.displayName },
      settlementCurrency: contract.settlementCurrency,
      rateRule: contract.rateRule,
      feeBps: contract.feeBps,
      spreadBps: contract.spreadBps,
      settlementSpreadBps: contract.settlementSpreadBps,
      returnsFee: contract.returnsFee,
      refundWindowDays: contract.refundWindowDays,
      quoteLifeMinutes: Math.round(contract.quoteLifeMs / minuteMs),
      debtLimit: contract.debtLimit.toString(),
      minAmount: contract.minAmount.toString(),
      maxAmount: contract.maxAmount.toString(),
      calendar: contract.calendar,
      timeZone: contract.timeZone,
      regions: [...contract.regions],
      liveFrom: contract.liveFrom.toISOString(),
      currencies: currenciesOf(contract, table, now),
    };
  });
}

function currenciesOf(contract: Contract, table: RateTable, now: Date) {
  const rates = settlementRates(contract, table, now);
  const { spreadBps } = contract;
  return contract.paymentCurrencies.map((orderCurrency) => {
    const moment = { table, payerCurrency, spreadBps, lockedAt: now, expiresAt: now, quoteId: '' };
    const limits = limitsIn(contract, rates, orderCurrency);
    return {
      currency: orderCurrency,
      payer: rateView(lockQuote({ ...moment, orderCurrency })),
      settlement: rateView(rates.get(orderCurrency) ?? null),
      minAmount: limits?.least.amount.toString() ?? null,
      maxAmount: limits?.most.amount.toString() ?? null,
    };
  });
}
