// What a signature tells by itself. An RSA signature of the old padding (PKCS#1 v1.5) carries the name of the hash and
// the hash of what was signed, and whoever has the public key can read both. So one look says which key, which hash and
// which padding were used, and each text that might have been signed costs one hash to try.
import { constants, createHash, type KeyObject, publicDecrypt } from 'node:crypto';

export type HashName = 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';

/** RFC 8017, section 9.2, note 1: what stands before the digest. */
const digestInfos: Readonly<Record<HashName, string>> = {
  md5: '3020300c06082a864886f70d020505000410',
  sha1: '3021300906052b0e03021a05000414',
  sha224: '302d300d06096086480165030402040500041c',
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

export const hashTitles: Readonly<Record<HashName, string>> = {
  md5: 'MD5',
  sha1: 'SHA-1',
  sha224: 'SHA-224',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
};

/** A way in which the text of a signature can be read as bytes. `says` is empty for the right one, base64. */
export interface Reading {
  readonly says: string;
  readonly bytes: Buffer;
}

const base64 = /^[A-Za-z0-9+/]+={0,2}$/;
const maxText = 4_096;

/** The value of `signature=` as it was sent, in every way that makes bytes of it. At most a handful. */
export function readingsOf(sent: string): readonly Reading[] {
  if (sent.length > maxText) return [];
  const readings: Reading[] = [];
  const add = (says: string, text: string, encoding: 'base64' | 'base64url' | 'hex'): void => {
    readings.push({ says, bytes: Buffer.from(text, encoding) });
  };
  const once = percentDecoded(sent);
  const repaired = once.replaceAll(' ', '+');
  const twice = percentDecoded(once);
  if (base64.test(once)) add('', once, 'base64');
  if (/^(?:[0-9a-f]{2})+$/i.test(once)) add('as hex instead of base64', once, 'hex');
  if (/^[A-Za-z0-9_-]+={0,2}$/.test(once)) add('as base64url instead of base64', once, 'base64url');
  if (repaired !== once && base64.test(repaired))
    add('with its plus signs turned into blanks: write + as %2B', repaired, 'base64');
  if (twice !== once && base64.test(twice)) add('percent-encoded twice', twice, 'base64');
  const inner = Buffer.from(once, 'base64').toString('latin1');
  if (base64.test(once) && inner.length >= 128 && /^(?:[0-9a-f]{2})+$/i.test(inner))
    add('as base64 of hex', inner, 'hex');
  else if (base64.test(once) && inner.length >= 128 && base64.test(inner))
    add('as base64 of base64', inner, 'base64');
  return readings;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What a signature says under a public key: which hash of what was signed, and how the hash was wrapped. */
export type Found =
  | { readonly padding: 'pkcs1'; readonly hash: HashName; readonly digest: Buffer; readonly bare: boolean }
  /** The digest cannot be read: a text has to be verified. */
  | { readonly padding: 'pss' };

/** Null when the signature was not made by the private key that belongs to this one. */
export function openSignature(key: KeyObject, signature: Buffer): Found | null {
  if (key.asymmetricKeyType !== 'rsa') return null;
  let block: Buffer;
  try {
    block = publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature);
  } catch {
    return null;
  }
  const wrapped = /^0001(?:ff){8,}00/.exec(block.toString('hex').slice(0, block.length * 2));
  if (wrapped !== null) return openedDigest(block.subarray(wrapped[0].length / 2));
  return block.at(-1) === 0xbc && block[0]! < 0x80 ? { padding: 'pss' } : null;
}

function openedDigest(content: Buffer): Found | null {
  const hex = content.toString('hex');
  for (const hash of Object.keys(digestInfos) as HashName[]) {
    const before = digestInfos[hash];
    const { length } = createHash(hash).digest();
    if (hex.startsWith(before) && content.length === before.length / 2 + length)
      return { padding: 'pkcs1', hash, digest: content.subarray(before.length / 2), bare: false };
    // The bare digest, or its hex digits: what is made when the hash is handed to "RSA without a hash".
    if (content.length === length) return { padding: 'pkcs1', hash, digest: content, bare: true };
    const digits = content.toString('latin1');
    if (content.length === length * 2 && /^[0-9a-f]+$/i.test(digits))
      return { padding: 'pkcs1', hash, digest: Buffer.from(digits, 'hex'), bare: true };
  }
  return null;
}
