// Where shops put the MD5 key, in place of right behind the text, and how they write an MD5 down. The key itself is never
// shown: `{key}` stands for it.
import { createHmac } from 'node:crypto';
import { digestOf } from './doctor-texts.ts';

interface KeyPlace {
  readonly says: string;
  readonly digest: Buffer;
  /** The signed text with `{key}` for the key. */
  readonly shown: Buffer;
}

export function keyPlaces(text: Uint8Array, key: string): KeyPlace[] {
  const around = (says: string, before: string, after: string): KeyPlace => ({
    says,
    digest: digestOf('md5', before.replace('{key}', key), text, after.replace('{key}', key)),
    shown: Buffer.concat([Buffer.from(before), text, Buffer.from(after)]),
  });
  const plain = digestOf('md5', text, key);
  return [
    around('&key= before the key', '', '&key={key}'),
    around('&sign= before the key', '', '&sign={key}'),
    around('the key before the text instead of behind it', '{key}', ''),
    around('the key and an & before the text instead of behind it', '{key}&', ''),
    around('the key before and behind the text', '{key}', '{key}'),
    around('no key behind the text', '', ''),
    around('a line end before the key', '', '\n{key}'),
    around('a line end after the key', '', '{key}\n'),
    around('a blank after the key', '', '{key} '),
    {
      ...around('the MD5 once more (hashed twice)', '', '{key}'),
      digest: digestOf('md5', plain.toString('hex')),
    },
    {
      ...around('an HMAC-MD5 with the key instead of an MD5 with the key behind the text', '', ''),
      digest: createHmac('md5', key).update(text).digest(),
    },
  ];
}

/** The digests that a `sign` may mean: hex digits, with anything around them, or base64. At most three. */
export function plainSigns(sign: string): Buffer[] {
  const text = sign.trim().slice(0, 256);
  const unquoted = text.replace(/^["']|["']$/g, '');
  const hex = /^(?:[0-9a-f]{2}){16,64}$/i.test(unquoted) ? [Buffer.from(unquoted, 'hex')] : [];
  const base64 = Buffer.from(text.replaceAll(' ', '+'), 'base64');
  return [...hex, ...([16, 20, 32].includes(base64.length) ? [base64] : [])];
}
