// What keeps the network running, for its own people: the state of the system, payouts, keys.
import { consoleOperations, type Finding, type InstallationKey } from '@tongbao/protocol/console';
import type { Database } from '../../database/index.ts';
import type { Merchants } from '../../merchants/index.ts';
import { nextBefore, payoutsInHand, payoutView, retryPayout } from '../../operators/index.ts';
import type { Settlement } from '../../settlement/index.ts';
import type { Staff } from '../../staff/index.ts';
import type { AddRoute } from './routes.ts';

export interface RunningParts {
  readonly database: Database;
  readonly merchants: Merchants;
  readonly settlement: Settlement;
  readonly staff: Staff;
  /** The doctor's look at this installation; absent where nobody gave one. */
  readonly examine?: () => Promise<{ readonly at: Date; readonly findings: readonly Finding[] }>;
  /** The installation's keys without what is secret, and the file that they are in (null: none). Absent: nobody says. */
  readonly listKeys?: () => Promise<{
    readonly keys: readonly InstallationKey[];
    readonly file: string | null;
  }>;
}

const ok = { ok: true } as const;
const newest = 2n ** 63n - 1n;

export function runningRoutes(route: AddRoute, parts: RunningParts): void {
  route(consoleOperations.system, async () => {
    const { at, findings } = (await parts.examine?.()) ?? { at: new Date(0), findings: [] };
    return { at: at.toISOString(), findings: [...findings] };
  });
  route(consoleOperations.keys, async () => {
    const { keys, file } = (await parts.listKeys?.()) ?? { keys: [], file: null };
    return { keys: [...keys], file };
  });
  route(consoleOperations.payouts, async ({ query }) => {
    const before = query.before === undefined ? newest : BigInt(query.before);
    const found = await payoutsInHand(parts, { before, limit: query.limit, onlyOpen: query.open === 'true' });
    return {
      payouts: found.map((each) => ({ ...payoutView(each), status: each.status as 'CLOSED' })),
      before: nextBefore(found, query.limit),
    };
  });
  route(consoleOperations.retryPayout, async ({ member, params, body: { reason } }) => {
    await retryPayout(parts, member, { batchId: BigInt(params.id), reason });
    return ok;
  });
}
