// Passkeys (WebAuthn): a second way to confirm. A challenge is made for one customer and one purpose and used once, so
// that what was signed for one payment confirms no other; the authenticator must have verified its user.
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
import { Rejection } from '../rejection.ts';
import type { Customer } from './customer.ts';
import { later, limits } from './limits.ts';
import {
  deletePasskeyRow,
  insertChallengeRow,
  insertPasskeyRow,
  type Passkey,
  selectPasskeys,
  takeChallengeRow,
  usePasskeyRow,
} from './passkey-store.ts';
import { type SecurityParts, withEvent } from './security.ts';

/** The site that asks: its origin as the browser states it, and its host's name. */
export interface Site {
  readonly origin: string;
  readonly rpId: string;
}

const adding = 'add';

/** A fresh challenge, base64url, kept for the purpose. */
async function newChallenge(
  parts: SecurityParts,
  customerId: bigint,
  purpose: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = Uint8Array.from(parts.randomness.bytes(32));
  const now = parts.clock.now();
  await insertChallengeRow(parts.database, {
    challenge: Buffer.from(bytes).toString('base64url'),
    customerId,
    purpose,
    expiresAt: later(now, limits.challengeLifetimeMs),
    now,
  });
  return bytes;
}

/** Uses up the challenge that the browser says it signed; what it says is verified afterwards. Rejections: passkey-refused. */
async function takeChallenge(
  parts: SecurityParts,
  of: { response: Parameters<typeof challengeOf>[0]; customerId: bigint; purpose: string },
): Promise<string> {
  const challenge = challengeOf(of.response);
  const { customerId, purpose } = of;
  const now = parts.clock.now();
  if (
    challenge === null ||
    !(await takeChallengeRow(parts.database, { challenge, customerId, purpose, now }))
  )
    throw new Rejection('passkey-refused', 'the challenge is not for this, was used, or has expired');
  return challenge;
}

/** What the browser sent may be anything; the library verifies it once the challenge is known to be ours. */
function challengeOf(response: { response?: { clientDataJSON?: unknown } } | null): string | null {
  try {
    const clientData = Buffer.from(String(response?.response?.clientDataJSON), 'base64url').toString('utf8');
    const said = JSON.parse(clientData) as { challenge?: unknown } | null;
    return typeof said?.challenge === 'string' ? said.challenge : null;
  } catch {
    return null;
  }
}

/**
 * What the browser needs to make a passkey. Rejections: passkey-too-many; passkey-refused at an address without a name,
 * which no passkey can belong to (Web Authentication Level 3, section 5.1.2).
 */
export async function offerPasskey(
  parts: SecurityParts,
  customer: Customer,
  site: Site,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  if (isIP(site.rpId.replace(/^\[|\]$/g, '')) !== 0)
    throw new Rejection('passkey-refused', `a passkey belongs to a name, not to ${site.rpId}`);
  const known = await selectPasskeys(parts.database, customer.id);
  if (known.length >= limits.passkeys) throw new Rejection('passkey-too-many', 'remove one first');
  return generateRegistrationOptions({
    rpName: 'Tongbao',
    rpID: site.rpId,
    // Random to others: the customer's number says nothing of the person.
    userID: Uint8Array.from(Buffer.from(customer.id.toString())),
    userName: customer.phone,
    userDisplayName: customer.name,
    challenge: await newChallenge(parts, customer.id, adding),
    attestationType: 'none',
    excludeCredentials: known.map(({ credentialId }) => ({ id: credentialId })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
  });
}

/** Keeps the passkey that the browser made; the PIN has been checked. Rejections: passkey-refused. */
export async function addPasskey(
  parts: SecurityParts,
  customer: Customer,
  asked: { response: RegistrationResponseJSON; name: string; site: Site },
): Promise<void> {
  const { response, site } = asked;
  const expectedChallenge = await takeChallenge(parts, {
    response,
    customerId: customer.id,
    purpose: adding,
  });
  const verified = await verifyRegistrationResponse({
    response,
    expectedChallenge,
    expectedOrigin: site.origin,
    expectedRPID: site.rpId,
    requireUserVerification: true,
  }).catch(refuse);
  if (!verified.verified) throw new Rejection('passkey-refused', 'the passkey could not be verified');
  const { credential } = verified.registrationInfo;
  const addedAt = parts.clock.now();
  const name = asked.name.trim().slice(0, 60) || 'Passkey';
  await withEvent(parts, { customerId: customer.id, kind: 'passkey-added', detail: name }, async (tx) => {
    const isNew = await insertPasskeyRow(tx, {
      credentialId: credential.id,
      customerId: customer.id,
      publicKey: Buffer.from(credential.publicKey),
      signCount: BigInt(credential.counter),
      transports: credential.transports ?? [],
      rpId: site.rpId,
      name,
      addedAt,
      lastUsedAt: null,
    });
    if (!isNew) throw new Rejection('passkey-refused', 'the passkey is known');
  });
}

/** What cannot be read or verified is refused; the reason is for developers. */
function refuse(error: unknown): never {
  throw new Rejection('passkey-refused', error instanceof Error ? error.message : 'not verified');
}

/** Rejections: passkey-refused (there is no such passkey). */
export async function removePasskey(
  parts: SecurityParts,
  customerId: bigint,
  credentialId: string,
): Promise<void> {
  await withEvent(parts, { customerId, kind: 'passkey-removed' }, async (tx) => {
    if (!(await deletePasskeyRow(tx, { customerId, credentialId })))
      throw new Rejection('passkey-refused', 'there is no such passkey');
  });
}

export const passkeysOf = (parts: SecurityParts, customerId: bigint): Promise<Passkey[]> =>
  selectPasskeys(parts.database, customerId);

/** What the browser needs to confirm with a passkey of this site; null when the customer has none for it. */
export async function askPasskey(
  parts: SecurityParts,
  customerId: bigint,
  asked: { purpose: string; site: Site },
): Promise<PublicKeyCredentialRequestOptionsJSON | null> {
  const usable = (await selectPasskeys(parts.database, customerId)).filter(
    ({ rpId }) => rpId === asked.site.rpId,
  );
  if (usable.length === 0) return null;
  return generateAuthenticationOptions({
    rpID: asked.site.rpId,
    challenge: await newChallenge(parts, customerId, asked.purpose),
    userVerification: 'required',
    allowCredentials: usable.map(({ credentialId, transports }) => ({
      id: credentialId,
      transports: transports as NonNullable<RegistrationResponseJSON['response']['transports']>,
    })),
  });
}

/** Resolves when the customer's own passkey signed this very purpose. Rejections: passkey-refused. */
export async function checkPasskey(
  parts: SecurityParts,
  customerId: bigint,
  asked: { response: AuthenticationResponseJSON; purpose: string; site: Site },
): Promise<void> {
  const { response, site, purpose } = asked;
  const expectedChallenge = await takeChallenge(parts, {
    response,
    customerId,
    purpose,
  });
  const passkey = (await selectPasskeys(parts.database, customerId)).find(
    ({ credentialId, rpId }) => credentialId === response.id && rpId === site.rpId,
  );
  if (passkey === undefined) throw new Rejection('passkey-refused', 'the passkey is not this customer’s');
  const verified = await verifyAuthenticationResponse({
    response,
    expectedChallenge,
    expectedOrigin: site.origin,
    expectedRPID: site.rpId,
    requireUserVerification: true,
    credential: {
      id: passkey.credentialId,
      publicKey: Uint8Array.from(passkey.publicKey),
      // The counter is held against the kept one below, where two at once cannot both pass.
      counter: 0,
    },
  }).catch(refuse);
  const signCount = BigInt(verified.authenticationInfo.newCounter);
  const usedAt = parts.clock.now();
  if (
    !verified.verified ||
    !(await usePasskeyRow(parts.database, { credentialId: passkey.credentialId, signCount, usedAt }))
  )
    throw new Rejection('passkey-refused', 'the passkey could not be verified');
}
