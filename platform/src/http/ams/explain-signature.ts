// The signature doctor of the sandbox: a signature that does not verify is tried against the mistakes that integrators
// make, and the answer names the one that fits. Bounded: a handful of verifications, only in a sandbox.
import { createHash, type KeyObject } from 'node:crypto';
import { type SignedMessage, signedPrefix } from '@tongbao/protocol/ams';
import type { MerchantKey } from '../../merchants/index.ts';
import type { AmsParts } from './adapter.ts';
import { isSignedBy } from './signing.ts';

interface Suspect {
  readonly key: MerchantKey;
  readonly message: SignedMessage;
  readonly body: Buffer;
  readonly signature: string;
}

interface Mistake {
  readonly says: string;
  readonly key?: KeyObject;
  readonly message?: Partial<SignedMessage>;
  readonly body?: Buffer;
}

/** At most 256 characters: what was done instead, or the content that the gateway verified. */
export async function explainSignature(parts: AmsParts, suspect: Suspect): Promise<string> {
  for (const mistake of await mistakesOf(parts, suspect)) {
    const message = { ...suspect.message, ...mistake.message };
    const fits = await isSignedBy(
      mistake.key ?? suspect.key.publicKey,
      message,
      mistake.body ?? suspect.body,
      suspect.signature,
    );
    if (fits) return `signature mismatch: you signed ${mistake.says}`;
  }
  const prefix = JSON.stringify(signedPrefix(suspect.message));
  const hash = createHash('sha256').update(suspect.body).digest('hex').slice(0, 16);
  return `signature mismatch: expected RSA-SHA256 over ${prefix} + the ${suspect.body.length} body bytes as sent (sha256 ${hash}…)`;
}

async function mistakesOf(parts: AmsParts, suspect: Suspect): Promise<Mistake[]> {
  const { path, clientId, time } = suspect.message;
  const others = (await parts.merchants.list())
    .filter((access) => access.merchant.clientId !== clientId)
    .slice(0, 10);
  const text = suspect.body.toString('utf8');
  return [
    {
      says: 'the production path (/ams/api/…), but called /ams/sandbox/api/…',
      message: { path: path.replace('/ams/sandbox/api', '/ams/api') },
    },
    {
      says: 'the sandbox path (/ams/sandbox/api/…), but called /ams/api/…',
      message: { path: path.replace('/ams/api', '/ams/sandbox/api') },
    },
    { says: 'the path without /ams/api before /v1', message: { path: path.replace(/^.*(?=\/v1\/)/, '') } },
    { says: 'the path without its query', message: { path: path.split('?')[0]! } },
    { says: 'a body with a line end after it', body: Buffer.from(`${text}\n`) },
    { says: 'a body without the white space around it', body: Buffer.from(text.trim()) },
    { says: 'the body as compact JSON, not the bytes you sent', body: rewritten(text, 0) },
    { says: 'the body as indented JSON, not the bytes you sent', body: rewritten(text, 2) },
    { says: 'an empty body', body: Buffer.alloc(0) },
    { says: 'without the request time', message: { time: '' } },
    { says: 'the request time in seconds, not as in the header', message: { time: time.slice(0, 10) } },
    ...others.flatMap((access) =>
      access.keys.map((key) => ({
        says: `with the private key of ${access.merchant.clientId}`,
        key: key.publicKey,
      })),
    ),
  ];
}

function rewritten(text: string, indent: number): Buffer {
  try {
    return Buffer.from(JSON.stringify(JSON.parse(text), null, indent));
  } catch {
    return Buffer.from(text);
  }
}
