// The gateway's charsets, UTF-8 and GBK, in both directions, for browsers and Node alike. Platforms decode GBK but do
// not encode it, so the encoder is the decoder's table turned round, made at the first use.

export type Charset = 'UTF-8' | 'GBK';

/** By any of its names, in any letter case; GB2312 is a part of GBK. Null for a charset that is not served. */
export function charsetOf(name: string): Charset | null {
  switch (name.toUpperCase()) {
    case 'UTF-8':
    case 'UTF8':
      return 'UTF-8';
    case 'GBK':
    case 'GB2312':
    case 'GB18030':
      return 'GBK';
    default:
      return null;
  }
}

/** Null when the bytes are no text of that charset. */
export function decodeText(bytes: Uint8Array, charset: Charset): string | null {
  try {
    const label = charset === 'GBK' ? 'gbk' : 'utf-8';
    return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

let gbkTable: ReadonlyMap<string, readonly [number, number]> | null = null;

function gbkBytes(): ReadonlyMap<string, readonly [number, number]> {
  if (gbkTable !== null) return gbkTable;
  const table = new Map<string, readonly [number, number]>();
  const decoder = new TextDecoder('gbk');
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      if (trail === 0x7f) continue;
      const character = decoder.decode(Uint8Array.of(lead, trail));
      if ([...character].length !== 1 || character === '\ufffd' || table.has(character)) continue;
      table.set(character, [lead, trail]);
    }
  }
  gbkTable = table;
  return table;
}

/** `instead` says what stands for a character that GBK does not have: a question mark unless told. */
export function encodeText(
  text: string,
  charset: Charset,
  instead: (character: string) => string = () => '?',
): Uint8Array {
  if (charset === 'UTF-8') return new TextEncoder().encode(text);
  const table = gbkBytes();
  const bytes: number[] = [];
  const put = (character: string, otherwise: (character: string) => string): void => {
    const code = character.codePointAt(0)!;
    const pair = table.get(character);
    if (code < 0x80) bytes.push(code);
    else if (pair !== undefined) bytes.push(pair[0], pair[1]);
    else for (const other of otherwise(character)) put(other, () => '?');
  };
  for (const character of text) put(character, instead);
  return Uint8Array.from(bytes);
}
