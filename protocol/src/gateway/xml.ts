// The XML envelope (reference, section 1.5). What is signed are the leaves of the first child of `response`; empty
// leaves are left out, so that clients which keep them and clients which drop them agree.
import { type Charset, encodeText } from './charset.ts';

export type Leaves = Readonly<Record<string, string>>;

export interface XmlAnswer {
  /** An error code: then nothing else is said but the request. */
  readonly error?: string;
  /** What a sandbox says about the error. */
  readonly detail?: string;
  /** What was asked, echoed. */
  readonly request?: Leaves;
  /** The one child of `response`, with its leaves. */
  readonly response?: { readonly wrapper: 'trade' | 'alipay'; readonly leaves: Leaves };
  readonly signature?: { readonly sign: string; readonly signType: string };
}

// What XML 1.0 allows; anything else a shop sent is not repeated.
const allowed = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeMarkup = (text: string): string =>
  text.replace(allowed, '').replace(/[&<>"']/g, (character) => escapes[character]!);

const element = (name: string, text: string): string => `<${name}>${escapeMarkup(text)}</${name}>`;

/** Leaves that are said: none that is empty. */
export const saidLeaves = (leaves: Leaves): Leaves =>
  Object.fromEntries(Object.entries(leaves).filter(([, text]) => text !== ''));

const echoCharacters = 2_000;

export function writeXml(answer: XmlAnswer, charset: Charset): Uint8Array {
  const parts = [`<?xml version="1.0" encoding="${charset === 'GBK' ? 'GBK' : 'utf-8'}"?>\n<alipay>`];
  parts.push(element('is_success', answer.error === undefined ? 'T' : 'F'));
  if (answer.error !== undefined) parts.push(element('error', answer.error));
  if (answer.detail !== undefined) parts.push(element('detail', answer.detail));
  if (answer.request !== undefined) {
    const said = Object.entries(answer.request).map(
      ([name, text]) =>
        `<param name="${escapeMarkup(name)}">${escapeMarkup(text.slice(0, echoCharacters))}</param>`,
    );
    parts.push(`<request>${said.join('')}</request>`);
  }
  if (answer.response !== undefined) {
    const { wrapper, leaves } = answer.response;
    const said = Object.entries(saidLeaves(leaves)).map(([name, text]) => element(name, text));
    parts.push(`<response><${wrapper}>${said.join('')}</${wrapper}></response>`);
  }
  if (answer.signature !== undefined)
    parts.push(element('sign', answer.signature.sign), element('sign_type', answer.signature.signType));
  parts.push('</alipay>');
  return encodeText(parts.join(''), charset, (character) => `&#${character.codePointAt(0)};`);
}

const unescapeMarkup = (text: string): string =>
  text.replace(
    /&(?:#(\d+)|(amp|lt|gt|quot));/g,
    (_whole, code: string | undefined, name: string | undefined) =>
      code === undefined
        ? { amp: '&', lt: '<', gt: '>', quot: '"' }[name as 'amp']
        : String.fromCodePoint(Number.parseInt(code, 10)),
  );

export interface ReadAnswer {
  readonly isSuccess: boolean;
  readonly error: string | null;
  readonly leaves: Leaves;
  readonly sign: string | null;
  readonly signType: string | null;
}

/** Reads an answer that `writeXml` wrote: for our own clients and tests, not for anybody's XML. */
export function readXml(xml: string): ReadAnswer {
  const one = (name: string): string | null => {
    const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(
      xml.replace(/<response>[\s\S]*<\/response>/, ''),
    );
    return found === null ? null : unescapeMarkup(found[1]!);
  };
  const inside = /<response><(\w+)>([\s\S]*)<\/\1><\/response>/.exec(xml)?.[2] ?? '';
  const leaves = [...inside.matchAll(/<(\w+)>([^<]*)<\/\1>/g)].map(([, name, text]) => [
    name!,
    unescapeMarkup(text!),
  ]);
  return {
    isSuccess: one('is_success') === 'T',
    error: one('error'),
    leaves: Object.fromEntries(leaves),
    sign: one('sign'),
    signType: one('sign_type'),
  };
}
