// The sandbox's signature doctor: tries the mistakes that shops make, and shows our signing string, theirs where one of
// the mistakes explains the signature, and the first byte that differs (reference, section 9).
//
// It is no help for forging. A request that it explains stays refused; it never shows a signature, nor a hash of anything
// that has a key in it. Digests are compared in constant time, as when a request is accepted: a comparison that ends early
// would give a valid MD5 away byte by byte. It runs in a sandbox only.
import {
  type ReceivedForm,
  receivedSigningBytes,
  repairedBase64,
  type SignType,
} from '@tongbao/protocol/gateway';
import type { MerchantAccess } from '../../merchants/index.ts';
import {
  firstDifference,
  hashTitles,
  inWords,
  openSignature,
  printable,
  readingsOf,
} from '../signature-doctor/index.ts';
import { keyPlaces, plainSigns } from './doctor-md5.ts';
import { digestOf, type SignedText, sameDigest, textsOf } from './doctor-texts.ts';

export interface Accused {
  readonly signType: SignType;
  readonly sign: string;
  readonly access: MerchantAccess;
  /** Of the other partners here. */
  readonly others: readonly MerchantAccess[];
}

/** A paragraph for the engineer at the shop. */
export function explainSignature(form: ReceivedForm, accused: Accused): string {
  const ours = receivedSigningBytes(form.parameters);
  return accused.signType === 'MD5' ? explainMd5(form, ours, accused) : explainRsa(form, ours, accused);
}

/** How much of a signing string is shown. */
const maxShown = 1_500;
const shown = (bytes: Uint8Array): string => printable(bytes.subarray(0, maxShown));

function said(ours: Uint8Array, signed: SignedText, manner: readonly string[]): string {
  const difference = firstDifference(ours, signed.bytes);
  const what = [...signed.says, ...manner].join(', and ');
  if (difference === null)
    return `You signed ${signed.says.length === 0 ? `the right text ${manner.join(', ')}` : what}. The server's signing string: ${shown(ours)} — none of its ${ours.length} bytes differs.`;
  return `You signed ${what}. The server's signing string: ${shown(ours)} — yours: ${shown(signed.bytes)} — ${inWords(difference)}.`;
}

const asked = (ours: Uint8Array): string =>
  `The server's signing string (${ours.length} bytes, md5 without the key ${digestOf('md5', ours).toString('hex')}): ${shown(ours)}`;

function explainMd5(form: ReceivedForm, ours: Uint8Array, accused: Accused): string {
  const { classicMd5Key: key } = accused.access.merchant;
  const given = plainSigns(accused.sign);
  const fits = (hash: 'md5' | 'sha1' | 'sha256', ...parts: (Uint8Array | string)[]): boolean =>
    given.some((digest) => sameDigest(digestOf(hash, ...parts), digest));
  for (const text of textsOf(form, ours))
    if (fits('md5', text.bytes, key)) return said(ours, text, encodingSaid(accused.sign));
  for (const text of textsOf(form, ours, 1))
    for (const place of keyPlaces(text.bytes, key))
      if (given.some((digest) => sameDigest(place.digest, digest))) {
        const right = Buffer.concat([ours, Buffer.from('{key}')]);
        return said(right, { says: text.says, bytes: place.shown }, [place.says]);
      }
  const hash = (['sha1', 'sha256'] as const).find((name) => fits(name, ours, key));
  if (hash !== undefined)
    return said(ours, { says: [], bytes: ours }, [`with ${hashTitles[hash]} instead of MD5`]);
  const other = accused.others.find(({ merchant }) => fits('md5', ours, merchant.classicMd5Key));
  if (other !== undefined)
    return said(ours, { says: [], bytes: ours }, [`with the key of partner ${other.merchant.partner}`]);
  return `${asked(ours)} — then the key with nothing between. None of the usual mistakes explains your signature: is the key the one of this partner?`;
}

const encodingSaid = (sign: string): string[] =>
  /^[0-9a-f]{32}$/i.test(sign.trim()) ? [] : ['sent the MD5 in another way than as 32 hex digits'];

function explainRsa(form: ReceivedForm, ours: Uint8Array, accused: Accused): string {
  const { access, others, signType } = accused;
  const right = signType === 'RSA' ? ['sha1', 'sha256'] : ['sha256'];
  const keys = [access, ...others].flatMap(({ merchant, keys: theirs }) =>
    theirs.map(({ publicKey }) => ({
      publicKey,
      manner: merchant === access.merchant ? [] : [`with the private key of partner ${merchant.partner}`],
    })),
  );
  for (const { says, bytes } of readingsOf(repairedBase64(accused.sign)))
    for (const { publicKey, manner } of keys.slice(0, 100)) {
      const found = openSignature(publicKey, bytes);
      if (found?.padding !== 'pkcs1') continue;
      const ways = [
        ...(right.includes(found.hash) ? [] : [`with ${hashTitles[found.hash]}, not as ${signType} does`]),
        ...(found.bare ? ['with the bare digest (without its DigestInfo)'] : []),
        ...manner,
        ...(says === '' ? [] : [`sent the signature ${says}`]),
      ];
      for (const text of textsOf(form, ours))
        if (sameDigest(digestOf(found.hash, text.bytes), found.digest)) return said(ours, text, ways);
      return `You signed another text ${ways.join(', ')}. ${asked(ours)}. None of the usual mistakes explains your signature.`;
    }
  return `${asked(ours)}. No key that is known here made your signature by PKCS#1 v1.5: another private key, or PSS padding?`;
}
