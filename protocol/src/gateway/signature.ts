// The signing string (reference, section 1.3): every parameter but `sign` and `sign_type`, without those whose value is
// empty, sorted by name, `name=value` joined with `&`, as bytes of the charset.
import { type Charset, encodeText } from './charset.ts';
import type { ReceivedParameter } from './form.ts';

export const signTypes = ['MD5', 'RSA', 'RSA2'] as const;
export type SignType = (typeof signTypes)[number];

const isSigned = (name: string): boolean => name !== 'sign' && name !== 'sign_type';
/** Names come once each. */
const byName = ([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number =>
  left < right ? -1 : 1;

/** Of what we say ourselves. */
export function signingText(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .filter(([name, value]) => isSigned(name) && value !== '')
    .sort(byName)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

export const signingBytes = (parameters: Readonly<Record<string, string>>, charset: Charset): Uint8Array =>
  encodeText(signingText(parameters), charset);

/** Of what was received: the very bytes, so that nothing depends on reading and writing them again. */
export function receivedSigningBytes(parameters: ReadonlyMap<string, ReceivedParameter>): Uint8Array {
  const kept = [...parameters].filter(([name, { bytes }]) => isSigned(name) && bytes.length > 0).sort(byName);
  const parts: Uint8Array[] = [];
  for (const [index, [name, { bytes }]] of kept.entries())
    parts.push(new TextEncoder().encode(`${index === 0 ? '' : '&'}${name}=`), bytes);
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Blanks where a plus was not escaped, and line breaks inside: what real clients do to base64 (section 1.2, 1.3). */
export const repairedBase64 = (sign: string): string => sign.replace(/[\r\n\t]/g, '').replaceAll(' ', '+');
