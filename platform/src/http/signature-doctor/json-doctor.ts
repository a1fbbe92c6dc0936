// The signature doctor of the JSON gateway: says which mistake explains a signature that does not verify, and at which
// byte the signed text parts from the right one.
//
// It is no help for forging. It never signs and holds no private key: all that it says can be computed by anybody from
// the request, the signature and public keys, and a request that it explains stays refused. It runs in a sandbox only,
// and its work is bounded by what it may hash.
import { constants, type KeyObject, verify } from 'node:crypto';
import { type Asked, bytesOf, headOf, rightContent } from './contents.ts';
import { firstDifference, inWords } from './difference.ts';
import { plainCandidates, type Signed, searchText } from './search.ts';
import { type Found, type HashName, hashTitles, openSignature, readingsOf } from './signature-reading.ts';

export interface KnownKey {
  readonly key: KeyObject;
  /** Whose private key it belongs to, after "with the private key of"; null for the one that should have signed. */
  readonly of: string | null;
}

export interface Suspect {
  readonly asked: Asked;
  /** The value of `signature=` in the header, as it was sent. */
  readonly sent: string;
  /** The right one first. */
  readonly keys: readonly KnownKey[];
}

const maxKeys = 100;
const maxMessage = 256;

/** One sentence of at most 256 characters. */
export function explainSignature({ asked, sent, keys }: Suspect): string {
  const readings = readingsOf(sent);
  for (const reading of readings)
    for (const known of keys.slice(0, maxKeys)) {
      const found = openSignature(known.key, reading.bytes);
      const diagnosis = found === null ? null : diagnose({ asked, sent, found, known, reading });
      if (diagnosis !== null) return diagnosis;
    }
  const first = readings[0]?.bytes;
  const why = first === undefined ? 'the signature is not base64' : unopened(first, keys[0]);
  return cut(`${why}; ${expectedSaid(asked)}`);
}

const cut = (text: string): string => `signature mismatch: ${text}`.slice(0, maxMessage);

/** Of a signature that no key opens: is it of this key's size at all? */
function unopened(signature: Buffer, right: KnownKey | undefined): string {
  const { length } = signature;
  const expected = (right?.key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  if (length !== expected)
    return `the signature has ${length} bytes, and one of this key has ${expected}: no RSA with this key`;
  return right !== undefined && openSignature(right.key, signature) !== null
    ? 'you signed another text with PSS instead of PKCS#1 v1.5 padding'
    : 'no key that is known here made this signature: another private key?';
}

const expectedSaid = (asked: Asked): string =>
  `expected RSA-SHA256 over ${JSON.stringify(headOf(rightContent(asked)))} + the ${asked.body.length} body bytes as sent`;

interface Case {
  readonly asked: Asked;
  readonly sent: string;
  readonly found: Found;
  readonly known: KnownKey;
  readonly reading: { says: string; bytes: Buffer };
}

function diagnose(of: Case): string | null {
  const { asked, found, known, reading } = of;
  const signed =
    found.padding === 'pss'
      ? searchPss(asked, known.key, reading.bytes)
      : { hash: found.hash, text: searchText(asked, found.hash, found.digest) };
  if (signed === null) return null;
  const manner = [
    ...(signed.hash === 'sha256' ? [] : [`with ${hashTitles[signed.hash]} instead of SHA-256`]),
    ...(found.padding === 'pss' ? ['with PSS instead of PKCS#1 v1.5 padding'] : []),
    ...(found.padding === 'pkcs1' && found.bare ? ['the bare digest (without its DigestInfo)'] : []),
    ...(known.of === null ? [] : [`with the private key of ${known.of}`]),
  ];
  if (signed.text === null)
    return cut(
      `you signed another text${manner.map((way) => ` ${way}`).join('')}; POST /sandbox/signature with it shows the first byte that differs; ${expectedSaid(asked)}`,
    );
  return sentence(of, signed.text, manner);
}

/** With as much of both sides as the message has room for. */
function sentence({ asked, sent, reading }: Case, signed: Signed, manner: readonly string[]): string {
  const what = [signed.says.length === 0 ? 'the right text' : signed.says.join(' and '), ...manner].join(' ');
  const wrote = reading.says === '' ? '' : `, and sent the signature ${reading.says}`;
  const right = bytesOf(rightContent(asked));
  for (const shown of [16, 12, 8, 4, 2]) {
    const inText = firstDifference(right, signed.text, shown);
    const inHeader = firstDifference(Buffer.from(headerValue(reading.bytes)), Buffer.from(sent), shown);
    const where =
      inText !== null
        ? inWords(inText)
        : reading.says !== '' && inHeader !== null
          ? `in the header, ${inWords(inHeader, 'sent')}`
          : `none of its ${right.length} bytes differs`;
    const text = `you signed ${what}${wrote}; ${where}`;
    if (text.length <= maxMessage - 'signature mismatch: '.length || shown === 2) return cut(text);
  }
  throw new Error('unreachable');
}

const headerValue = (signature: Buffer): string => encodeURIComponent(signature.toString('base64'));

const pssHashes: readonly HashName[] = ['sha256', 'sha1', 'sha512', 'sha384'];

/** A PSS signature does not show its digest: each text is verified. Null also when it was no PSS signature at all. */
function searchPss(asked: Asked, key: KeyObject, signature: Buffer): { hash: HashName; text: Signed } | null {
  const how = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO };
  let bytes = 0;
  for (const { says, content } of plainCandidates(asked)) {
    const text = bytesOf(content);
    for (const hash of pssHashes) {
      bytes += text.length;
      if (bytes > maxPssBytes) return null;
      if (verify(hash, text, how, signature)) return { hash, text: { says, text } };
    }
  }
  return null;
}

const maxPssBytes = 64 * 1024 * 1024;
