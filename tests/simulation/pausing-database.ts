// The database as a process sees it that is stopped (SIGSTOP, a full collection, a machine that is moved) at one of its steps:
// before or after a statement, before or after a commit. What it has begun stays as it is until it goes on, or until
// PostgreSQL takes its locks away.
import type { Database, Transaction } from '../../platform/src/database/index.ts';

/** `inside`: a transaction is open, and may hold locks. */
export type Standing = 'inside' | 'outside';

/** Which steps count. */
export type Steps = 'transactions' | 'all';

export interface PausingDatabase extends Database {
  /** The process stops at its n-th step from now on, of its transactions or of all; answers where, once it has. */
  stopAt(step: number, of: Steps): Promise<Standing>;
  /** It goes on; a stop that was not reached is forgotten. */
  goOn(): void;
}

interface State {
  left: number;
  of: Steps;
  open: number;
  stopped: (standing: Standing) => void;
  gate: Promise<void> | null;
  release: () => void;
}

export function pausingDatabase(inner: Database): PausingDatabase {
  const state: State = { left: 0, of: 'all', open: 0, stopped: () => {}, gate: null, release: () => {} };

  async function step(isOfTransaction: boolean): Promise<void> {
    if (state.left > 0 && (isOfTransaction || state.of === 'all')) {
      state.left -= 1;
      if (state.left === 0) {
        state.gate = new Promise((resolve) => {
          state.release = resolve;
        });
        state.stopped(state.open > 0 ? 'inside' : 'outside');
      }
    }
    // Who is stopped is stopped as a whole.
    if (state.gate !== null) await state.gate;
  }
  async function stepped<T>(work: () => Promise<T>, isOfTransaction: boolean): Promise<T> {
    await step(isOfTransaction);
    const result = await work();
    await step(isOfTransaction);
    return result;
  }
  return {
    ...inner,
    stopAt: (n, of) =>
      new Promise((resolve) => {
        state.left = n;
        state.of = of;
        state.stopped = resolve;
      }),
    goOn() {
      state.left = 0;
      state.gate = null;
      state.release();
    },
    query: (query, values) => stepped(() => inner.query(query, values), false),
    transaction: (work) =>
      stepped(() => {
        let isOpen = false;
        const opening = () => {
          if (!isOpen) state.open += 1;
          isOpen = true;
        };
        return inner
          .transaction(async (tx) => {
            const result = await work(pausing(tx, { stepped, opening }));
            await step(true);
            return result;
          })
          .finally(() => {
            if (isOpen) state.open -= 1;
          });
      }, true),
  };
}

function pausing(
  tx: Transaction,
  {
    stepped,
    opening,
  }: { stepped: <T>(work: () => Promise<T>, isOfTransaction: boolean) => Promise<T>; opening: () => void },
): Transaction {
  const asked = <T>(work: () => Promise<T>): Promise<T> =>
    stepped(() => {
      opening();
      return work();
    }, true);
  return {
    open: true,
    query: (query, values) => asked(() => tx.query(query, values)),
    copy: (batches) => asked(() => tx.copy(batches)),
    sendPipeline: (pipeline) => asked(() => tx.sendPipeline(pipeline)),
    atCommit: (pipeline) => tx.atCommit(pipeline),
  };
}
