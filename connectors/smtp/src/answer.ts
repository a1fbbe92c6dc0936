// What a failed attempt means: will it never be taken, can it be tried later, or does nobody know? Pure.
import type { MessageAnswer } from '@tongbao/connector-interface';

/** What nodemailer throws. */
export interface SmtpError {
  readonly code?: string;
  readonly command?: string;
  /** The server's answer, with its code first. */
  readonly response?: string;
  readonly responseCode?: number;
}

/** The code and the enhanced code of an answer (RFC 3463), without its words. */
export function codeOf(response: string): string {
  const [, code = 'unknown', enhanced] =
    /^([2-5]\d\d)[ -]?(?:([245]\.\d{1,3}\.\d{1,3})\b)?/.exec(response) ?? [];
  return enhanced === undefined ? code : `${code} ${enhanced}`;
}

/**
 * Null: unknown, the message was on its way when the connection went. `sentAll`: the message's end may have reached the
 * server. Only what the server says of this recipient or of this text is a refusal; what it says of us (sender, password,
 * TLS) can be put right, and the mail then goes.
 */
export function answerOf(error: SmtpError, sentAll: boolean): MessageAnswer | null {
  const { code = 'failed', command, response, responseCode = 0 } = error;
  if (responseCode >= 400 && response !== undefined) {
    const isOfMail = command === 'RCPT TO' || (command === 'DATA' && code === 'EMESSAGE');
    return { outcome: responseCode >= 500 && isOfMail ? 'refused' : 'later', answer: codeOf(response) };
  }
  if (sentAll) return null;
  return { outcome: 'later', answer: /^E[A-Z]{2,20}$/.test(code) ? code : 'failed' };
}
