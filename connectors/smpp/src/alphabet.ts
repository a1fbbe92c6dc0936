// Which alphabet a text is sent in, and its parts. Pure.
//
// GSM 03.38 has seven bits a character; message centres take one octet each and pack them. What is not in it goes as UCS-2 (UTF-16,
// big end first). A long text goes in parts with a header (UDH) that says which of them each is: phones put them together.

export type Alphabet = 'gsm' | 'ucs2';

export interface Part {
  /** With its header in front, where there is one. */
  readonly octets: Buffer;
  readonly hasHeader: boolean;
}

export interface Encoded {
  readonly alphabet: Alphabet;
  readonly parts: readonly Part[];
}

const basic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const extended: Readonly<Record<string, number>> = {
  '\f': 0x0a,
  '^': 0x14,
  '{': 0x28,
  '}': 0x29,
  '\\': 0x2f,
  '[': 0x3c,
  '~': 0x3d,
  ']': 0x3e,
  '|': 0x40,
  '€': 0x65,
};
const escapeCode = 0x1b;

const codes: ReadonlyMap<string, readonly number[]> = new Map([
  ...[...basic].flatMap((sign, code): [string, number[]][] => (code === escapeCode ? [] : [[sign, [code]]])),
  ...Object.entries(extended).map(([sign, code]): [string, number[]] => [sign, [escapeCode, code]]),
]);

/** Octets that one message carries, with and without a header of six octets (seven septets). */
const room = { gsm: { whole: 160, part: 153 }, ucs2: { whole: 140, part: 134 } } as const;
const maxParts = 10;

/** `group`: 0–255, the same in all parts of a text. Throws for a text that does not fit into ten messages. */
export function encode(text: string, { prefer, group }: { prefer: Alphabet; group: number }): Encoded {
  const alphabet: Alphabet = prefer === 'gsm' && [...text].every((sign) => codes.has(sign)) ? 'gsm' : 'ucs2';
  // Signs stay whole: neither an escape nor half of a surrogate pair ends a part.
  const signs = [...text].map((sign) => Buffer.from(alphabet === 'gsm' ? codes.get(sign)! : utf16(sign)));
  const total = signs.reduce((sum, sign) => sum + sign.length, 0);
  const { whole, part } = room[alphabet];
  if (total <= whole) return { alphabet, parts: [{ octets: Buffer.concat(signs), hasHeader: false }] };
  const bodies: Buffer[][] = [[]];
  let filled = 0;
  for (const sign of signs) {
    if (filled + sign.length > part) {
      bodies.push([]);
      filled = 0;
    }
    bodies.at(-1)!.push(sign);
    filled += sign.length;
  }
  if (bodies.length > maxParts) throw new Error(`a text of ${bodies.length} messages is not sent`);
  const parts = bodies.map((body, index) => ({
    octets: Buffer.concat([Buffer.from([5, 0, 3, group, bodies.length, index + 1]), ...body]),
    hasHeader: true,
  }));
  return { alphabet, parts };
}

/** Big end first. */
const utf16 = (sign: string): Buffer => Buffer.from(sign, 'utf16le').swap16();
