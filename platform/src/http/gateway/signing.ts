// Signatures of the classic gateway: MD5 with the partner's key, RSA with SHA-1 or SHA-256 (reference, section 1.3).
import { createHash, type KeyObject, sign, timingSafeEqual, verify } from 'node:crypto';
import {
  type Charset,
  type Leaves,
  repairedBase64,
  type SignType,
  signingBytes,
} from '@tongbao/protocol/gateway';
import { keyIsValid, type MerchantAccess } from '../../merchants/index.ts';

const algorithms = { RSA: 'RSA-SHA1', RSA2: 'RSA-SHA256' } as const;

export const md5Of = (bytes: Uint8Array, key: string): string =>
  createHash('md5').update(bytes).update(key, 'utf8').digest('hex');

function verifyRsa(
  algorithm: string,
  bytes: Uint8Array,
  key: KeyObject,
  signature: Buffer,
): Promise<boolean> {
  return new Promise((resolve) =>
    verify(algorithm, bytes, key, signature, (error, valid) => resolve(error === null && valid)),
  );
}

export interface SignedBytes {
  readonly bytes: Uint8Array;
  readonly signType: SignType;
  readonly sign: string;
}

export async function isSignedBy(access: MerchantAccess, signed: SignedBytes, now: Date): Promise<boolean> {
  const { bytes, signType } = signed;
  if (signType === 'MD5') {
    const given = Buffer.from(signed.sign.trim().toLowerCase());
    const expected = Buffer.from(md5Of(bytes, access.merchant.classicMd5Key));
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
  const signature = Buffer.from(repairedBase64(signed.sign), 'base64');
  // One published client says RSA and digests SHA-256 (section 1.3, Kaligo).
  const tried = signType === 'RSA' ? [algorithms.RSA, algorithms.RSA2] : [algorithms.RSA2];
  for (const { publicKey } of access.keys.filter((key) => keyIsValid(key, now)).slice(0, 8)) {
    for (const algorithm of tried) if (await verifyRsa(algorithm, bytes, publicKey, signature)) return true;
  }
  return false;
}

export interface Signer {
  readonly md5Key: string;
  readonly privateKey: KeyObject;
}

/** Our own signature over what we say, in the way the shop signed. */
export async function signatureOf(
  signer: Signer,
  parameters: Leaves,
  how: { charset: Charset; signType: SignType },
): Promise<string> {
  const bytes = signingBytes(parameters, how.charset);
  if (how.signType === 'MD5') return md5Of(bytes, signer.md5Key);
  const algorithm = algorithms[how.signType];
  return new Promise((resolve, reject) =>
    sign(algorithm, bytes, signer.privateKey, (error, signature) =>
      error === null ? resolve(signature.toString('base64')) : reject(error),
    ),
  );
}
