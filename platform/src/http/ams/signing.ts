// Signing and verifying, RSA with SHA-256 (PKCS#1 v1.5). Asynchronous: the work is done in Node's thread pool, never
// on the event loop.
import { type KeyObject, sign, verify } from 'node:crypto';
import { formatSignatureHeader, type SignedMessage, signedPrefix } from '@tongbao/protocol/ams';

export interface GatewayKey {
  readonly version: number;
  readonly privateKey: KeyObject;
  /** SPKI, bare base64: what merchants verify with. */
  readonly publicKey: string;
}

const contentOf = (message: SignedMessage, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(signedPrefix(message), 'utf8'), body]);

/** The value of the signature header for a message of ours. */
export function signatureHeader(key: GatewayKey, message: SignedMessage, body: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    sign('RSA-SHA256', contentOf(message, body), key.privateKey, (error, signature) => {
      if (error === null) resolve(formatSignatureHeader(key.version, signature.toString('base64')));
      else reject(error);
    });
  });
}

/** Whether a base64 signature is this key's over the message. */
export function isSignedBy(
  key: KeyObject,
  message: SignedMessage,
  body: Buffer,
  base64: string,
): Promise<boolean> {
  return new Promise((resolve) => {
    verify('RSA-SHA256', contentOf(message, body), key, Buffer.from(base64, 'base64'), (error, valid) => {
      resolve(error === null && valid);
    });
  });
}
