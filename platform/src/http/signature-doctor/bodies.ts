// The bodies that a shop may have signed in place of the bytes that it sent: written again by another library, with
// other line ends, in another charset. All made from the bytes that arrived; the number is bounded.
import { createHash } from 'node:crypto';
import { encodeText } from '@tongbao/protocol/gateway';

export interface OtherBody {
  /** Goes on after "you signed". */
  readonly says: string;
  readonly body: Buffer;
}

type Json = null | boolean | string | object | readonly Json[];

interface Style {
  readonly says: string;
  readonly comma: string;
  readonly colon: string;
  /** What one level is indented by; null for one line. */
  readonly indent: string | null;
}

const styles: readonly Style[] = [
  { says: 'as compact JSON', comma: ',', colon: ':', indent: null },
  { says: "with blanks after , and : (Python's json.dumps)", comma: ', ', colon: ': ', indent: null },
  ...['  ', '    ', '\t'].map((indent) => ({
    says: `as indented JSON (${indent === '\t' ? 'tabs' : `${indent.length} blanks`})`,
    ...{ comma: ',', colon: ': ', indent },
  })),
];

const unit = (upper: boolean) => (character: string) => {
  const digits = character.charCodeAt(0).toString(16).padStart(4, '0');
  return `\\u${upper ? digits.toUpperCase() : digits}`;
};
const asciiOnly = (text: string): string => text.replace(/[\u0080-\uffff]/g, unit(false));
const slashes = (text: string): string => text.replaceAll('/', '\\/');

interface Escapes {
  readonly says: string;
  /** Of a string's JSON, as JavaScript writes it. */
  readonly write: (text: string) => string;
}

const escapes: readonly Escapes[] = [
  { says: '', write: (text) => text },
  { says: String.raw`non-ASCII characters as \u escapes`, write: asciiOnly },
  {
    says: String.raw`non-ASCII characters as \u escapes in capitals`,
    write: (text) => text.replace(/[\u0080-\uffff]/g, unit(true)),
  },
  { says: String.raw`slashes as \/`, write: slashes },
  {
    says: String.raw`slashes as \/, non-ASCII characters as \u escapes (PHP's json_encode)`,
    write: (text) => asciiOnly(slashes(text)),
  },
  {
    says: String.raw`< > & as \u escapes (Go's encoding/json)`,
    write: (text) => text.replace(/[<>&\u2028\u2029]/g, unit(false)),
  },
];

interface Shape {
  readonly says: string;
  readonly of: (fields: readonly (readonly [string, Json])[]) => readonly (readonly [string, Json])[];
}

const shapes: readonly Shape[] = [
  { says: '', of: (fields) => fields },
  { says: 'keys sorted', of: (fields) => [...fields].sort(([left], [right]) => (left < right ? -1 : 1)) },
  { says: 'keys in the opposite order', of: (fields) => [...fields].reverse() },
  { says: 'null fields left out', of: (fields) => fields.filter(([, value]) => value !== null) },
];

/** A number stays as it was written: 1.0 is not 1. */
class Literal {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

/** Undefined when the text is no JSON, or so deep that nobody wrote it by hand or by a library. */
export function parsedJson(text: string): Json | undefined {
  const reviver = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' ? new Literal(context?.source ?? String(value)) : value;
  try {
    const json = JSON.parse(text.replace(/^\ufeff/, ''), reviver) as Json;
    return depthOf(json) <= maxDepth ? json : undefined;
  } catch {
    return undefined;
  }
}

const maxDepth = 32;
const depthOf = (value: Json): number =>
  typeof value === 'object' && value !== null && !(value instanceof Literal)
    ? 1 + Math.max(0, ...Object.values(value).map((inner) => depthOf(inner as Json)))
    : 0;

function written(json: Json, how: { style: Style; way: Escapes; shape: Shape }, level = 0): string {
  if (json instanceof Literal) return json.source;
  if (typeof json === 'string') return how.way.write(JSON.stringify(json));
  if (typeof json !== 'object' || json === null) return String(json);
  const { comma, colon, indent } = how.style;
  const parts = Array.isArray(json)
    ? json.map((value: Json) => written(value, how, level + 1))
    : how.shape
        .of(Object.entries(json) as [string, Json][])
        .map(
          ([name, value]) =>
            `${how.way.write(JSON.stringify(name))}${colon}${written(value, how, level + 1)}`,
        );
  const [open, close] = Array.isArray(json) ? '[]' : '{}';
  if (parts.length === 0 || indent === null) return `${open}${parts.join(comma)}${close}`;
  const line = `\n${indent.repeat(level + 1)}`;
  return `${open}${line}${parts.join(`${comma}${line}`)}\n${indent.repeat(level)}${close}`;
}

const unlike = (bodies: readonly OtherBody[], sent: Buffer): OtherBody[] => {
  const seen = new Set([sent.toString('latin1')]);
  return bodies.filter(({ body }) => {
    const key = body.toString('latin1');
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
};

function saidOf(style: Style, way: Escapes, shape: Shape): string {
  const more = [way.says, shape.says].filter((said) => said !== '').map((said) => `with ${said}`);
  return `the body ${[style.says, ...more].join(', ')}, not the bytes you sent`;
}

/** Every one is different from what was sent and from each other. The plainest mistakes come first. */
export function otherBodies(sent: Buffer): OtherBody[] {
  const text = sent.toString('utf8');
  const json = parsedJson(text);
  const rewritten = (json === undefined ? [] : shapes).flatMap((shape) =>
    escapes.flatMap((way) =>
      styles.map((style) => ({
        says: saidOf(style, way, shape),
        body: Buffer.from(written(json!, { style, way, shape })),
      })),
    ),
  );
  return unlike([...otherBytes(sent, text), ...rewritten], sent);
}

function otherBytes(sent: Buffer, text: string): OtherBody[] {
  const of = (says: string, body: string | Buffer) => ({ says, body: Buffer.from(body) });
  const unmarked = text.replace(/^\ufeff/, '');
  return [
    of('a body with a line end after it', `${text}\n`),
    of('a body with CR LF after it', `${text}\r\n`),
    of('the body without the byte order mark that you sent', unmarked),
    of('a byte order mark before the body', `\ufeff${unmarked}`),
    of('a body without the white space around it', text.trim()),
    of('a body with CR LF line ends, but sent LF', text.replace(/\r?\n/g, '\r\n')),
    of('a body with LF line ends, but sent CR LF', text.replaceAll('\r\n', '\n')),
    of('an empty body', ''),
    of('the body as JSON text in quotes (encoded twice)', JSON.stringify(text)),
    of('the body in GBK, but sent it in UTF-8', Buffer.from(encodeText(text, 'GBK'))),
    of('the body in Latin-1, but sent it in UTF-8', Buffer.from(text, 'latin1')),
    of('the body in UTF-8, but sent it in Latin-1', sent.toString('latin1')),
    of('the body percent-encoded', encodeURIComponent(text.toWellFormed())),
    of('the body in base64', sent.toString('base64')),
    of('the SHA-256 of the body in hex', createHash('sha256').update(sent).digest('hex')),
    of('the body with HTML entities', text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')),
    of('the body with &amp; for &', text.replaceAll('&', '&amp;')),
  ];
}

const maxShuffledKeys = 7;

/** The body's own fields in every other order, compact and as Python writes it: for a last try. */
export function* shuffledBodies(sent: Buffer): Generator<OtherBody> {
  const json = parsedJson(sent.toString('utf8'));
  if (typeof json !== 'object' || json === null || Array.isArray(json) || json instanceof Literal) return;
  const fields = Object.entries(json) as [string, Json][];
  if (fields.length < 2 || fields.length > maxShuffledKeys) return;
  for (const style of styles.slice(0, 2)) {
    const how = { style, way: escapes[0]!, shape: shapes[0]! };
    const parts = fields.map(
      ([name, value]) => `${JSON.stringify(name)}${style.colon}${written(value, how)}`,
    );
    for (const order of ordersOf(parts))
      yield {
        says: `the body ${style.says}, with keys in another order, not the bytes you sent`,
        body: Buffer.from(`{${order.join(style.comma)}}`),
      };
  }
}

function* ordersOf<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  if (items.length <= 1) yield items;
  else
    for (const [at, item] of items.entries())
      for (const rest of ordersOf(items.toSpliced(at, 1))) yield [item, ...rest];
}
