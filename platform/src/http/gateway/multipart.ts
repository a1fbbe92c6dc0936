// The one multipart request of the protocol (forex_refund_file), taken apart: its fields and its one file. Bounded by
// the body's own limit.
export interface Multipart {
  readonly fields: ReadonlyMap<string, Buffer>;
  readonly file: Uint8Array | null;
}

const maxSections = 50;

/** Null when the body is not what its content type says. */
export function readMultipart(contentType: string, body: Buffer): Multipart | null {
  const boundary = /^multipart\/form-data;.*\bboundary="?([^";]{1,70})"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return null;
  const mark = Buffer.from(`--${boundary}`);
  const fields = new Map<string, Buffer>();
  let file: Uint8Array | null = null;
  let start = body.indexOf(mark);
  for (let sections = 0; start >= 0 && sections < maxSections; sections++) {
    const end = body.indexOf(mark, start + mark.length);
    if (end < 0) return { fields, file };
    const section = body.subarray(start + mark.length + 2, end - 2);
    const split = section.indexOf('\r\n\r\n');
    if (split < 0) return null;
    const head = section.subarray(0, split).toString('utf8');
    const name = /\bname="([^"]{1,128})"/i.exec(head)?.[1];
    const content = section.subarray(split + 4);
    if (name === undefined) return null;
    if (/\bfilename=/i.test(head) || name === 'refund_file') file = content;
    else if (fields.get(name)?.equals(content) === false) return null;
    else fields.set(name, content);
    start = end;
  }
  return null;
}
