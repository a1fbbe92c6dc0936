// Where two texts part: the offset of the first byte that differs, and what stands there on either side, as text that a
// terminal can print.

export interface Difference {
  /** Counted from 0 in the whole text. */
  readonly byte: number;
  /** What stands there, escaped; empty at the end of a text. */
  readonly expected: string;
  readonly given: string;
}

/** Null when the texts are the same. `shown` is how many bytes of either side are shown at most. */
export function firstDifference(expected: Uint8Array, given: Uint8Array, shown = 16): Difference | null {
  const shorter = Math.min(expected.length, given.length);
  let byte = 0;
  while (byte < shorter && expected[byte] === given[byte]) byte++;
  if (byte === shorter && expected.length === given.length) return null;
  const side = (bytes: Uint8Array): string => printable(bytes.subarray(byte, byte + shown));
  return { byte, expected: side(expected), given: side(given) };
}

/** Bytes as text: UTF-8 where it is some, `\n` `\r` `\t`, and `\xNN` for what cannot be printed. */
export function printable(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const { length, character } = characterAt(bytes, at);
    text += character;
    at += length;
  }
  return text;
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function characterAt(bytes: Uint8Array, at: number): { length: number; character: string } {
  const first = bytes[at]!;
  const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const escaped = { length: 1, character: `\\x${first.toString(16).padStart(2, '0')}` };
  if (at + length > bytes.length) return escaped;
  try {
    const character = strict.decode(bytes.subarray(at, at + length));
    if (named[character] !== undefined) return { length, character: named[character] };
    // Marks, blanks that look like others, and control characters would hide what differs.
    return /^[\x20-\x7e\p{L}\p{N}\p{P}\p{S}]$/u.test(character) ? { length, character } : escaped;
  } catch {
    return escaped;
  }
}

const quoted = (side: string): string => (side === '' ? 'the end' : `"${side}"`);

/** As a part of a sentence. */
export const inWords = ({ byte, expected, given }: Difference, verb = 'signed'): string =>
  `the first difference is at byte ${byte}: expected ${quoted(expected)}, ${verb} ${quoted(given)}`;
