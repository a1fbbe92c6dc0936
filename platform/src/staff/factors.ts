// What somebody proves besides the password: a code of an authenticator app, a passkey, or one of ten recovery codes, each of which
// goes with its use. Codes can be tried a few times; a code counts once.
import type { Site } from '../customers/index.ts';
import type { Quota, Transaction } from '../database/index.ts';
import { Rejection } from '../rejection.ts';
import {
  countCodeRows,
  deleteFactorRow,
  type Factor,
  insertFactorRow,
  lockPersonRow,
  mostFactors,
  replaceCodeRows,
  selectFactors,
  takeCodeRow,
  useStepRow,
} from './factor-store.ts';
import type { Member } from './member.ts';
import type { StaffParts } from './parts.ts';
import { askPasskey, checkPasskey, offerPasskey, verifyNewPasskey } from './passkeys.ts';
import { insertActRow } from './store.ts';
import { base32, stepOfCode, totpUri } from './totp.ts';

export type Proof =
  | { readonly kind: 'totp'; readonly code: string }
  | { readonly kind: 'recovery'; readonly code: string }
  /** What the browser's authenticator answered; it may be anything. */
  | { readonly kind: 'passkey'; readonly response: unknown };
export type ProofKind = Proof['kind'];

export type NewFactor =
  | { readonly kind: 'totp'; readonly name: string; readonly sealed: string; readonly code: string }
  | { readonly kind: 'passkey'; readonly name: string; readonly response: unknown };

/** Twenty bytes, as RFC 4226 asks (section 4, R6). */
const secretBytes = 20;
const aboutNew = (memberId: bigint): string => `new one-time code secret of staff/${memberId}`;
const aboutKept = (id: bigint): string => `staff.factor/${id}`;

/** A secret for an app; sealed, it goes to the page and comes back with the first code, so nothing is kept of it till then. */
function offerTotp(
  { randomness, keys }: StaffParts,
  { id, username }: Pick<Member, 'id' | 'username'>,
): { secret: string; uri: string; sealed: string } {
  const bytes = randomness.bytes(secretBytes);
  const secret = base32(bytes);
  return {
    secret,
    uri: totpUri(secret, { issuer: 'Tongbao', username }),
    sealed: keys.seal(bytes.toString('base64'), aboutNew(id)),
  };
}

export type FactorOffer =
  | { readonly kind: 'totp'; readonly secret: string; readonly uri: string; readonly sealed: string }
  | { readonly kind: 'passkey'; readonly options: object };

/** What a second factor of a kind is made from. Rejections: factor-wrong. */
export const offerFactor = async (
  parts: StaffParts,
  member: Member,
  { kind, site }: { kind: NewFactor['kind']; site: Site },
): Promise<FactorOffer> =>
  kind === 'totp'
    ? { kind, ...offerTotp(parts, member) }
    : { kind, options: await offerPasskey(parts, member, site) };

/** Verifies what is to be added; the row is written by who calls. Rejections: factor-wrong, staff-locked. */
export async function newFactorOf(
  parts: StaffParts,
  memberId: bigint,
  { asked, site }: { asked: NewFactor; site: Site },
): Promise<Factor> {
  const { clock, ids, keys } = parts;
  const id = await ids.one();
  const name = asked.name.trim().slice(0, 60) || (asked.kind === 'totp' ? 'Authenticator' : 'Passkey');
  const kept = { id, memberId, name, addedAt: clock.now(), lastUsedAt: null };
  if (asked.kind === 'passkey') {
    const key = await verifyNewPasskey(parts, memberId, { response: asked.response, site });
    return { ...kept, kind: 'passkey', ...key };
  }
  await countTry(parts, memberId);
  const secret = openSecret(() => keys.open(asked.sealed, aboutNew(memberId)));
  const step = stepOfCode(secret, asked.code, { now: clock.now(), lastStep: 0n });
  if (step === null) throw new Rejection('factor-wrong', 'the code is not the app’s present one');
  const sealedSecret = keys.seal(secret.toString('base64'), aboutKept(id));
  await parts.tally.forgive(triesOf(memberId));
  return { ...kept, kind: 'totp', sealedSecret, lastStep: step };
}

/** What came back from the page may be anything, or of another person. */
function openSecret(open: () => string): Buffer {
  try {
    return Buffer.from(open(), 'base64');
  } catch {
    throw new Rejection('factor-wrong', 'the secret is not the one that was shown');
  }
}

const minute = 60_000;
const triesOf = (memberId: bigint): Quota[] => [
  { name: 'staff codes, 15 min', subject: memberId.toString(), most: 5, windowMs: 15 * minute },
  { name: 'staff codes a day', subject: memberId.toString(), most: 30, windowMs: 24 * 60 * minute },
];

async function countTry({ tally }: StaffParts, memberId: bigint): Promise<void> {
  const retryAt = await tally.take(triesOf(memberId));
  if (retryAt !== null) throw new Rejection('staff-locked', undefined, { retryAt });
}

/** What a person can prove with, and what a passkey of this site is asked. */
export async function waysOf(
  parts: StaffParts,
  memberId: bigint,
  site: Site | null,
): Promise<{ hasFactor: boolean; ways: ProofKind[]; passkey: object | null }> {
  const factors = await selectFactors(parts.database, memberId);
  const passkey = site === null ? null : await askPasskey(parts, memberId, site);
  const codes = factors.length === 0 ? 0 : await countCodeRows(parts.database, memberId);
  return {
    hasFactor: factors.length > 0,
    ways: [
      ...(passkey === null ? [] : (['passkey'] as const)),
      ...(factors.some(({ kind }) => kind === 'totp') ? (['totp'] as const) : []),
      ...(codes === 0 ? [] : (['recovery'] as const)),
    ],
    passkey,
  };
}

/** Rejections: factor-wrong, staff-locked. */
export async function checkProof(
  parts: StaffParts,
  memberId: bigint,
  { proof, site }: { proof: Proof; site: Site | null },
): Promise<void> {
  if (proof.kind === 'passkey') {
    if (site === null) throw new Rejection('factor-wrong', 'a passkey belongs to a page');
    return checkPasskey(parts, memberId, { response: proof.response, site });
  }
  await countTry(parts, memberId);
  const isRight =
    proof.kind === 'totp'
      ? await useTotp(parts, memberId, proof.code)
      : await takeCodeRow(parts.database, { memberId, hashes: hashesOf(parts, memberId, proof.code) });
  if (!isRight) throw new Rejection('factor-wrong', 'the code is wrong, or was used');
  await parts.tally.forgive(triesOf(memberId));
}

async function useTotp(
  { database, clock, keys }: StaffParts,
  memberId: bigint,
  code: string,
): Promise<boolean> {
  const now = clock.now();
  for (const factor of await selectFactors(database, memberId)) {
    if (factor.kind !== 'totp') continue;
    const secret = Buffer.from(keys.open(factor.sealedSecret, aboutKept(factor.id)), 'base64');
    const step = stepOfCode(secret, code, { now, lastStep: factor.lastStep });
    if (step !== null) return useStepRow(database, { id: factor.id, step, at: now });
  }
  return false;
}

const recoveryCodes = 10;
/** Sixty bits; nothing that is taken for something else. */
const letters = '23456789abcdefghjkmnpqrstuvwxyz';
const bareCode = (code: string): string =>
  code.normalize('NFKC').toLowerCase().replace(/[\s-]/g, '').slice(0, 40);

/** Under every pepper that there is: a code outlives a rotation. */
const hashesOf = ({ keys }: StaffParts, memberId: bigint, code: string): Buffer[] =>
  keys.pepperIds.map((id) => keys.pepper(id, 'staff recovery code', memberId.toString(), bareCode(code)));

/** Ten new ones, in the place of those that there were; shown once. */
export async function renewCodes(parts: StaffParts, tx: Transaction, memberId: bigint): Promise<string[]> {
  const { randomness, keys } = parts;
  const part = () => Array.from({ length: 4 }, () => letters[randomness.below(letters.length)]).join('');
  const codes = Array.from({ length: recoveryCodes }, () => `${part()}-${part()}-${part()}`);
  const { pepperId } = keys;
  const hashes = codes.map((code) =>
    keys.pepper(pepperId, 'staff recovery code', memberId.toString(), bareCode(code)),
  );
  await replaceCodeRows(tx, { memberId, hashes, pepperId });
  return codes;
}

/** Adds what was verified; the recovery codes where it is the first. Rejections: factor-wrong. */
export async function keepFactor(parts: StaffParts, tx: Transaction, factor: Factor): Promise<string[]> {
  await lockPersonRow(tx, factor.memberId);
  const known = await selectFactors(tx, factor.memberId);
  if (known.length >= mostFactors) throw new Rejection('factor-wrong', 'too many: remove one first');
  if (!(await insertFactorRow(tx, factor))) throw new Rejection('factor-wrong', 'the passkey is known');
  return known.length === 0 ? renewCodes(parts, tx, factor.memberId) : [];
}

async function changed<Answer>(
  parts: StaffParts,
  member: Member,
  said: { act: string; object: string; detail: string },
  work: (tx: Transaction) => Promise<Answer>,
): Promise<Answer> {
  const { database, clock, ids } = parts;
  const id = await ids.one();
  return database.transaction(async (tx) => {
    await insertActRow(tx, { ...said, id, memberId: member.id, actedAt: clock.now() });
    return work(tx);
  });
}

/** Rejections: factor-wrong, staff-locked. */
export async function addFactor(
  parts: StaffParts,
  member: Member,
  of: { asked: NewFactor; site: Site },
): Promise<string[]> {
  const factor = await newFactorOf(parts, member.id, of);
  const said = { act: 'factor.add', object: `member/${member.id}`, detail: `${factor.kind}: ${factor.name}` };
  return changed(parts, member, said, (tx) => keepFactor(parts, tx, factor));
}

/** The last one stays where one is needed. Rejections: factor-wrong. */
export async function removeFactor(parts: StaffParts, member: Member, id: bigint): Promise<void> {
  const said = { act: 'factor.remove', object: `member/${member.id}`, detail: `factor ${id}` };
  await changed(parts, member, said, async (tx) => {
    await lockPersonRow(tx, member.id);
    const known = await selectFactors(tx, member.id);
    if (!parts.sandbox && known.length <= 1)
      throw new Rejection('factor-wrong', 'the last second factor stays: add another one first');
    if (!(await deleteFactorRow(tx, { memberId: member.id, id })))
      throw new Rejection('factor-wrong', 'there is no such second factor');
  });
}

export const renewRecoveryCodes = (parts: StaffParts, member: Member): Promise<string[]> =>
  changed(parts, member, { act: 'recovery.renew', object: `member/${member.id}`, detail: '' }, async (tx) => {
    await lockPersonRow(tx, member.id);
    return renewCodes(parts, tx, member.id);
  });
