// Which bytes are signed, and how the signature travels (AMS reference, sections 1.3 and 1.4). No cryptography here:
// the same text serves the server, the SDK and a browser.

export interface SignedMessage {
  /** The path as it stands in the request line, after the authority: never normalised. */
  readonly path: string;
  readonly clientId: string;
  /** The literal value of request-time or response-time. */
  readonly time: string;
}

/** What precedes the body in the signed content; the raw body bytes follow at once. */
export const signedPrefix = (message: SignedMessage): string =>
  `POST ${message.path}\n${message.clientId}.${message.time}.`;

export interface SignatureHeader {
  readonly algorithm: string;
  readonly keyVersion: number;
  /** Base64, percent-decoded. */
  readonly signature: string;
}

/**
 * Reads a signature header. Tolerant as real clients need it: spaces after commas, a missing keyVersion (then 1), a
 * signature that was not percent-encoded (a raw plus stays a plus). Null for anything else.
 */
export function parseSignatureHeader(header: string): SignatureHeader | null {
  const parts = new Map<string, string>();
  for (const part of header.split(',')) {
    const at = part.indexOf('=');
    if (at > 0) parts.set(part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim());
  }
  const encoded = parts.get('signature') ?? '';
  const signature = encoded.includes('%') ? percentDecoded(encoded) : encoded;
  const keyVersion = parts.get('keyversion') ?? '1';
  if (
    signature === null ||
    !/^[A-Za-z0-9+/]{16,2048}={0,2}$/.test(signature) ||
    !/^\d{1,6}$/.test(keyVersion)
  )
    return null;
  return {
    algorithm: parts.get('algorithm') ?? 'RSA256',
    keyVersion: Number.parseInt(keyVersion, 10),
    signature,
  };
}

function percentDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** The one form that every official parser accepts: this order, no spaces, padding percent-encoded. */
export const formatSignatureHeader = (keyVersion: number, base64: string): string =>
  `algorithm=RSA256,keyVersion=${keyVersion},signature=${encodeURIComponent(base64)}`;

/** Sandbox clients call another path of the same host: the official SDKs rewrite it for client ids SANDBOX_…. */
export const pathFor = (clientId: string, path: string): string =>
  clientId.startsWith('SANDBOX_') ? path.replace('/ams/api', '/ams/sandbox/api') : path;
