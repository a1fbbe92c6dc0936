// What keeps the network running, for its own people: the state of the system.
import { consoleOperations, type Finding } from '@tongbao/protocol/console';
import type { AddRoute } from './routes.ts';

export interface RunningParts {
  /** The doctor's look at this installation; absent where nobody gave one. */
  readonly examine?: () => Promise<{ readonly at: Date; readonly findings: readonly Finding[] }>;
}

export function runningRoutes(route: AddRoute, { examine }: RunningParts): void {
  route(consoleOperations.system, async () => {
    const { at, findings } = (await examine?.()) ?? { at: new Date(0), findings: [] };
    return { at: at.toISOString(), findings: [...findings] };
  });
}
