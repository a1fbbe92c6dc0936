// What a bank's file is, and whether all of it is there: banks write under the final name, and slowly.
import type { FileKind } from './journal.ts';

/** How much of a file says what it is. */
const head = 8_192;
const tail = 512;

/** Letters and marks without what UTF-16 puts between them. */
const plain = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1').replaceAll('\0', '');

export const kindOf = (bytes: Uint8Array): FileKind =>
  /<(?:[\w.-]+:)?CstmrPmtStsRpt[\s>]/.test(plain(bytes.subarray(0, head))) ? 'pain.002' : 'statement';

/** False while a file may still grow; null where its form does not tell. */
export function isWhole(bytes: Uint8Array): boolean | null {
  const text = plain(bytes.subarray(0, head));
  const end = plain(bytes.subarray(-tail));
  if (/^[^<]{0,8}</.test(text)) {
    const root = /<([A-Za-z_][\w.:-]*)[\s>]/.exec(text.replace(/<[?!][^>]*>/g, ''))?.[1];
    return root !== undefined && new RegExp(`</${root.replaceAll('.', '\\.')}\\s*>\\s*$`).test(end);
  }
  if (/^\s*(?:\{1:|:20:)/.test(text)) return /(?:^|\n)-\}?\s*$/.test(end) ? true : null;
  return null;
}

const declared = /^<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/;

/** XML as text: a byte order mark decides, then the declaration. Throws for bytes that the encoding does not have. */
export function xmlText(bytes: Uint8Array): string {
  const marked =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : null;
  const named = declared.exec(plain(bytes.subarray(0, 300)).replace(/^\u00ef\u00bb\u00bf/, ''))?.[1];
  // A declaration that can be read byte by byte is not in UTF-16, whatever it says.
  const label = marked ?? (named === undefined || /^utf-?16/i.test(named) ? 'utf-8' : named);
  return new TextDecoder(label, { fatal: true }).decode(bytes);
}
