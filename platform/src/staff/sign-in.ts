// Signing in to the console. Tries are counted by who sends them: five wrong passwords make their own sender wait, longer
// each time, and never a person at a browser that they have signed in with before. A name that nobody has is answered
// like one that somebody has, and costs the same.
import { type hashPin, hashToken, matchesPin, newToken, type Site } from '../customers/index.ts';
import type { Quota, Transaction } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import { checkProof, type Proof, type ProofKind, waysOf } from './factors.ts';
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
  /** `Chrome, Linux`: for the list of sessions. */
  readonly browser?: string;
}

export interface StaffSignIn {
  readonly username: string;
  readonly password: string;
  readonly formerToken: string | null;
  /** Absent: nobody known. */
  readonly caller?: StaffCaller;
  readonly proof?: Proof | undefined;
  /** Where passkeys belong; absent: none is asked for. */
  readonly site?: Site;
}

/** The password was right, and the person has a second factor: the same again with a proof. */
export class FactorNeeded extends Error {
  readonly ways: readonly ProofKind[];
  readonly passkey: object | null;

  constructor({ ways, passkey }: { ways: readonly ProofKind[]; passkey: object | null }) {
    super('a second factor is asked for');
    this.ways = ways;
    this.passkey = passkey;
  }
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

/**
 * Rejections: password-wrong; staff-locked (too many tries of this sender; with the time of the next one); factor-wrong. Throws
 * FactorNeeded where the password is right and a proof is missing.
 */
export async function signIn(
  parts: StaffParts,
  nobody: ReturnType<typeof hashPin>,
  asked: StaffSignIn,
): Promise<StaffSignedIn> {
  const { database, clock, ids } = parts;
  const { member, ofName } = await checkPassword(parts, nobody, asked);
  // From here on codes are what could be guessed, and they are counted by themselves.
  await parts.tally.forgive(ofName);
  const provedBy = await secondFactor(parts, member, asked);
  const act = { act: 'session.open', object: `member/${member.id}`, detail: provedBy };
  const [id, sessionId] = [await ids.one(), await ids.one()];
  return database.transaction(async (tx) => {
    await insertActRow(tx, { ...act, id, memberId: member.id, actedAt: clock.now() });
    const caller = asked.caller ?? { network: '', device: null };
    return openSession(parts, tx, {
      ...{ member, caller, sessionId, provedBy, formerToken: asked.formerToken },
    });
  });
}

/** What the person proved besides the password; `password` for who has nothing else. */
async function secondFactor(
  parts: StaffParts,
  member: Member,
  { proof, site = null }: { readonly proof?: Proof | undefined; readonly site?: Site | null },
): Promise<ProofKind | 'password'> {
  if (proof === undefined) {
    const asked = await waysOf(parts, member.id, site);
    if (!asked.hasFactor) return 'password';
    throw new FactorNeeded(asked);
  }
  try {
    await checkProof(parts, member.id, { proof, site });
  } catch (error) {
    if (!(error instanceof Rejection) || error.code !== 'factor-wrong') throw error;
    const act = { act: 'session.refuse', detail: 'wrong second factor', object: `member/${member.id}` };
    const row = { ...act, memberId: member.id, actedAt: parts.clock.now(), id: await parts.ids.one() };
    await insertActRow(parts.database, row);
    throw error;
  }
  return proof.kind;
}

/** A session of its own for who has just proved to be the member; the browser's former one ends. */
export async function openSession(
  { clock, randomness }: StaffParts,
  tx: Transaction,
  {
    member,
    caller,
    formerToken,
    ...of
  }: {
    member: Member;
    caller: StaffCaller;
    formerToken: string | null;
    sessionId: bigint;
    provedBy: string;
  },
): Promise<StaffSignedIn> {
  const now = clock.now();
  const token = newToken(randomness);
  const device = caller.device ?? newToken(randomness);
  const expiresAt = new Date(now.getTime() + sessionLifetimeMs);
  if (formerToken !== null) await deleteSessionRow(tx, hashToken(formerToken));
  await insertSessionRow(tx, {
    ...{ tokenHash: hashToken(token), memberId: member.id, createdAt: now, expiresAt },
    ...{ id: of.sessionId, provedBy: of.provedBy },
    ...{ network: caller.network, browser: (caller.browser ?? '').slice(0, 100) },
  });
  await rememberDeviceRow(tx, {
    ...{ memberId: member.id, tokenHash: hashToken(device), now, most: knownDevices },
  });
  return { member, token, expiresAt, device };
}

/**
 * Who somebody at the command line is: for one act, without a session. Whoever is there has the database's address and the
 * keys, so right passwords are not counted: a night's job may act a thousand times. Rejections: as signIn's; member-refused for who
 * has no second factor and needs one. Throws FactorNeeded where a code is missing.
 */
export async function confirm(
  parts: StaffParts,
  nobody: ReturnType<typeof hashPin>,
  asked: Pick<StaffSignIn, 'username' | 'password'> & { readonly code?: string | undefined },
): Promise<Member> {
  const caller = { network: 'command line', device: null };
  const { member, ofName, ofNetwork } = await checkPassword(parts, nobody, { ...asked, caller });
  await parts.tally.forgive([...ofName, ...ofNetwork]);
  const { code } = asked;
  const kind = /^\s*[\d\s]{6,8}$/.test(code ?? '') ? 'totp' : 'recovery';
  const proof = code === undefined ? undefined : ({ kind, code } as const);
  const provedBy = await secondFactor(parts, member, { proof });
  if (provedBy === 'password' && !parts.sandbox)
    throw new Rejection(
      'member-refused',
      `${member.username} has no second factor yet: set one up in the console, or use an access token`,
    );
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
