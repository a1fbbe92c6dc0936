// The ceremonies of WebAuthn, whoever's the passkey is: what a browser is asked, and whether what it answers is true. Who asks
// makes the challenge, uses it up once, and keeps passkeys and their counters. Nothing here is stored.
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

/** The site that asks: its origin as the browser states it, and its host's name. */
export interface Site {
  readonly origin: string;
  readonly rpId: string;
}

/** What is kept of a passkey to know it again. */
export interface Credential {
  /** Base64url. */
  readonly credentialId: string;
  readonly publicKey: Buffer;
  readonly signCount: bigint;
  readonly transports: readonly string[];
  readonly rpId: string;
}

/** A passkey belongs to a name: an address without one can have none (Web Authentication Level 3, section 5.1.2). */
export const mayHavePasskeys = ({ rpId }: Site): boolean => isIP(rpId.replace(/^\[|\]$/g, '')) === 0;

/** The challenge that the browser says it signed; null where it says none. What it sent may be anything. */
export function challengeIn(response: { response?: { clientDataJSON?: unknown } } | null): string | null {
  try {
    const clientData = Buffer.from(String(response?.response?.clientDataJSON), 'base64url').toString('utf8');
    const said = JSON.parse(clientData) as { challenge?: unknown } | null;
    return typeof said?.challenge === 'string' ? said.challenge : null;
  } catch {
    return null;
  }
}

type Challenge = Uint8Array<ArrayBuffer>;

/** What a browser needs to make a passkey that verifies its user; `known` are not made again. */
export const creationOptions = (of: {
  site: Site;
  challenge: Challenge;
  user: { readonly id: string; readonly name: string; readonly displayName: string };
  known: readonly Pick<Credential, 'credentialId'>[];
}): Promise<PublicKeyCredentialCreationOptionsJSON> =>
  generateRegistrationOptions({
    rpName: 'Tongbao',
    rpID: of.site.rpId,
    userID: Uint8Array.from(Buffer.from(of.user.id)),
    userName: of.user.name,
    userDisplayName: of.user.displayName,
    challenge: of.challenge,
    attestationType: 'none',
    excludeCredentials: of.known.map(({ credentialId }) => ({ id: credentialId })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
  });

/** The passkey that a browser made. Throws where the answer is not true, with a reason for developers. */
export async function verifyCreated(of: {
  response: RegistrationResponseJSON;
  expectedChallenge: string;
  site: Site;
}): Promise<Credential> {
  const { response, expectedChallenge, site } = of;
  const verified = await verifyRegistrationResponse({
    ...{ response, expectedChallenge, expectedOrigin: site.origin, expectedRPID: site.rpId },
    requireUserVerification: true,
  });
  if (!verified.verified) throw new Error('the passkey could not be verified');
  const { credential } = verified.registrationInfo;
  return {
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey),
    signCount: BigInt(credential.counter),
    transports: credential.transports ?? [],
    rpId: site.rpId,
  };
}

/** What a browser needs to sign with one of these passkeys of the site. */
export const requestOptions = (of: {
  site: Site;
  challenge: Challenge;
  usable: readonly Pick<Credential, 'credentialId' | 'transports'>[];
}): Promise<PublicKeyCredentialRequestOptionsJSON> =>
  generateAuthenticationOptions({
    rpID: of.site.rpId,
    challenge: of.challenge,
    userVerification: 'required',
    allowCredentials: of.usable.map(({ credentialId, transports }) => ({
      id: credentialId,
      transports: transports as NonNullable<RegistrationResponseJSON['response']['transports']>,
    })),
  });

/**
 * The authenticator's counter, where the passkey signed the challenge. The counter is for who asks to hold against the kept one,
 * where two at once cannot both pass. Throws where the answer is not true, with a reason for developers.
 */
export async function verifySigned(of: {
  response: AuthenticationResponseJSON;
  expectedChallenge: string;
  site: Site;
  passkey: Pick<Credential, 'credentialId' | 'publicKey'>;
}): Promise<bigint> {
  const { response, expectedChallenge, site, passkey } = of;
  const verified = await verifyAuthenticationResponse({
    ...{ response, expectedChallenge, expectedOrigin: site.origin, expectedRPID: site.rpId },
    requireUserVerification: true,
    credential: {
      id: passkey.credentialId,
      publicKey: Uint8Array.from(passkey.publicKey),
      counter: 0,
    },
  });
  if (!verified.verified) throw new Error('the passkey could not be verified');
  return BigInt(verified.authenticationInfo.newCounter);
}
