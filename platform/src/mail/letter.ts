// A letter: to whom, about what, in plain words; what may stand in it, and how it looks in a mail program that shows HTML. Pure.

export interface Letter {
  readonly to: string;
  /** One line, at most 200 characters. */
  readonly subject: string;
  /** Paragraphs with an empty line between them. A paragraph that is a link alone becomes a button. */
  readonly text: string;
  /** What it is about, 1–100 characters: queued again under the same reference, it is not written again. */
  readonly reference: string;
}

const maxAddress = 254;
const maxLocal = 64;
const maxSubject = 200;
const maxText = 10_000;
const maxReference = 100;

const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const address = new RegExp(
  `^(${atom}(?:\\.${atom})*)@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9])$`,
);

/**
 * Whether mail goes to such an address: the plain form of RFC 5321 with a domain name. Quoted names, address literals and
 * letters beyond ASCII are none; an international domain is written as `xn--…`.
 */
export function isMailAddress(text: string): boolean {
  if (text.length > maxAddress) return false;
  const [, local] = address.exec(text) ?? [];
  return local !== undefined && local.length <= maxLocal;
}

/** What is wrong with a letter, in words; null for nothing. No line of it can become a header. */
export function faultOf({ to, subject, text, reference }: Letter): string | null {
  if (!isMailAddress(to)) return 'the recipient is no mail address';
  if (subject === '' || subject.length > maxSubject) return `a subject has 1 to ${maxSubject} characters`;
  if (/\p{Cc}|[\u2028\u2029]/u.test(subject)) return 'a subject is one line';
  if (text.trim() === '' || text.length > maxText) return `a text has 1 to ${maxText} characters`;
  if (/(?!\n)\p{Cc}/u.test(text)) return 'a text has no control characters';
  if (reference === '' || reference.length > maxReference)
    return `a reference has 1 to ${maxReference} characters`;
  return null;
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => escapes[sign]!);

const font = "font-family:-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',sans-serif";
const button =
  'display:inline-block;padding:12px 20px;border-radius:8px;background:#0f4c81;color:#ffffff;text-decoration:none;word-break:break-all';

/** The same words as HTML: no pictures, nothing that is fetched from anywhere. */
export function htmlOf(text: string): string {
  const paragraphs = text
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) => {
      const isLink = /^https?:\/\/\S+$/.test(paragraph);
      const words = escaped(paragraph).replaceAll('\n', '<br>');
      return isLink
        ? `<p style="margin:24px 0"><a href="${words}" style="${button}">${words}</a></p>`
        : `<p style="margin:0 0 16px">${words}</p>`;
    });
  return `<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head><body style="margin:0;padding:24px;background:#f5f6f8"><div style="max-width:560px;margin:0 auto;padding:32px;background:#ffffff;border-radius:12px;color:#1d2733;font-size:16px;line-height:1.6;${font}">${paragraphs.join('')}</div></body></html>`;
}
