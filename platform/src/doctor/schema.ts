// Whether the schema is exactly this release's.
import { assertMigrated } from '../database/index.ts';
import { type Check, fail, fine } from './finding.ts';

export const checkSchema: Check = {
  name: 'schema',
  needsDatabase: true,
  alsoSandbox: true,
  async run({ database }) {
    try {
      await assertMigrated(database.pool);
      return [fine('schema.release', 'this release’s')];
    } catch (error) {
      const todo = 'run npm run migrate with TONGBAO_OWNER_DATABASE_URL, or the release that the words name';
      return [fail('schema.release', (error as Error).message, todo)];
    }
  },
};
