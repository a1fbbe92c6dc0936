// What this plugin asks of Medusa's container, by the names under which Medusa registers it (Modules and
// ContainerRegistrationKeys of its framework), and the provider entries of the shop's configuration.
import { readOptions, type TongbaoOptions } from './settings.ts';

export interface Container {
  resolve(name: string): unknown;
}

export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

interface Query {
  graph(question: {
    readonly entity: string;
    readonly fields: readonly string[];
    readonly filters: object;
    readonly pagination?: object;
  }): Promise<{ data: unknown[] }>;
}

export interface RefundRow {
  readonly id: string;
  readonly amount: number;
  readonly raw_amount?: { readonly value: string };
  readonly payment_id: string;
  readonly metadata: Record<string, unknown> | null;
}

export interface PaymentModule {
  updatePaymentSession(change: object): Promise<unknown>;
  updateRefunds(change: object): Promise<unknown>;
  deleteRefunds(ids: readonly string[]): Promise<unknown>;
  listRefunds(filters: object, config: object): Promise<RefundRow[]>;
  listPaymentSessions(filters: object, config: object): Promise<{ id: string }[]>;
  updatePaymentCollections(id: string, change: object): Promise<unknown>;
}

export interface OrderModule {
  listOrderTransactions(filters: object): Promise<{ id: string }[]>;
  deleteOrderTransactions(ids: readonly string[]): Promise<unknown>;
}

interface Locking {
  execute<Answer>(
    keys: readonly string[],
    job: () => Promise<Answer>,
    how: { timeout: number },
  ): Promise<Answer>;
}

interface WorkflowEngine {
  run(id: string, how: { input: object }): Promise<{ result: unknown }>;
}

export const loggerOf = (container: Container) => container.resolve('logger') as Logger;
export const paymentsOf = (container: Container) => container.resolve('payment') as PaymentModule;
export const ordersOf = (container: Container) => container.resolve('order') as OrderModule;
export const workflowsOf = (container: Container) => container.resolve('workflows') as WorkflowEngine;

const lockSeconds = 30;

/** One at a time for a session, in all processes that share the shop's locking module. */
export const locked = <Answer>(
  container: Container,
  key: string,
  job: () => Promise<Answer>,
): Promise<Answer> =>
  (container.resolve('locking') as Locking).execute([`tongbao:${key}`], job, { timeout: lockSeconds });

export async function graph<Row>(
  container: Container,
  entity: string,
  fields: readonly string[],
  filters: object,
): Promise<Row[]> {
  const { data } = await (container.resolve('query') as Query).graph({ entity, fields, filters });
  return data as Row[];
}

export interface Provider {
  /** pp_tongbao, or pp_tongbao_<id> where the entry has an id. */
  readonly id: string;
  readonly options: TongbaoOptions;
}

interface Entry {
  readonly id?: string;
  readonly options?: { readonly clientId?: string };
}

/** Every entry of this plugin in the payment module's configuration: one for each contract. */
export function providersOf(container: Container): readonly Provider[] {
  const config = container.resolve('configModule') as {
    modules?: { payment?: { options?: { providers?: readonly (Entry & { resolve: unknown })[] } } };
  };
  const entries = config.modules?.payment?.options?.providers ?? [];
  return entries
    .filter(({ resolve }) => typeof resolve === 'string' && resolve.endsWith('@tongbao/medusa/provider'))
    .map(({ id, options }) => ({
      id: id === undefined ? 'pp_tongbao' : `pp_tongbao_${id}`,
      options: readOptions(options),
    }));
}
