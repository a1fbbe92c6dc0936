// Keys as merchants hold them: bare base64 or PEM, PKCS#8 or PKCS#1.
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** Throws when the text is no RSA private key of at least 2048 bits. */
export function privateKeyFrom(text: string): KeyObject {
  if (text.includes('-----BEGIN')) return assertStrong(createPrivateKey(text));
  const der = Buffer.from(text.replace(/\s/g, ''), 'base64');
  for (const type of ['pkcs8', 'pkcs1'] as const) {
    try {
      return assertStrong(createPrivateKey({ key: der, format: 'der', type }));
    } catch (error) {
      if (type === 'pkcs1')
        throw new Error('the private key is neither PKCS#8 nor PKCS#1 base64', { cause: error });
    }
  }
  throw new Error('unreachable');
}

/** Throws when the text is no RSA public key (SPKI base64 or PEM). */
export function publicKeyFrom(text: string): KeyObject {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY/.test(text)) throw new Error('the public key is a private key');
  try {
    const key = text.includes('-----BEGIN')
      ? createPublicKey(text)
      : createPublicKey({ key: Buffer.from(text.replace(/\s/g, ''), 'base64'), format: 'der', type: 'spki' });
    if (key.asymmetricKeyType !== 'rsa') throw new Error(`it is a key for ${key.asymmetricKeyType}`);
    return key;
  } catch (error) {
    throw new Error('the public key is no RSA key as base64 (SPKI) or PEM', { cause: error });
  }
}

function assertStrong(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'rsa') throw new Error('the private key is not an RSA key');
  return key;
}
