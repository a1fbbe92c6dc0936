// Passkeys of staff (WebAuthn): a challenge is made for one person and one purpose and used once; the authenticator must have
// verified its user.
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import {
  type Credential,
  challengeIn,
  creationOptions,
  mayHavePasskeys,
  requestOptions,
  type Site,
  verifyCreated,
  verifySigned,
} from '../customers/index.ts';
import { Rejection } from '../rejection.ts';
import {
  insertChallengeRow,
  type PasskeyFactor,
  selectFactors,
  takeChallengeRow,
  usePasskeyRow,
} from './factor-store.ts';
import type { Member } from './member.ts';
import type { StaffParts } from './parts.ts';

const challengeLifetimeMs = 5 * 60_000;
type Purpose = 'add' | 'prove';

async function newChallenge(
  parts: StaffParts,
  memberId: bigint,
  purpose: Purpose,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = Uint8Array.from(parts.randomness.bytes(32));
  const now = parts.clock.now();
  const expiresAt = new Date(now.getTime() + challengeLifetimeMs);
  const challenge = Buffer.from(bytes).toString('base64url');
  await insertChallengeRow(parts.database, { challenge, memberId, purpose, expiresAt, now });
  return bytes;
}

/** Uses up the challenge that the browser says it signed; what it says is verified afterwards. Rejections: factor-wrong. */
async function takeChallenge(
  parts: StaffParts,
  of: { response: Parameters<typeof challengeIn>[0]; memberId: bigint; purpose: Purpose },
): Promise<string> {
  const challenge = challengeIn(of.response);
  const { memberId, purpose } = of;
  const now = parts.clock.now();
  if (challenge === null || !(await takeChallengeRow(parts.database, { challenge, memberId, purpose, now })))
    throw new Rejection('factor-wrong', 'the challenge is not for this, was used, or has expired');
  return challenge;
}

const keysOf = async (parts: StaffParts, memberId: bigint): Promise<PasskeyFactor[]> =>
  (await selectFactors(parts.database, memberId)).flatMap((factor) =>
    factor.kind === 'passkey' ? [factor] : [],
  );

/** What the browser needs to make a passkey. Rejections: factor-wrong (the site can have none). */
export async function offerPasskey(
  parts: StaffParts,
  member: Member,
  site: Site,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  if (!mayHavePasskeys(site))
    throw new Rejection('factor-wrong', `a passkey belongs to a name, not to ${site.rpId}`);
  const known = await keysOf(parts, member.id);
  return creationOptions({
    site,
    challenge: await newChallenge(parts, member.id, 'add'),
    user: { id: `staff/${member.id}`, name: member.username, displayName: member.name },
    known,
  });
}

/** The passkey that the browser made. Rejections: factor-wrong. */
export async function verifyNewPasskey(
  parts: StaffParts,
  memberId: bigint,
  asked: { response: unknown; site: Site },
): Promise<Credential> {
  const { site } = asked;
  const response = asked.response as RegistrationResponseJSON;
  const expectedChallenge = await takeChallenge(parts, { response, memberId, purpose: 'add' });
  return verifyCreated({ response, expectedChallenge, site }).catch(refuse);
}

/** What cannot be read or verified is refused; the reason is for developers. */
function refuse(error: unknown): never {
  throw new Rejection('factor-wrong', error instanceof Error ? error.message : 'not verified');
}

/** What the browser needs to prove with a passkey of this site; null when the person has none for it. */
export async function askPasskey(
  parts: StaffParts,
  memberId: bigint,
  site: Site,
): Promise<PublicKeyCredentialRequestOptionsJSON | null> {
  const usable = (await keysOf(parts, memberId)).filter(({ rpId }) => rpId === site.rpId);
  if (usable.length === 0) return null;
  return requestOptions({ site, challenge: await newChallenge(parts, memberId, 'prove'), usable });
}

/** Resolves when the person's own passkey signed a challenge of this person's. Rejections: factor-wrong. */
export async function checkPasskey(
  parts: StaffParts,
  memberId: bigint,
  asked: { response: unknown; site: Site },
): Promise<void> {
  const { site } = asked;
  const response = asked.response as AuthenticationResponseJSON;
  const expectedChallenge = await takeChallenge(parts, { response, memberId, purpose: 'prove' });
  const passkey = (await keysOf(parts, memberId)).find(
    ({ credentialId, rpId }) => credentialId === response.id && rpId === site.rpId,
  );
  if (passkey === undefined) throw new Rejection('factor-wrong', 'the passkey is not this person’s');
  const signCount = await verifySigned({ response, expectedChallenge, site, passkey }).catch(refuse);
  const at = parts.clock.now();
  if (!(await usePasskeyRow(parts.database, { id: passkey.id, signCount, at })))
    throw new Rejection('factor-wrong', 'the passkey could not be verified');
}
