// RSA-2048 keys in the forms that the wire protocols and their clients want: bare base64, no PEM armour.
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

export interface KeyPairText {
  /** PKCS#8, bare base64. */
  readonly privateKey: string;
  /** SPKI, bare base64. */
  readonly publicKey: string;
}

export async function generateRsaKeys(): Promise<KeyPairText> {
  const pair = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return {
    privateKey: pair.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    publicKey: publicText(pair.publicKey),
  };
}

export const privateKeyOf = (pkcs8: string): KeyObject =>
  createPrivateKey({ key: Buffer.from(pkcs8, 'base64'), format: 'der', type: 'pkcs8' });

const publicText = (key: KeyObject): string => key.export({ format: 'der', type: 'spki' }).toString('base64');

export const publicTextOf = (privateKey: KeyObject): string => publicText(createPublicKey(privateKey));

/** The same private key as PKCS#1, bare base64: what the official Python client wants. */
export const pkcs1Of = (pkcs8: string): string =>
  privateKeyOf(pkcs8).export({ format: 'der', type: 'pkcs1' }).toString('base64');
