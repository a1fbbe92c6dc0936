// Passkeys (WebAuthn): a second way to confirm. A challenge is made for one customer and one purpose and used once, so
// that what was signed for one payment confirms no other; the authenticator must have verified its user.
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
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
import {
  challengeIn,
  creationOptions,
  mayHavePasskeys,
  requestOptions,
  type Site,
  verifyCreated,
  verifySigned,
} from './webauthn.ts';

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
  of: { response: Parameters<typeof challengeIn>[0]; customerId: bigint; purpose: string },
): Promise<string> {
  const challenge = challengeIn(of.response);
  const { customerId, purpose } = of;
  const now = parts.clock.now();
  if (
    challenge === null ||
    !(await takeChallengeRow(parts.database, { challenge, customerId, purpose, now }))
  )
    throw new Rejection('passkey-refused', 'the challenge is not for this, was used, or has expired');
  return challenge;
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
  if (!mayHavePasskeys(site))
    throw new Rejection('passkey-refused', `a passkey belongs to a name, not to ${site.rpId}`);
  const known = await selectPasskeys(parts.database, customer.id);
  if (known.length >= limits.passkeys) throw new Rejection('passkey-too-many', 'remove one first');
  return creationOptions({
    site,
    challenge: await newChallenge(parts, customer.id, adding),
    // The customer's number says nothing of the person.
    user: { id: customer.id.toString(), name: customer.phone, displayName: customer.name },
    known,
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
  const credential = await verifyCreated({ response, expectedChallenge, site }).catch(refuse);
  const addedAt = parts.clock.now();
  const name = asked.name.trim().slice(0, 60) || 'Passkey';
  await withEvent(parts, { customerId: customer.id, kind: 'passkey-added', detail: name }, async (tx) => {
    const isNew = await insertPasskeyRow(tx, {
      ...credential,
      customerId: customer.id,
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
  const challenge = await newChallenge(parts, customerId, asked.purpose);
  return requestOptions({ site: asked.site, challenge, usable });
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
  const signCount = await verifySigned({ response, expectedChallenge, site, passkey }).catch(refuse);
  const usedAt = parts.clock.now();
  const { credentialId } = passkey;
  if (!(await usePasskeyRow(parts.database, { credentialId, signCount, usedAt })))
    throw new Rejection('passkey-refused', 'the passkey could not be verified');
}
