// What the room is given.
import type { Database, Isolation, Tally } from '../database/index.ts';
import type { Merchants } from '../merchants/index.ts';
import type { Settlement } from '../settlement/index.ts';
import type { Clock, Ids, Keys, Outbound, Randomness } from '../system/index.ts';

/** Asks whether names are on a list of sanctions. Throws where that is not known. */
export type Screening = (who: {
  readonly names: readonly string[];
  readonly country: string;
}) => Promise<{ readonly isClear: boolean; readonly reference: string }>;

export interface OnboardingParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly isolation: Isolation;
  readonly merchants: Merchants;
  readonly settlement: Settlement;
  readonly keys: Pick<Keys, 'seal' | 'open'>;
  readonly randomness: Randomness;
  readonly tally: Tally;
  readonly outbound: Outbound;
  /** Null: a person looks names up and says so. */
  readonly screening: Screening | null;
  /** A sandbox's strangers are its owner. */
  readonly isSandbox: boolean;
  /** Whether a shop's address may be notified from here. */
  readonly mayNotify: (url: string) => boolean;
  /** Told of what could not be written down and can be done again. */
  readonly onFailed: (error: unknown) => void;
}
