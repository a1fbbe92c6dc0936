// What a shop sent, taken apart: query and body as one set of parameters, each with its bytes as they were (signatures
// are over bytes) and its text in the request's charset (reference, section 1.2).
import { type Charset, charsetOf, decodeText, encodeText } from './charset.ts';

export interface ReceivedParameter {
  readonly bytes: Uint8Array;
  readonly text: string;
}

export interface ReceivedForm {
  readonly charset: Charset;
  readonly parameters: ReadonlyMap<string, ReceivedParameter>;
}

export type UnreadableForm = {
  readonly unreadable: 'ILLEGAL_CHARSET' | 'ILLEGAL_ENCODING' | 'ILLEGAL_ARGUMENT';
  readonly why: string;
};

const maxParameters = 200;
const hexOf = (code: number): number => {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
};

/** Percent-decoding over bytes; a blank may come as a plus. A percent sign that is no escape stands for itself. */
export function percentDecode(from: Uint8Array): Uint8Array {
  const out = new Uint8Array(from.length);
  let length = 0;
  for (let at = 0; at < from.length; at++) {
    const byte = from[at]!;
    const high = byte === 37 && at + 2 < from.length ? hexOf(from[at + 1]!) : -1;
    const low = high < 0 ? -1 : hexOf(from[at + 2]!);
    if (low >= 0) {
      out[length++] = high * 16 + low;
      at += 2;
    } else out[length++] = byte === 43 ? 32 : byte;
  }
  return out.slice(0, length);
}

function* pairsOf(form: Uint8Array): Generator<readonly [Uint8Array, Uint8Array]> {
  for (let start = 0; start < form.length; ) {
    let end = form.indexOf(38, start);
    if (end < 0) end = form.length;
    const pair = form.subarray(start, end);
    const equals = pair.indexOf(61);
    if (pair.length > 0) {
      yield equals < 0
        ? [percentDecode(pair), new Uint8Array()]
        : [percentDecode(pair.subarray(0, equals)), percentDecode(pair.subarray(equals + 1))];
    }
    start = end + 1;
  }
}

const same = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && left.every((byte, index) => byte === right[index]);

/**
 * The union of query and body. Equal doubles count as one, unequal ones are ILLEGAL_ARGUMENT. Without `_input_charset`
 * it is GBK by the documents; bytes that are no GBK are then tried as UTF-8, since shops do leave it out.
 */
export function readForm(query: string, body: Uint8Array): ReceivedForm | UnreadableForm {
  const found = new Map<string, Uint8Array>();
  for (const part of [new TextEncoder().encode(query), body]) {
    for (const [name, value] of pairsOf(part)) {
      const key = decodeText(name, 'UTF-8');
      if (key === null || key.length > 128)
        return { unreadable: 'ILLEGAL_ARGUMENT', why: 'a parameter’s name' };
      const former = found.get(key);
      if (former !== undefined && !same(former, value))
        return { unreadable: 'ILLEGAL_ARGUMENT', why: 'a parameter came twice with two values' };
      if (found.size >= maxParameters) return { unreadable: 'ILLEGAL_ARGUMENT', why: 'too many parameters' };
      found.set(key, value);
    }
  }
  return withCharset(found);
}

/** The same for values that came another way (multipart). */
export function withCharset(found: ReadonlyMap<string, Uint8Array>): ReceivedForm | UnreadableForm {
  const named = found.get('_input_charset');
  const name = named === undefined || named.length === 0 ? null : decodeText(named, 'UTF-8');
  const stated = name === null ? null : charsetOf(name);
  if (named !== undefined && named.length > 0 && stated === null)
    return { unreadable: 'ILLEGAL_CHARSET', why: '_input_charset is neither UTF-8 nor GBK' };
  for (const charset of stated === null ? (['GBK', 'UTF-8'] as const) : [stated]) {
    const parameters = new Map<string, ReceivedParameter>();
    for (const [key, bytes] of found) {
      // What is not signed must not decide in which charset the signed values are read.
      const isSigned = key !== 'sign' && key !== 'sign_type';
      if (!isSigned && bytes.some((byte) => byte >= 0x80))
        return { unreadable: 'ILLEGAL_ENCODING', why: `${key} is not ASCII` };
      const text = decodeText(bytes, charset);
      if (text === null) break;
      // No text that people write has one, and no database keeps it.
      if (text.includes('\u0000'))
        return { unreadable: 'ILLEGAL_ARGUMENT', why: `the parameter ${key} has a NUL character` };
      parameters.set(key, { bytes, text });
    }
    if (parameters.size === found.size) return { charset, parameters };
  }
  return { unreadable: 'ILLEGAL_ENCODING', why: 'a value is no text in the charset' };
}

/** As a form body or a query, in the charset. */
export function formOf(parameters: Readonly<Record<string, string>>, charset: Charset): string {
  const escaped = (text: string): string =>
    [...encodeText(text, charset)]
      .map((byte) => {
        const character = String.fromCharCode(byte);
        return /[A-Za-z0-9_.~-]/.test(character)
          ? character
          : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
      })
      .join('');
  return Object.entries(parameters)
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .join('&');
}
