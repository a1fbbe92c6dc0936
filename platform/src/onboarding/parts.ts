// What the room is given.
import type { Database, Isolation } from '../database/index.ts';
import type { Merchants } from '../merchants/index.ts';
import type { Settlement } from '../settlement/index.ts';
import type { Clock, Ids } from '../system/index.ts';

export interface OnboardingParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly isolation: Isolation;
  readonly merchants: Merchants;
  readonly settlement: Settlement;
  /** Whether a shop's address may be notified from here. */
  readonly mayNotify: (url: string) => boolean;
}
