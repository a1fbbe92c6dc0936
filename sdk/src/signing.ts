// Signing and verifying messages: RSA with SHA-256 over the protocol's own text.
import { type KeyObject, sign, verify } from 'node:crypto';
import {
  formatSignatureHeader,
  parseSignatureHeader,
  type SignedMessage,
  signedPrefix,
} from '@tongbao/protocol/ams';

const content = (message: SignedMessage, body: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from(signedPrefix(message), 'utf8'), Buffer.from(body)]);

export function signMessage(
  key: KeyObject,
  message: SignedMessage & { keyVersion?: number },
  body: string | Buffer,
): string {
  return formatSignatureHeader(
    message.keyVersion ?? 1,
    sign('RSA-SHA256', content(message, body), key).toString('base64'),
  );
}

/** Whether a signature header is this key's over the message. Never throws. */
export function isSigned(
  key: KeyObject,
  message: SignedMessage,
  body: string | Buffer,
  header: string,
): boolean {
  const parsed = parseSignatureHeader(header);
  if (parsed === null) return false;
  return verify('RSA-SHA256', content(message, body), key, Buffer.from(parsed.signature, 'base64'));
}
