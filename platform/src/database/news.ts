// What one process changes and others remember: the change says so in its own transaction (NOTIFY), and every process hears
// of it as soon as that has committed (LISTEN), each over one connection of its own. A process that lost its connection may
// have missed something: when it listens again, it takes everything for changed.
import pg from 'pg';
import type { Connection, Transaction } from './database.ts';
import { tellStatement } from './news-store.ts';

/** What is remembered in memory: merchants (keys, contract, status), the accepted rates, the installation's own keys. */
export type Topic = 'merchants' | 'rates' | 'keys';

export interface News {
  /** Calls `listener` whenever something of the topic may have changed. */
  on(topic: Topic, listener: () => void): void;
  /** Listens; resolves once it does, or once the first try has failed. It goes on trying until `stop`. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const channel = 'tongbao_news';
/** A connection that answers nothing for so long is given up. */
const aliveEveryMs = 2_000;
const retryMs = { least: 100, most: 5_000 };

/** Says, in the transaction of the change, what has changed. */
export const tell = (tx: Transaction | Connection, topic: Topic): Promise<unknown> =>
  tx.query(tellStatement, [channel, topic]);

export function createNews(parts: {
  /** Whose database it is. */
  readonly pool: pg.Pool;
  readonly onLost?: (error: Error) => void;
}): News {
  const listeners = new Map<string, (() => void)[]>();
  let client: pg.Client | null = null;
  let stopped = false;
  let failures = 0;
  let retry: NodeJS.Timeout | undefined;
  let pulse: NodeJS.Timeout | undefined;

  const hear = (topic: string): void => {
    for (const listener of listeners.get(topic) ?? []) listener();
  };

  async function listen(): Promise<void> {
    const { connectionString } = parts.pool.options;
    const next = new pg.Client({
      ...{ connectionString, connectionTimeoutMillis: aliveEveryMs, query_timeout: aliveEveryMs },
      ...{ keepAlive: true, application_name: 'tongbao news' },
    });
    client = next;
    next.on('error', (error) => lost(next, error));
    next.on('end', () => lost(next, new Error('the connection was closed')));
    next.on('notification', ({ payload }) => hear(payload ?? ''));
    try {
      await next.connect();
      await next.query(`LISTEN ${channel}`);
    } catch (error) {
      lost(next, error as Error);
      return;
    }
    if (stopped) return end(next);
    // What was told while nobody listened here is not told again.
    if (failures > 0) for (const topic of listeners.keys()) hear(topic);
    failures = 0;
    pulse = setInterval(() => next.query('SELECT 1').catch((error) => lost(next, error)), aliveEveryMs);
    pulse.unref();
  }

  function lost(which: pg.Client, error: Error): void {
    if (which !== client) return;
    client = null;
    clearInterval(pulse);
    void end(which);
    if (stopped) return;
    if (failures === 0) parts.onLost?.(error);
    failures += 1;
    retry = setTimeout(() => void listen(), Math.min(retryMs.least * 2 ** (failures - 1), retryMs.most));
    retry.unref();
  }

  return {
    on(topic, listener) {
      listeners.set(topic, [...(listeners.get(topic) ?? []), listener]);
    },
    start: listen,
    async stop() {
      stopped = true;
      clearTimeout(retry);
      clearInterval(pulse);
      const last = client;
      client = null;
      if (last !== null) await end(last);
    },
  };
}

const end = (client: pg.Client): Promise<void> => client.end().catch(() => undefined);
