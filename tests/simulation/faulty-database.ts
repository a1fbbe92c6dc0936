// The database as a process of the platform sees it when things go wrong: connections cut, disks full, commits whose
// answer is lost, and the process's own death, after which nothing it does reaches the database any more.
import type { Database, Pipeline, Statement, Transaction } from '../../platform/src/database/index.ts';
import type { DatabaseFault } from './commands.ts';

export class ProcessDied extends Error {}

export interface FaultyDatabase extends Database {
  /** Lets a fault happen at the n-th transaction or query from now on. */
  arm(fault: DatabaseFault): void;
  /** Forgets an armed fault; answers whether it had happened. */
  disarm(): boolean;
  /** The process dies now. */
  kill(): void;
  readonly isDead: boolean;
  /** Statements and transactions under way. */
  readonly busy: number;
}

const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code });

const codes: Readonly<Record<string, readonly [string, string]>> = {
  cut: ['57P01', 'terminating connection due to administrator command'],
  'disk-full': ['53100', 'could not extend file: No space left on device'],
  serialization: ['40001', 'could not serialize access due to concurrent update'],
  deadlock: ['40P01', 'deadlock detected'],
  'answer-lost': ['08006', 'Connection terminated unexpectedly'],
};
const cutStatement: Statement = {
  name: 'simulation.cut',
  text: 'SELECT pg_terminate_backend(pg_backend_pid())',
};

interface State {
  armed: { fault: DatabaseFault; left: number } | null;
  fired: boolean;
  dead: boolean;
  busy: number;
}

export function faultyDatabase(inner: Database): FaultyDatabase {
  const state: State = { armed: null, fired: false, dead: false, busy: 0 };
  async function counted<T>(work: () => Promise<T>): Promise<T> {
    if (state.dead) throw new ProcessDied('the process is dead');
    state.busy += 1;
    try {
      const result = await work();
      if (state.dead) throw new ProcessDied('the process died meanwhile');
      return result;
    } finally {
      state.busy -= 1;
    }
  }
  return {
    pool: inner.pool,
    arm(fault) {
      state.armed = { fault, left: fault.nth };
      state.fired = false;
    },
    disarm() {
      const hit = state.fired;
      state.armed = null;
      state.fired = false;
      return hit;
    },
    kill() {
      state.dead = true;
    },
    get isDead() {
      return state.dead;
    },
    get busy() {
      return state.busy;
    },
    query: (query, values) =>
      counted(() => {
        const fault = due(state, 'query');
        return fault === null
          ? inner.query(query, values)
          : failing(state, fault, { after: () => inner.query(query, values) });
      }),
    transaction: (work) =>
      counted(() => {
        const guarded = (tx: Transaction) => work(mortal(state, tx));
        const fault = due(state, 'transaction');
        if (fault === null) return inner.transaction(guarded);
        return failing(state, fault, {
          after: () => inner.transaction(guarded),
          before: () =>
            inner.transaction(async (tx) => {
              const last: Pipeline[] = [];
              await work(mortal(state, tx, (pipeline) => last.push(pipeline)));
              for (const pipeline of last) await tx.sendPipeline(pipeline);
              if (fault.kind === 'cut') await tx.query(cutStatement);
              throw errorOf(state, fault);
            }),
        });
      }),
    batch: (work) => counted(() => inner.batch((tx) => work(mortal(state, tx)))),
    aside: { query: (query, values) => counted(() => inner.aside.query(query, values)) },
    snapshot: (work) => counted(() => inner.snapshot(work)),
    close: async () => undefined,
  };
}

/** The armed fault, if its turn has come. */
function due(state: State, on: DatabaseFault['on']): DatabaseFault | null {
  const { armed } = state;
  if (armed === null || armed.fault.on !== on) return null;
  armed.left -= 1;
  if (armed.left > 0) return null;
  state.armed = null;
  state.fired = true;
  return armed.fault;
}

/** A dead process sends no more statements in a transaction that it had begun. */
function mortal(state: State, tx: Transaction, atCommit = tx.atCommit): Transaction {
  const alive = () => {
    if (state.dead) throw new ProcessDied('the process is dead');
  };
  return {
    open: true,
    query: (query, values) => {
      alive();
      return tx.query(query, values);
    },
    copy: (batches) => {
      alive();
      return tx.copy(batches);
    },
    sendPipeline: (pipeline) => {
      alive();
      return tx.sendPipeline(pipeline);
    },
    atCommit: (pipeline) => {
      alive();
      atCommit(pipeline);
    },
  };
}

function errorOf(state: State, { kind }: DatabaseFault): Error {
  if (kind.startsWith('crash')) {
    state.dead = true;
    return new ProcessDied(kind);
  }
  const [code, message] = codes[kind]!;
  return failure(code, message);
}

async function failing<T>(
  state: State,
  fault: DatabaseFault,
  work: { after: () => Promise<T>; before?: () => Promise<T> },
): Promise<T> {
  if (fault.kind === 'answer-lost' || fault.kind === 'crash-after-commit') await work.after();
  else if (work.before !== undefined) return work.before();
  throw errorOf(state, fault);
}
