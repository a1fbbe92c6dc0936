// Passkeys of staff (WebAuthn): a challenge is made for one person and one purpose and used once; the authenticator must have
// verified its user.
import { isIP } from 'node:net';
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { Site } from '../customers/index.ts';
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
  of: { response: { response?: { clientDataJSON?: unknown } } | null; memberId: bigint; purpose: Purpose },
): Promise<string> {
  const challenge = challengeIn(of.response?.response?.clientDataJSON);
  const { memberId, purpose } = of;
  const now = parts.clock.now();
  if (challenge === null || !(await takeChallengeRow(parts.database, { challenge, memberId, purpose, now })))
    throw new Rejection('factor-wrong', 'the challenge is not for this, was used, or has expired');
  return challenge;
}

/** What the browser sent may be anything. */
function challengeIn(clientDataJson: unknown): string | null {
  try {
    const said = JSON.parse(Buffer.from(String(clientDataJson), 'base64url').toString('utf8')) as {
      challenge?: unknown;
    } | null;
    return typeof said?.challenge === 'string' ? said.challenge : null;
  } catch {
    return null;
  }
}

/** A passkey belongs to a name: an address without one can have none (Web Authentication Level 3, section 5.1.2). */
export const mayHavePasskeys = ({ rpId }: Site): boolean => isIP(rpId.replace(/^\[|\]$/g, '')) === 0;

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
  return generateRegistrationOptions({
    rpName: 'Tongbao',
    rpID: site.rpId,
    userID: Uint8Array.from(Buffer.from(`staff/${member.id}`)),
    userName: member.username,
    userDisplayName: member.name,
    challenge: await newChallenge(parts, member.id, 'add'),
    attestationType: 'none',
    excludeCredentials: known.map(({ credentialId }) => ({ id: credentialId })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
  });
}

/** The passkey that the browser made. Rejections: factor-wrong. */
export async function verifyNewPasskey(
  parts: StaffParts,
  memberId: bigint,
  asked: { response: unknown; site: Site },
): Promise<Pick<PasskeyFactor, 'credentialId' | 'publicKey' | 'signCount' | 'transports' | 'rpId'>> {
  const { site } = asked;
  const response = asked.response as RegistrationResponseJSON;
  const expectedChallenge = await takeChallenge(parts, { response, memberId, purpose: 'add' });
  const verified = await verifyRegistrationResponse({
    ...{ response, expectedChallenge, expectedOrigin: site.origin, expectedRPID: site.rpId },
    requireUserVerification: true,
  }).catch(refuse);
  if (!verified.verified) throw new Rejection('factor-wrong', 'the passkey could not be verified');
  const { credential } = verified.registrationInfo;
  return {
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey),
    signCount: BigInt(credential.counter),
    transports: credential.transports ?? [],
    rpId: site.rpId,
  };
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
  return generateAuthenticationOptions({
    rpID: site.rpId,
    challenge: await newChallenge(parts, memberId, 'prove'),
    userVerification: 'required',
    allowCredentials: usable.map(({ credentialId, transports }) => ({
      id: credentialId,
      transports: transports as NonNullable<RegistrationResponseJSON['response']['transports']>,
    })),
  });
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
  const verified = await verifyAuthenticationResponse({
    ...{ response, expectedChallenge, expectedOrigin: site.origin, expectedRPID: site.rpId },
    requireUserVerification: true,
    credential: {
      id: passkey.credentialId,
      publicKey: Uint8Array.from(passkey.publicKey),
      // The counter is held against the kept one below, where two at once cannot both pass.
      counter: 0,
    },
  }).catch(refuse);
  const signCount = BigInt(verified.authenticationInfo.newCounter);
  const at = parts.clock.now();
  if (!verified.verified || !(await usePasskeyRow(parts.database, { id: passkey.id, signCount, at })))
    throw new Rejection('factor-wrong', 'the passkey could not be verified');
}
