// A one-time code, tried and used. With the token of the request that it was sent for the tries are the owner's; without
// it they are counted apart, and a day's tries of strangers are few.
import type { Database, Tally } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import type { Clock, Keys } from '../system/index.ts';
import { quotaOf } from './caller.ts';
import {
  type Challenge,
  type ChallengePurpose,
  markChallengeUsed,
  selectSentAt,
  takeOwnTry,
  takeStrayTry,
} from './challenge-store.ts';
import { later, limits } from './limits.ts';
import { codeInterval, isRightCode } from './request-code.ts';
import { hashToken } from './tokens.ts';

export interface UseCodeParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly keys: Keys;
  readonly tally: Tally;
  readonly sandbox: boolean;
}

export interface TypedCode {
  /** E.164. */
  readonly phone: string;
  readonly code: string;
  /** What the request for the code was answered with; absent: of who only knows the phone. */
  readonly challenge?: string | undefined;
}

/**
 * Takes one of the code's tries, and answers its request when the code is right. One that was used a moment ago is
 * right once more for who has the token (`usedAt` says so). Rejections: code-wrong (with the tries left), code-expired,
 * code-too-many (no try is left; with the time of the next code).
 */
export async function takeRightCode(
  parts: UseCodeParts,
  typed: TypedCode,
  purpose: ChallengePurpose,
): Promise<Challenge> {
  const { database, keys } = parts;
  const now = parts.clock.now();
  const tries = limits.codeTries;
  const of = { phone: typed.phone, purpose, now, tries };
  const tokenHash = typed.challenge === undefined ? null : hashToken(typed.challenge);
  const own =
    tokenHash === null
      ? undefined
      : await takeOwnTry(database, { ...of, tokenHash, usedSince: later(now, -limits.codeRepeatMs) });
  // A token for something else, or for nothing any more, is as good as none.
  const isOwners = own !== undefined || (await isWaiting(database, { ...of, tokenHash }));
  const taken = isOwners ? own : await takeStray(parts, of);
  const sentAt =
    taken?.createdAt ?? (await selectSentAt(database, { ...of, tokenHash: isOwners ? tokenHash : null }));
  if (sentAt === null) throw expiredCode();
  if (taken !== undefined && isRightCode(keys, { ...typed, salt: taken.salt }, taken.hash)) return taken;
  if (taken !== undefined && taken.usedAt !== null) throw expiredCode();
  if (taken === undefined || taken.attempts >= tries)
    throw new Rejection('code-too-many', 'too many wrong codes: ask for a new one', {
      attemptsLeft: 0,
      retryAt: later(sentAt, limits.codeIntervalMs),
    });
  throw new Rejection('code-wrong', 'the code is wrong', { attemptsLeft: tries - taken.attempts });
}

const isWaiting = async (
  database: Database,
  of: Parameters<typeof takeStrayTry>[1] & { tokenHash: Buffer | null },
): Promise<boolean> => of.tokenHash !== null && (await selectSentAt(database, of)) !== null;

async function takeStray(
  { database, tally, sandbox }: UseCodeParts,
  of: Parameters<typeof takeStrayTry>[1],
): Promise<Challenge | undefined> {
  const byPhone = { name: 'stray code', subject: of.phone, most: limits.strayTries };
  const full = await tally.take([quotaOf(sandbox, { ...byPhone, windowMs: limits.codeWindowMs })]);
  if (full !== null)
    throw new Rejection('code-too-many', 'too many codes were tried for this phone', { retryAt: full });
  return takeStrayTry(database, of);
}

/** Uses a code for something else than signing in. Rejections: those of takeRightCode. */
export async function useCode(parts: UseCodeParts, typed: TypedCode): Promise<void> {
  const { database, clock } = parts;
  const taken = await takeRightCode(parts, typed, 'pin');
  const used =
    taken.usedAt === null &&
    (await database.transaction((tx) => markChallengeUsed(tx, taken.tokenHash, clock.now())));
  if (!used) throw expiredCode();
  await endInterval(parts, taken);
}

/** After a code was used, its owner may ask for another at once. */
export const endInterval = ({ tally }: UseCodeParts, { intervalKey }: Challenge): Promise<void> =>
  tally.forgive([{ name: codeInterval, subject: intervalKey }]);

export const expiredCode = (): Rejection => new Rejection('code-expired', 'the code has expired or was used');
