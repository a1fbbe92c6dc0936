// A merchant's public key as it is stored: bare base64 SPKI.
import { createPublicKey } from 'node:crypto';

/** Reads an RSA public key of at least 2048 bits from bare base64 SPKI. Throws when it is anything else. */
export function publicKeyOf(spki: string) {
  const key = createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
  if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) {
    throw new Error('a merchant key must be RSA with at least 2048 bits');
  }
  return key;
}
