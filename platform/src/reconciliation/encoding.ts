// From bytes to text: a byte order mark decides, then what the sender said (charset in Content-Type, or a profile), then
// what the file itself says (XML declaration). Bytes that are not in that encoding are refused, never replaced.
import { StatementUnreadable } from './fields.ts';

/** Of one step: some milliseconds of parsing. */
const chunkBytes = 16 * 1024;
const marks: readonly (readonly [bytes: readonly number[], encoding: string])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];
const begins = (bytes: Uint8Array, with_: readonly number[]): boolean =>
  with_.every((byte, place) => bytes[place] === byte);

/** The encoding that a byte order mark says; null without one. */
const markedEncoding = (bytes: Uint8Array): string | null =>
  marks.find(([mark]) => begins(bytes, mark))?.[1] ?? null;

/** XML 1.0, appendix F: without a mark the first characters "<?" show the width, then the declaration can be read. */
function declaredEncoding(bytes: Uint8Array): string | null {
  if (begins(bytes, [0x3c, 0x00])) return 'utf-16le';
  if (begins(bytes, [0x00, 0x3c])) return 'utf-16be';
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1');
  const declared = /^<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z][\w.:-]{0,40})["']/.exec(head)?.[1] ?? null;
  // A declaration that is readable byte by byte is not in UTF-16: programs that convert a text forget its declaration.
  return declared !== null && /^(utf-?16|ucs-?2|iso-10646-ucs-2)/i.test(declared) ? 'utf-8' : declared;
}

/** The decoded text in pieces. `said`: the encoding that came with the file, null where nothing was said. */
export function* decoded(bytes: Uint8Array, said: string | null, form: 'xml' | 'text'): Generator<string> {
  if (begins(bytes, [0x50, 0x4b, 0x03, 0x04]))
    throw new StatementUnreadable('the file is a ZIP archive: send the files in it one by one');
  const encoding =
    markedEncoding(bytes) ??
    (said === null ? null : said.trim()) ??
    (form === 'xml' ? declaredEncoding(bytes) : null) ??
    (form === 'xml' || isUtf8(bytes) ? 'utf-8' : 'windows-1252');
  const decoder = decoderOf(encoding);
  for (let from = 0; from < bytes.length || from === 0; from += chunkBytes) {
    const last = from + chunkBytes >= bytes.length;
    try {
      yield decoder.decode(bytes.subarray(from, from + chunkBytes), { stream: !last });
    } catch {
      throw new StatementUnreadable(
        `the file is not in the encoding ${encoding}: bytes that it does not have`,
      );
    }
  }
}

function decoderOf(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch {
    throw new StatementUnreadable(`the encoding "${encoding.slice(0, 40)}" is not known`);
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
