// A merchant's public key: as it is stored (bare base64 SPKI), and as people send it, with the exact reason where it is none.
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { Rejection } from '../rejection.ts';

const leastBits = 2048;
const mostBits = 8192;

/** Reads an RSA public key of at least 2048 bits from bare base64 SPKI. Throws when it is anything else. */
export function publicKeyOf(spki: string) {
  const key = createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
  if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < leastBits) {
    throw new Error('a merchant key must be RSA with at least 2048 bits');
  }
  return key;
}

export interface ReadKey {
  /** Bare base64. */
  readonly spki: string;
  readonly bits: number;
  /** SHA-256 of the SPKI, hexadecimal. */
  readonly fingerprint: string;
}

export const fingerprintOf = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest('hex');

/**
 * Reads what somebody pasted: PEM (SPKI or PKCS#1) or bare base64 of either. Throws onboarding-refused with what is wrong; a
 * private key is refused loudly, and what was pasted is in no message.
 */
export function readPublicKey(text: string): ReadKey {
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1] ?? null;
  if (label?.includes('PRIVATE KEY') === true) throw refused(privateKeyPasted);
  if (label === 'CERTIFICATE')
    throw refused('this is a certificate: send the key alone (openssl x509 -pubkey -noout)');
  if (label?.startsWith('OPENSSH') === true || /^\s*ssh-/.test(text))
    throw refused(
      'this is a key of SSH: make one with openssl genrsa, and send what openssl rsa -pubout prints',
    );
  if (label !== null && label !== 'PUBLIC KEY' && label !== 'RSA PUBLIC KEY')
    throw refused(`this is a ${label.slice(0, 40)}, not a PUBLIC KEY`);
  const bare = text.replace(/-----[A-Z0-9 ]+-----/g, '').replace(/\s+/g, '');
  if (bare === '') throw refused('no key was sent');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(bare))
    throw refused('this is neither PEM nor base64: something in it is cut or added');
  const der = Buffer.from(bare, 'base64');
  // First of all: a private key can be read as a public one, since it has that in it.
  if (isPrivate(der)) throw refused(privateKeyPasted);
  const key = parsed(der);
  if (key === null)
    throw refused('this cannot be read as a public key: the beginning or the end may be missing');
  if (key.asymmetricKeyType !== 'rsa')
    throw refused(
      `this is a key of ${String(key.asymmetricKeyType).toUpperCase()}: signatures here are RSA with SHA-256`,
    );
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < leastBits) throw refused(`the key has ${bits} bits: it must have at least ${leastBits}`);
  if (bits > mostBits) throw refused(`the key has ${bits} bits: it may have ${mostBits} at most`);
  const spki = key.export({ format: 'der', type: 'spki' }).toString('base64');
  return { spki, bits, fingerprint: fingerprintOf(key) };
}

const privateKeyPasted =
  'this is a PRIVATE key: it was not kept, but it has left your machine. Make a new pair (openssl genrsa) and send only the public part (openssl rsa -pubout)';

function parsed(der: Buffer): KeyObject | null {
  for (const type of ['spki', 'pkcs1'] as const) {
    try {
      return createPublicKey({ key: der, format: 'der', type });
    } catch {}
  }
  return null;
}

/** PKCS#8 and PKCS#1 private keys begin with a version, as a number; public ones never do. */
const isPrivate = (der: Buffer): boolean => {
  if (der[0] !== 0x30 || der.length < 8) return false;
  const length = der[1]!;
  const at = length < 0x80 ? 2 : 2 + (length & 0x7f);
  return der[at] === 0x02 && der[at + 1] === 0x01;
};

const refused = (message: string) => new Rejection('onboarding-refused', message, { field: 'publicKey' });
