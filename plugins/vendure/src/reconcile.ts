// For what nobody told us: payments and refunds whose notification was lost. Vendure's scheduler runs it; an
// administrator may, too.
import { type Injector, Logger, Payment, ScheduledTask } from '@vendure/core';
import { LessThan } from 'typeorm';
import { inject } from './decorate.ts';
import { logContext } from './options.ts';
import { awaiting } from './payment-process.ts';
import { TongbaoRefunds } from './refunds.ts';
import { TongbaoService } from './service.ts';

export interface Reconciled {
  readonly asked: number;
  readonly changed: number;
  readonly refunds: number;
}

const atOnce = 100;
const defaultAfterSeconds = 60;

export class TongbaoReconciliation {
  readonly #service: TongbaoService;
  readonly #refunds: TongbaoRefunds;

  constructor(service: TongbaoService, refunds: TongbaoRefunds) {
    this.#service = service;
    this.#refunds = refunds;
  }

  /** Asks the gateway about every payment that still waits, oldest first, at most 100 at a time. */
  async run(): Promise<Reconciled> {
    const after = this.#service.options.reconcileAfterSeconds ?? defaultAfterSeconds;
    const waiting = await this.#service.connection.rawConnection.getRepository(Payment).find({
      where: { state: awaiting, createdAt: LessThan(new Date(Date.now() - after * 1000)) },
      relations: { order: { channels: true } },
      order: { id: 'ASC' },
      take: atOnce,
    });
    let changed = 0;
    for (const payment of waiting) {
      try {
        const located = await this.#service.located(payment);
        if (located !== null && (await this.#service.look(located)) !== 'nothing') changed += 1;
      } catch (error) {
        // One order's trouble is not the others'.
        Logger.error(`${payment.order.code}: ${(error as Error).message}`, logContext);
      }
    }
    const refunds = await this.#refunds.reconcile();
    if (changed + refunds > 0) Logger.info(`reconciled: ${changed} payments, ${refunds} refunds`, logContext);
    return { asked: waiting.length, changed, refunds };
  }
}
inject(TongbaoReconciliation, TongbaoService, TongbaoRefunds);

export const reconciliationTask = (schedule: string): ScheduledTask =>
  new ScheduledTask({
    id: 'tongbao-reconciliation',
    description: 'Asks the gateway about payments whose notification was lost',
    schedule,
    timeout: 240_000,
    execute: ({ injector }: { injector: Injector }) => injector.get(TongbaoReconciliation).run(),
  });
