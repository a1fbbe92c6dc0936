// The sandbox's signature doctor: tries the mistakes that shops make, and shows our signing string, theirs where one of
// the mistakes explains the signature, and the first byte that differs (reference, section 9).
import { createHash } from 'node:crypto';
import { type ReceivedForm, receivedSigningBytes, type SignType } from '@tongbao/protocol/gateway';
import type { MerchantAccess } from '../../merchants/index.ts';
import { isSignedBy } from './signing.ts';

interface Mistake {
  readonly says: string;
  readonly bytes: Uint8Array;
}

const shown = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8').slice(0, 1_500);

export async function explainSignature(
  access: MerchantAccess,
  form: ReceivedForm,
  how: { signType: SignType; sign: string; now: Date },
): Promise<string> {
  const ours = receivedSigningBytes(form.parameters);
  for (const mistake of mistakesOf(form, ours)) {
    if (!(await isSignedBy(access, { ...how, bytes: mistake.bytes }, how.now))) continue;
    const at = firstDifference(ours, mistake.bytes);
    return `You signed ${mistake.says}. The server's signing string: ${shown(ours)} — yours: ${shown(mistake.bytes)} — the first difference is at byte ${at}.`;
  }
  const md5 = createHash('md5').update(ours).digest('hex');
  return `The server's signing string (${ours.length} bytes, md5 without the key ${md5}): ${shown(ours)} — then the key with nothing between. None of the usual mistakes explains your signature: is the key the one of this partner?`;
}

/** As if every blank had been a plus: what a shop signs that does not escape its values. */
const withPlus = (form: ReceivedForm): ReceivedForm['parameters'] =>
  new Map(
    [...form.parameters].map(([name, { text, bytes }]) => [
      name,
      { text, bytes: bytes.map((byte) => (byte === 0x20 ? 0x2b : byte)) },
    ]),
  );

function firstDifference(left: Uint8Array, right: Uint8Array): number {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at++;
  return at;
}

function mistakesOf(form: ReceivedForm, ours: Uint8Array): Mistake[] {
  const all = [...form.parameters].map(([name, { text }]) => [name, text] as const);
  const unsigned = all.filter(([name]) => name !== 'sign' && name !== 'sign_type');
  const sorted = [...unsigned].sort(([a], [b]) => (a < b ? -1 : 1));
  const kept = sorted.filter(([, text]) => text !== '');
  const joined = (pairs: readonly (readonly [string, string])[], write = (text: string) => text): Buffer =>
    Buffer.from(pairs.map(([name, text]) => `${name}=${write(text)}`).join('&'));
  const percent = (text: string): string => encodeURIComponent(text);
  const withType = [...all.filter(([name, text]) => name !== 'sign' && text !== '')];
  return [
    { says: 'UTF-8 bytes, but named another charset', bytes: joined(kept) },
    {
      says: 'what arrived as a blank with a plus: a plus in a value was not written as %2B, or blanks were signed in their form encoding',
      bytes: receivedSigningBytes(withPlus(form)),
    },
    { says: 'percent-encoded values', bytes: joined(kept, percent) },
    {
      says: 'form-encoded values (a plus for a blank)',
      bytes: joined(kept, (text) => percent(text).replaceAll('%20', '+')),
    },
    { says: 'sign_type too', bytes: joined(withType.sort(([a], [b]) => (a < b ? -1 : 1))) },
    { says: 'empty parameters too', bytes: joined(sorted) },
    {
      says: 'parameters in the order sent, not sorted',
      bytes: joined(unsigned.filter(([, text]) => text !== '')),
    },
    { says: 'without _input_charset', bytes: joined(kept.filter(([name]) => name !== '_input_charset')) },
    { says: 'without service', bytes: joined(kept.filter(([name]) => name !== 'service')) },
    { says: 'a 0 as if it were empty', bytes: joined(kept.filter(([, text]) => text !== '0')) },
    { says: '&amp; for &', bytes: Buffer.from(Buffer.from(ours).toString('utf8').replaceAll('&', '&amp;')) },
    { says: 'an & before the key', bytes: Buffer.concat([ours, Buffer.from('&')]) },
    { says: '&key= before the key', bytes: Buffer.concat([ours, Buffer.from('&key=')]) },
  ];
}
