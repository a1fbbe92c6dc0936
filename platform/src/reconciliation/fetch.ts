// fetch: statements that a bank's connector has brought are imported as if somebody had sent them by hand, one after the
// other, each in a transaction of its own. One that cannot be read waits for an operator and stops none of the others.
import type { StatementSource } from '@tongbao/connector-interface';
import type { Isolation } from '../database/index.ts';
import type { Timer } from '../system/index.ts';
import type { Reconciliation } from './reconciliation.ts';

const statementTimer = 'bank statements';

/** Who imports, in the statements' rows. */
const operator = 'bank-files';
const filesAtOnce = 50;

export function fetchStatements(parts: {
  readonly source: StatementSource;
  readonly reconciliation: Pick<Reconciliation, 'importFile'>;
  readonly isolation: Isolation;
  /** A place that could not be looked into. It is tried again. */
  readonly onFailed: (error: unknown) => void;
}): Timer {
  const { source, reconciliation, isolation } = parts;

  /** One file, which may be large: it is imported, and only then taken; importing it once more changes nothing. */
  async function fetchOne(): Promise<number> {
    const except = await isolation.held(statementTimer);
    const files = await source.waiting({ except, limit: 1 });
    return isolation.each(statementTimer, files, {
      key: ({ id }) => id.toString(),
      work: async ({ id, bytes }) => {
        await reconciliation.importFile(bytes, { operator, format: null, encoding: null, csv: {} });
        await source.taken(id);
      },
    });
  }

  return {
    name: statementTimer,
    nextDueAt: async () => source.nextAt(await isolation.held(statementTimer)),
    async run() {
      let fetched = 0;
      try {
        while (fetched < filesAtOnce && (await fetchOne()) === 1) fetched += 1;
      } catch (error) {
        parts.onFailed(error);
      }
      return fetched;
    },
  };
}
