// Who calls, before anybody has signed in: the network and the browser. What is counted against guesses is counted by
// these, so that a stranger's tries are the stranger's own.
import type { Connection, Quota } from '../database/index.ts';
import type { Clock } from '../system/index.ts';
import { selectIsKnownDevice } from './challenge-store.ts';
import { later, limits } from './limits.ts';
import { hashToken } from './tokens.ts';

export interface Caller {
  /** The network that the call came from (system/addresses.ts). */
  readonly network: string;
  /** What the browser was given at its last sign-in; null for one that never signed in. */
  readonly device: string | null;
}

export const nobodyKnown: Caller = { network: '', device: null };

const sandboxFactor = 1_000;

/** A quota as it is, or as a sandbox has it, where whole test suites sign the same few people in. */
export const quotaOf = (sandbox: boolean, quota: Quota): Quota =>
  sandbox ? { ...quota, most: quota.most * sandboxFactor } : quota;

/** Whether the caller's browser has signed in to the phone's wallet before. Asked for unknown phones too: it takes as long. */
export async function isKnownDevice(
  { database, clock }: { readonly database: Connection; readonly clock: Clock },
  caller: Caller,
  phone: string,
): Promise<boolean> {
  if (caller.device === null) return false;
  const since = later(clock.now(), -limits.deviceKnownMs);
  return selectIsKnownDevice(database, { tokenHash: hashToken(caller.device), phone, since });
}
