// Signing in to the console. Tries are counted by who sends them: five wrong passwords make their own sender wait, longer
// each time, and never a person at a browser that they have signed in with before. A name that nobody has is answered
// like one that somebody has, and costs the same.
import { type hashPin, hashToken, matchesPin, newToken } from '../customers/index.ts';
import type { Quota, Transaction } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import type { Member } from './member.ts';
import { hashOf, longestPassword, type StaffParts, sessionLifetimeMs } from './parts.ts';
import {
  deleteSessionRow,
  insertActRow,
  insertSessionRow,
  memberOf,
  rememberDeviceRow,
  selectIsKnownDevice,
  selectMember,
} from './store.ts';

/** Who calls: the network (system/addresses.ts), and what the browser was given at its last sign-in. */
export interface StaffCaller {
  readonly network: string;
  readonly device: string | null;
}

export interface StaffSignIn {
  readonly username: string;
  readonly password: string;
  readonly formerToken: string | null;
  /** Absent: nobody known. */
  readonly caller?: StaffCaller;
}

export interface StaffSignedIn {
  readonly member: Member;
  /** 256 random bits, base64url: for the cookie, kept nowhere. */
  readonly token: string;
  readonly expiresAt: Date;
  /** What the browser is known by from now on; opens nothing. */
  readonly device: string;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export const deviceKnownMs = 180 * day;
const knownDevices = 20;

/** Rejections: password-wrong; staff-locked (too many tries of this sender; with the time of the next one). */
export async function signIn(
  parts: StaffParts,
  nobody: ReturnType<typeof hashPin>,
  asked: StaffSignIn,
): Promise<StaffSignedIn> {
  const { database, clock, ids } = parts;
  const { member, ofName } = await checkPassword(parts, nobody, asked);
  const act = { act: 'session.open', object: `member/${member.id}`, detail: '' };
  const id = await ids.one();
  const made = await database.transaction(async (tx) => {
    await insertActRow(tx, { ...act, id, memberId: member.id, actedAt: clock.now() });
    const caller = asked.caller ?? { network: '', device: null };
    return openSession(parts, tx, { member, caller, formerToken: asked.formerToken });
  });
  await parts.tally.forgive(ofName);
  return made;
}

/** A session of its own for who has just proved to be the member; the browser's former one ends. */
export async function openSession(
  { clock, randomness }: StaffParts,
  tx: Transaction,
  { member, caller, formerToken }: { member: Member; caller: StaffCaller; formerToken: string | null },
): Promise<StaffSignedIn> {
  const now = clock.now();
  const token = newToken(randomness);
  const device = caller.device ?? newToken(randomness);
  const expiresAt = new Date(now.getTime() + sessionLifetimeMs);
  if (formerToken !== null) await deleteSessionRow(tx, hashToken(formerToken));
  const session = { tokenHash: hashToken(token), memberId: member.id, createdAt: now, expiresAt };
  await insertSessionRow(tx, session);
  await rememberDeviceRow(tx, {
    ...{ memberId: member.id, tokenHash: hashToken(device), now, most: knownDevices },
  });
  return { member, token, expiresAt, device };
}

/**
 * Who somebody at the command line is: for one act, without a session. Whoever is there has the database's address and the
 * keys, so right passwords are not counted: a night's job may act a thousand times. Rejections: as signIn's.
 */
export async function confirm(
  parts: StaffParts,
  nobody: ReturnType<typeof hashPin>,
  asked: Pick<StaffSignIn, 'username' | 'password'>,
): Promise<Member> {
  const caller = { network: 'command line', device: null };
  const { member, ofName, ofNetwork } = await checkPassword(parts, nobody, { ...asked, caller });
  await parts.tally.forgive([...ofName, ...ofNetwork]);
  return member;
}

/** Who knows the name's password, and what was counted against him; a wrong one is written down. */
async function checkPassword(
  parts: StaffParts,
  nobody: ReturnType<typeof hashPin>,
  asked: Omit<StaffSignIn, 'formerToken'>,
): Promise<{ member: Member; ofName: Quota[]; ofNetwork: Quota[] }> {
  const { database, clock, ids, tally } = parts;
  const now = clock.now();
  const caller = asked.caller ?? { network: '', device: null };
  const { ofName, ofNetwork } = quotasOf(parts, {
    ...caller,
    username: asked.username,
    ...(await known(parts, asked)),
  });
  const retryAt = await tally.take([...ofName, ...ofNetwork]);
  if (retryAt !== null) throw new Rejection('staff-locked', undefined, { retryAt });
  const row = await selectMember(database, asked.username);
  const typed = asked.password.slice(0, longestPassword);
  // Whoever has no password yet, or none any more, is answered like somebody whom nobody knows.
  const isOpen = row !== null && row.ended_at === null;
  const kept = isOpen ? hashOf(row) : null;
  const isRight = (await matchesPin(typed, kept ?? (await nobody), parts)) && kept !== null;
  if (row === null) throw new Rejection('password-wrong');
  if (!isRight) {
    const detail = kept === null ? 'the name is not open' : 'wrong password';
    const act = { act: 'session.refuse', detail, object: `member/${row.id}` };
    await insertActRow(database, { ...act, memberId: row.id, actedAt: now, id: await ids.one() });
    throw new Rejection('password-wrong');
  }
  return { member: memberOf(row), ofName, ofNetwork };
}

async function known(
  { database, clock }: StaffParts,
  { username, caller }: Pick<StaffSignIn, 'username' | 'caller'>,
) {
  const device = caller?.device ?? null;
  const since = new Date(clock.now().getTime() - deviceKnownMs);
  const isKnown =
    device !== null &&
    (await selectIsKnownDevice(database, { tokenHash: hashToken(device), username, since }));
  return { isKnown };
}

/** For one name from one place, with windows that grow; for the name from everywhere; for a network, whatever the name. */
function quotasOf(
  { sandbox }: StaffParts,
  of: StaffCaller & { username: string; isKnown: boolean },
): { ofName: Quota[]; ofNetwork: Quota[] } {
  // A sandbox's test suites sign in all day; only one sender's tries for one name are as few there.
  const often = sandbox ? 1_000 : 1;
  const fromHere = `${of.username} ${of.isKnown ? of.device : of.network}`;
  const place = of.isKnown ? 'device' : 'network';
  const ofName: Quota[] = [
    { name: `staff by name and ${place}, 1 min`, subject: fromHere, most: 5, windowMs: minute },
    { name: `staff by name and ${place}, 15 min`, subject: fromHere, most: 10, windowMs: 15 * minute },
    { name: `staff by name and ${place}, 6 h`, subject: fromHere, most: 20, windowMs: 6 * hour },
  ];
  if (of.isKnown) return { ofName, ofNetwork: [] };
  return {
    ofName: [...ofName, { name: 'staff by name', subject: of.username, most: 60 * often, windowMs: hour }],
    ofNetwork: [
      { name: 'staff by network', subject: of.network, most: 60 * often, windowMs: 15 * minute },
      { name: 'staff by network a day', subject: of.network, most: 300 * often, windowMs: day },
    ],
  };
}
