// What the signature doctor is told about a request of this gateway: its parts, and every public key that is known here.
import { createPublicKey } from 'node:crypto';
import type { MerchantAccess, MerchantKey } from '../../merchants/index.ts';
import { explainSignature, type KnownKey } from '../signature-doctor/index.ts';
import type { AmsParts } from './adapter.ts';
import type { Received } from './authenticate.ts';

interface Suspect {
  readonly access: MerchantAccess;
  readonly key: MerchantKey;
  readonly time: string;
  readonly received: Received;
  /** The value of `signature=`, as it was sent. */
  readonly sent: string;
}

/** At most 256 characters: what was done instead, or the content that the gateway verified. */
export async function explained(parts: AmsParts, suspect: Suspect): Promise<string> {
  const { access, key, time, received, sent } = suspect;
  const { clientId } = access.merchant;
  const others = (await parts.merchants.list()).filter(({ merchant }) => merchant.clientId !== clientId);
  const keys: KnownKey[] = [
    { key: key.publicKey, of: null },
    ...access.keys
      .filter(({ version }) => version !== key.version)
      .map(({ publicKey, version }) => ({ key: publicKey, of: `key version ${version} of this client` })),
    { key: gatewayPublicKey(parts), of: 'the gateway' },
    ...others.flatMap(({ merchant, keys: theirs }) =>
      theirs.map(({ publicKey }) => ({ key: publicKey, of: merchant.clientId })),
    ),
  ];
  const { path, headers, body } = received;
  return explainSignature({
    asked: {
      ...{ path, clientId, time, body },
      host: (headers.host ?? '').slice(0, 256),
      otherClientIds: others.slice(0, 50).map(({ merchant }) => merchant.clientId),
    },
    ...{ sent, keys },
  });
}

const gatewayPublicKey = ({ gatewayKey }: AmsParts) =>
  createPublicKey({ key: Buffer.from(gatewayKey.publicKey, 'base64'), format: 'der', type: 'spki' });

const maxSignature = 4_096;

/** Of a header that cannot be read as it should be: its key version, and what may be meant as the signature. */
export function unreadable(header: string): { keyVersion: number; sent: string } | null {
  const version = /(?:^|,)\s*keyversion\s*=\s*(\d{1,6})\s*(?:,|$)/i.exec(header)?.[1];
  const sent = (/(?:^|,)\s*signature\s*=([^,]*)/i.exec(header)?.[1] ?? '').trim();
  return sent.length < 16 || sent.length > maxSignature ? null : { keyVersion: Number(version ?? 1), sent };
}
