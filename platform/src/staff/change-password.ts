// A new password for who knows the present one. Every other session of the person ends, and no browser is known any more.
import { hashPin, hashToken, matchesPin } from '../customers/index.ts';
import type { Quota } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import type { Member } from './member.ts';
import { assertStrong, hashOf, longestPassword, type StaffParts } from './parts.ts';
import {
  deleteOtherSessions,
  forgetDeviceRows,
  insertActRow,
  selectMember,
  writePasswordRow,
} from './store.ts';

export interface PasswordChange {
  readonly password: string;
  readonly newPassword: string;
  /** Of the session that asks: it stays. */
  readonly token: string;
}

const tries = { most: 5, windowMs: 15 * 60_000 };
/** How often the present password may be tried by who has a session. */
export const passwordTries = (memberId: bigint): Quota => ({
  ...{ name: 'password of member', subject: memberId.toString(), ...tries },
});

/** Rejections: password-wrong, staff-locked (five wrong ones; with the time of the next try), password-weak. */
export async function changePassword(
  parts: StaffParts,
  member: Member,
  asked: PasswordChange,
): Promise<void> {
  const { database, clock, ids, tally } = parts;
  assertStrong(asked.newPassword, member.username);
  if (asked.newPassword === asked.password)
    throw new Rejection('password-weak', 'that is the present password');
  const quota = passwordTries(member.id);
  const retryAt = await tally.take([quota]);
  if (retryAt !== null) throw new Rejection('staff-locked', undefined, { retryAt });
  const row = await selectMember(database, member.username);
  const present = row === null ? null : hashOf(row);
  if (
    row === null ||
    present === null ||
    !(await matchesPin(asked.password.slice(0, longestPassword), present, parts))
  )
    throw new Rejection('password-wrong');
  const kept = await hashPin(asked.newPassword, parts);
  const id = await ids.one();
  await database.transaction(async (tx) => {
    // Of two that change it at once, each with the former one, the second is refused.
    if (!(await writePasswordRow(tx, { id: member.id, kept, former: row.password_hash })))
      throw new Rejection('password-wrong');
    await deleteOtherSessions(tx, member.id, hashToken(asked.token));
    await forgetDeviceRows(tx, member.id);
    const act = { act: 'password.change', object: `member/${member.id}`, detail: '' };
    await insertActRow(tx, { ...act, id, memberId: member.id, actedAt: clock.now() });
  });
  await tally.forgive([quota]);
}
